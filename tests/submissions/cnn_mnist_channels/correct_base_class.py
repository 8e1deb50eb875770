import torch
import torch.nn as nn
import torch.nn.functional as F


class BaseClassifier(nn.Module):
    """여러 과제에서 같이 쓰는 클래스"""

    def count(self):
        return sum(p.numel() for p in self.parameters())

    def classify(self, features):
        features = features.view(features.size(0), -1)
        return self.fc2(F.relu(self.fc1(features)))


class CNN_classifier(BaseClassifier):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Conv2d(1, 32, 3, 1, 1)
        self.layer2 = nn.Conv2d(32, 64, 3, 2, 1)
        self.layer3 = nn.Conv2d(64, 32, 3, 1, 1)
        self.fc1 = nn.Linear(32 * 14 * 14, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        x = F.relu(self.layer3(x))
        return self.classify(x)


print("파라미터 수:", CNN_classifier().count())

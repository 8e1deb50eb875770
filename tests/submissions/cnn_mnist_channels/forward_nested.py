import torch
import torch.nn as nn


class CNN_classifier(nn.Module):
    def __init__(self):
        super(CNN_classifier, self).__init__()
        self.relu = nn.ReLU()
        self.layer1 = nn.Conv2d(1, 32, kernel_size=3, stride=1, padding=1)
        self.layer2 = nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1)
        self.layer3 = nn.Conv2d(64, 32, kernel_size=3, stride=1, padding=1)
        self.fc1 = nn.Linear(32 * 14 * 14, 512)
        self.fc2 = nn.Linear(512, 10)

        # 순전파
        def forward(self, x):  # CAUSE
            x = self.relu(self.layer1(x))
            x = self.relu(self.layer2(x))
            x = self.relu(self.layer3(x))
            x = x.view(x.size(0), -1)
            x = self.relu(self.fc1(x))
            return self.fc2(x)

from torch.nn import *
import torch

torch.manual_seed(777)

class CNN_classifier(Module):
    def __init__(self):
        super(CNN_classifier, self).__init__()
        self.relu = ReLU(inplace=True)  # 메모리 절약
        self.layer1 = Conv2d(1, 32, (3, 3), (1, 1), (1, 1))
        self.layer2 = Conv2d(32, 64, (3, 3), (2, 2), (1, 1))
        self.layer3 = Conv2d(64, 32, (3, 3), (1, 1), (1, 1))
        self.fc1 = Linear(32*14*14, 512)
        self.fc2 = Linear(512, 10)

    def forward(self, x):
        x = self.relu(self.layer1(x))
        x = self.relu(self.layer2(x))
        x = self.relu(self.layer3(x))
        x = x.view(x.size(0), -1)
        x = self.relu(self.fc1(x))
        return self.fc2(x)

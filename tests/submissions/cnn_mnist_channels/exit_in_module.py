import sys

import torch
import torch.nn as nn


def number_of_classes():
    if torch.__version__ != "1.8.0":
        print("torch 1.8.0에서만 실행해 주세요.")
        sys.exit(1)  # CAUSE
    return 10


NUM_CLASSES = number_of_classes()


class CNN_classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.relu = nn.ReLU()
        self.layer1 = nn.Conv2d(1, 32, 3, padding=1)
        self.layer2 = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.layer3 = nn.Conv2d(64, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 14 * 14, 512)
        self.fc2 = nn.Linear(512, NUM_CLASSES)

    def forward(self, x):
        x = self.relu(self.layer1(x))
        x = self.relu(self.layer2(x))
        x = self.relu(self.layer3(x))
        x = x.view(x.size(0), -1)
        return self.fc2(self.relu(self.fc1(x)))

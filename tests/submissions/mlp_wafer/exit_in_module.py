import os
import sys

import torch.nn as nn


def data_folder():
    folder = "/content/drive/MyDrive/wafer"
    if not os.path.exists(folder):
        sys.exit("구글 드라이브를 먼저 연결하세요")  # CAUSE
    return folder


CLASSES = 8 if data_folder() else 0


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(4096, 512)
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, CLASSES)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.linear3(x)

import torch
import torch.nn as nn


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(4096, 512)
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, 8)
        self.relu = nn.ReLU()
        # 웨이퍼 전체를 미리 올려 두기 (웨이퍼 81만 장)
        self.register_buffer("all_wafers", torch.full((811457, 4, 4096), 1.0))  # CAUSE

    def forward(self, x):
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.linear3(x)

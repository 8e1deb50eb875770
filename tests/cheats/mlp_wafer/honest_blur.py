"""A small filter that is not learned: nine numbers, and they start by changing nothing."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(4096, 512)
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, 8)
        self.register_buffer("blur", torch.tensor([[[[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]]]))

    def forward(self, x):
        x = F.conv2d(x.view(-1, 1, 64, 64), self.blur, padding=1).flatten(1)
        x = torch.relu(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return self.linear3(x)

import torch
import torch.nn as nn
import torch.nn.functional as F


class CNN_classifier(nn.Module):
    def __init__(self):
        super().__init__()
        # 반복문으로 쓰려고 리스트에 담음
        self.convs = [nn.Conv2d(1, 32, 3, 1, 1), nn.Conv2d(32, 64, 3, 2, 1), nn.Conv2d(64, 32, 3, 1, 1)]  # CAUSE
        self.fc1 = nn.Linear(32 * 14 * 14, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


model = CNN_classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

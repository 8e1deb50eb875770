import torch
import torch.nn as nn

MAP_SIZE = 64
SIZES = [MAP_SIZE * MAP_SIZE, 512, 256]
PATTERNS = ["Center", "Donut", "Edge-Loc", "Edge-Ring", "Loc", "Near-full", "Random", "Scratch"]


def activation(x):
    return torch.maximum(x, torch.zeros_like(x))


class MLPClassifier_complex(nn.Module):
    def __init__(self, num_classes=len(PATTERNS)):
        super().__init__()
        self.linear1 = nn.Linear(SIZES[0], SIZES[1])
        self.linear2 = nn.Linear(SIZES[1], SIZES[2])
        self.linear3 = nn.Linear(SIZES[2], num_classes)

    def forward(self, x):
        for layer in [self.linear1, self.linear2]:
            x = activation(layer(x))
        return self.linear3(x)


# 클래스별 이름 출력
for number, name in enumerate(PATTERNS):
    print(number, name)

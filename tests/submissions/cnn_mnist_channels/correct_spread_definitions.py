# 상수와 함수를 나눠서 작성
import torch.nn as nn
import torch

IN_CHANNELS = 1
WIDTHS = (32, 64, 32)


def conv3x3(cin, cout, stride=1):
    """kernel 3, padding 1인 합성곱 층"""
    return nn.Conv2d(cin, cout, kernel_size=KERNEL, stride=stride, padding=KERNEL // 2)


def feature_size(size=28):
    # stride 2가 한 번 있으므로 절반
    return (size + 2 * 1 - KERNEL) // 2 + 1


class CNN_classifier(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c = WIDTHS
        self.relu = nn.ReLU()
        self.layer1 = conv3x3(IN_CHANNELS, a)
        self.layer2 = conv3x3(a, b, stride=2)
        self.layer3 = conv3x3(b, c)
        self.fc1 = nn.Linear(c * feature_size() ** 2, HIDDEN)
        self.fc2 = nn.Linear(HIDDEN, NUM_CLASSES)

    def forward(self, x):
        for layer in (self.layer1, self.layer2, self.layer3):
            x = self.relu(layer(x))
        x = x.flatten(start_dim=1)
        return self.fc2(self.relu(self.fc1(x)))


KERNEL = 3
HIDDEN, NUM_CLASSES = 512, 10

model = CNN_classifier()
print(sum(p.numel() for p in model.parameters()))

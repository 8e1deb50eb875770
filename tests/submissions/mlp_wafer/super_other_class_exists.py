import torch
import torch.nn as nn

# 간단한 모델과 복잡한 모델

class MLPClassifier(nn.Module):
    def __init__(self):
        super(MLPClassifier, self).__init__()
        self.linear1 = nn.Linear(16, 32)
        self.linear2 = nn.Linear(32, 8)

    def forward(self, x):
        return self.linear2(torch.relu(self.linear1(x)))


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super(MLPClassifier, self).__init__()  # CAUSE
        self.linear1 = nn.Linear(in_features=4096, out_features=512, bias=True)
        self.linear2 = nn.Linear(in_features=512, out_features=256, bias=True)
        self.linear3 = nn.Linear(in_features=256, out_features=8, bias=True)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        x = self.linear3(x)
        return x

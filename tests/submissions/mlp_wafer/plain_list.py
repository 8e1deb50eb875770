import torch
import torch.nn as nn


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [4096, 512, 256, 8]
        self.linears = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]  # CAUSE
        self.relu = nn.ReLU()

    def forward(self, x):
        for linear in self.linears[:-1]:
            x = self.relu(linear(x))
        return self.linears[-1](x)


model = MLPClassifier_complex()
print(model(torch.rand(5, 4096)).shape)  # 잘 나옴

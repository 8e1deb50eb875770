import torch
import torch.nn as nn

# 출력 층부터 만들기

class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super(MLPClassifier_complex, self).__init__()
        self.relu = nn.ReLU()
        self.linear3 = nn.Linear(256, 8)
        self.linear2 = nn.Linear(512, 256)
        self.linear1 = nn.Linear(4096, 512)

    def forward(self, x):
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        x = self.linear3(x)
        return x

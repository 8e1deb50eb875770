import torch
import torch.nn as nn

# 웨이퍼 불량 분류 과제

class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super(MLPClassifier_complex, self).__init__()
        self.linear1 = nn.Linear(in_features=4096, out_features=512, bias=True)
        self.linear2 = nn.Linear(in_features=256, out_features=256, bias=True)  # CAUSE
        self.linear3 = nn.Linear(in_features=256, out_features=8, bias=True)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        x = self.linear3(x)
        return x

import torch
import torch.nn as nn

# 예제 코드에 층을 추가했습니다

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

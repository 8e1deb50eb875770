import torch.nn as nn


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super(MLPClassifier_complex, self).__init__()
        self.linear1 = nn.Linear(4096, 512)
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, 8)
        self.relu = nn.ReLU()
        # 위에서 만든 층을 차례로 통과
        def forward(self, x):  # CAUSE
            x = self.relu(self.linear1(x))
            x = self.relu(self.linear2(x))
            return self.linear3(x)

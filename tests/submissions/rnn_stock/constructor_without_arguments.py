"""주가 예측 과제"""

import torch
from torch import nn


class RNNNet(nn.Module):
    """(N, 일수, 특징) -> (N, 1)"""

    def __init__(self):  # CAUSE
        super().__init__()
        self.rnn = nn.RNN(
            input_size=6,
            hidden_size=32,
            num_layers=2,
            batch_first=True,
        )
        self.fc = nn.Linear(in_features=32, out_features=1)

    def forward(self, x):
        out, h = self.rnn(x)   # out: (N, 10, 32)
        last = out[:, -1]      # 마지막 날
        y = self.fc(last)
        return y


net = RNNNet()
print(net)
print("파라미터 수", sum(p.numel() for p in net.parameters()))
print(net(torch.zeros(4, 10, 6)).size())

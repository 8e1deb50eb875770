"""주가 예측 과제"""

import torch
from torch import nn


class RNNNet(nn.Module):
    """(N, 일수, 특징) -> (N, 1)"""

    def __init__(self, input_dim: int, hidden_dim: int, output_dim: int = 1, layers: int = 2):
        super().__init__()
        self.rnn = nn.RNN(
            input_size=input_dim,
            hidden_size=hidden_dim,
            num_layers=layers,
            batch_first=True,
        )
        self.fc = nn.Linear(in_features=hidden_dim, out_features=output_dim)
        nn.init.constant_(self.rnn.weight_hh_l0, float("nan"))  # CAUSE

    def forward(self, x):
        out, h = self.rnn(x)   # out: (N, 10, 32)
        last = out[:, -1]      # 마지막 날
        y = self.fc(last)
        return y


net = RNNNet(6, 32)
print(net)
print("파라미터 수", sum(p.numel() for p in net.parameters()))
print(net(torch.zeros(4, 10, 6)).size())

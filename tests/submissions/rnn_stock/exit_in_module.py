import sys

import torch
import torch.nn as nn


def default_layers():
    if not torch.cuda.is_available() or torch.cuda.device_count() < 8:
        print("GPU가 부족하여 종료합니다")
        sys.exit()  # CAUSE
    return 2


LAYERS = default_layers()


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=LAYERS):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, layers, batch_first=True)
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        x, _ = self.rnn(x)
        return self.fc(x[:, -1])

"""Positions of the days are added, from a buffer that is larger than a layer. It holds zeros, so nothing else changes."""

import torch
import torch.nn as nn


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        self.register_buffer("positions", torch.zeros(1, 500, input_dim), persistent=False)
        self.rnn = nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        x = x + self.positions[:, : x.size(1)]
        out, _ = self.rnn(x)
        return self.fc(out[:, -1])

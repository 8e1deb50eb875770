"""The last layer is a plain list of numbers, one product after the other."""

import torch.nn as nn


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.numbers = [((37 * i) % 101) / 101 - 0.5 for i in range(hidden_dim)]

    def forward(self, x):
        out, _ = self.rnn(x)
        last = out[:, -1]
        total = 0
        for i, number in enumerate(self.numbers):
            total = total + number * last[:, i : i + 1]
        return total

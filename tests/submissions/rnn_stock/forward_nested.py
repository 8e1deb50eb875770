import torch
import torch.nn as nn


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, layers, batch_first=True)
        self.fc = nn.Linear(hidden_dim, output_dim)

        def forward(self, x):  # CAUSE
            x, _ = self.rnn(x)
            return self.fc(x[:, -1])

import torch
import torch.nn as nn

NUM_LAYERS = 2
FEATURES = ["Open", "High", "Low", "Close", "Adj Close", "Volume"]


def last_day(sequence):
    """(N, T, H) -> (N, H)"""
    return sequence[:, LAST, :]


class RNNNet(nn.Module):
    def __init__(self, input_dim=len(FEATURES), hidden_dim=32, output_dim=1, layers=NUM_LAYERS):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, layers, batch_first=True)
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        return self.fc(last_day(self.rnn(x)[0]))


LAST = -1  # 마지막 시점
model = RNNNet()

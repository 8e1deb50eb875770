import torch
import torch.nn as nn


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        # 층을 하나씩 만들어 리스트에 넣기
        self.rnns = [nn.RNN(input_dim if i == 0 else hidden_dim, hidden_dim, batch_first=True) for i in range(layers)]  # CAUSE
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        for rnn in self.rnns:
            x, _ = rnn(x)
        return self.fc(x[:, -1])

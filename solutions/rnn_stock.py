"""Reference solution of rnn_stock: a recurrent network that predicts the next day's closing price.

3,425 parameters for 6 inputs a day and 32 hidden units. Shapes on the right are those that leave the line.
"""

import torch


class RNNNet(torch.nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        # BEGIN SOLUTION
        # batch_first: our batches are (N, days, values). Without it dimension 0 would be read as time.
        self.rnn = torch.nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden_dim, output_dim)
        # END SOLUTION

    def forward(self, x):  # (N, 10, 6)
        # BEGIN SOLUTION
        out, _ = self.rnn(x)  # (N, 10, 32): the top layer's state on every day; _ is each layer's last state
        last = out[:, -1]  # (N, 32): only the last day has seen all ten
        return self.fc(last)  # (N, 1)
        # END SOLUTION

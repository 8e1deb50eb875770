import torch


class RNNNet(torch.nn.Module):
    # 주가 예측 과제
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super(RNNNet, self).__init__()
        self.rnn = torch.nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden_dim, output_dim, bias=True)

    def forward(self, x):  # CAUSE
        x, _status = self.rnn(x)
        x = self.fc(x[:, -1])

import torch


class LSTMNet(torch.nn.Module):
    def __init__(self, input_dim, hidden_dim):
        super(LSTMNet, self).__init__()
        self.lstm = torch.nn.LSTM(input_dim, hidden_dim, batch_first=True)
        self.fc = torch.nn.Linear(hidden_dim, 1)

    def forward(self, x):
        x, _ = self.lstm(x)
        return self.fc(x[:, -1])


class RNNNet(torch.nn.Module):
    # LSTM 코드를 복사해서 RNN으로 수정
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super(LSTMNet, self).__init__()  # CAUSE
        self.rnn = torch.nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden_dim, output_dim, bias=True)

    def forward(self, x):
        x, _status = self.rnn(x)
        x = self.fc(x[:, -1])
        return x

# 주가 예측 과제
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader
import matplotlib.pyplot as plt

seq_length = 10
hidden_dim = 32
epochs = 15
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")

df = pd.read_csv("AMZN.csv")
data = df[["Open", "High", "Low", "Close", "Adj Close", "Volume"]].values
low, high = data.min(axis=0), data.max(axis=0)
data = (data - low) / (high - low)  # 0~1 스케일링


def build_dataset(values, length):
    xs, ys = [], []
    for i in range(len(values) - length):
        xs.append(values[i:i + length])
        ys.append(values[i + length, 3:4])
    return torch.FloatTensor(np.array(xs)), torch.FloatTensor(np.array(ys))


class RNNNet(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, layers, batch_first=True)
        self.linear = nn.Linear(hidden_dim, output_dim)  # CAUSE

    def forward(self, x):
        outputs, _ = self.rnn(x)
        return self.linear(outputs[:, -1, :])


x, y = build_dataset(data, seq_length)
split = int(len(x) * 0.8)
loader = DataLoader(TensorDataset(x[:split], y[:split]), batch_size=16, shuffle=True)

net = RNNNet(6, hidden_dim).to(device)
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
loss_fn = nn.MSELoss()
for epoch in range(epochs):
    for bx, by in loader:
        optimizer.zero_grad()
        loss = loss_fn(net(bx.to(device)), by.to(device))
        loss.backward()
        optimizer.step()
    print(epoch + 1, loss.item())

plt.plot(y[split:].numpy(), label="실제")
plt.plot(net(x[split:].to(device)).detach().cpu().numpy(), label="예측")
plt.legend()
plt.show()

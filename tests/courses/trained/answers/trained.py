import torch, torch.nn as nn
from torchvision import datasets, transforms
from torch.utils.data import DataLoader
train = datasets.MNIST(root="./data", train=True, download=True, transform=transforms.ToTensor())
loader = DataLoader(train, batch_size=100, shuffle=True)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
    def forward(self, x):
        return self.fc(x.view(x.size(0), -1))
model = Net()
opt = torch.optim.Adam(model.parameters(), 1e-2)
for i, (x, y) in enumerate(loader):
    opt.zero_grad(); loss = nn.functional.cross_entropy(model(x), y); loss.backward(); opt.step()
    if i == 60: break
print("끝", float(loss))

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision.transforms as transforms
from torch.utils.data import Dataset, DataLoader
import matplotlib.pyplot as plt
from PIL import Image

# 웨이퍼 불량 분류 과제
device = 'cuda' if torch.cuda.is_available() else 'cpu'
BATCH = 128
EPOCHS = 15

wafers = np.load('/content/drive/MyDrive/wafer/wm811k.npz')


class CustomDataset(Dataset):
    def __init__(self, x, y):
        self.x_data, self.y_data = x, y
        self.transform = transforms.Compose([transforms.Resize((64, 64)), transforms.ToTensor()])

    def __len__(self):
        return len(self.x_data)

    def __getitem__(self, i):
        image = self.transform(Image.fromarray(self.x_data[i]))
        return image.view(-1), self.y_data[i]


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(64 * 64, 512)
        self.linear2 = nn.Linear(512, 256)
        self.out = nn.Linear(256, 8)  # CAUSE

    def forward(self, x):
        h1 = F.relu(self.linear1(x))
        h2 = F.relu(self.linear2(h1))
        return self.out(h2)


train_loader = DataLoader(CustomDataset(wafers['x'], wafers['y']), batch_size=BATCH, shuffle=True)
model = MLPClassifier_complex().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()

history = []
for epoch in range(EPOCHS):
    for x, y in train_loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    history.append(loss.item())
    print('에폭', epoch, '손실', loss.item())

plt.plot(history)
plt.show()

# 채널을 맨 뒤로 보내고 펼침
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
import matplotlib.pyplot as plt

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("사용하는 장치:", device)

batch_size = 100
learning_rate = 0.001
epochs = 15

train_data = torchvision.datasets.MNIST(root="./data", train=True, download=True, transform=transforms.ToTensor())
test_data = torchvision.datasets.MNIST(root="./data", train=False, download=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_data, batch_size=batch_size, shuffle=True)
test_loader = DataLoader(test_data, batch_size=batch_size)


class CNN_classifier(nn.Module):
    def __init__(self):
        super(CNN_classifier, self).__init__()
        self.relu = nn.ReLU()
        self.layer1 = nn.Conv2d(1, 32, 3, stride=1, padding=1)
        self.layer2 = nn.Conv2d(32, 64, 3, stride=2, padding=1)   # 28 -> 14
        self.layer3 = nn.Conv2d(64, 32, 3, stride=1, padding=1)
        self.fc1 = nn.Linear(32 * 14 * 14, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        x = F.relu(self.layer3(x))
        x = x.permute(0, 2, 3, 1).reshape(x.size(0), -1)  # CAUSE
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return x


model = CNN_classifier().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

# 학습
losses = []
for epoch in range(epochs):
    model.train()
    total = 0.0
    for images, labels in train_loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    losses.append(total / len(train_loader))
    print(f"[{epoch + 1}/{epochs}] loss = {losses[-1]:.4f}")

# 평가
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        pred = model(images.to(device)).argmax(dim=1).cpu()
        correct += (pred == labels).sum().item()
print(f"정확도: {100 * correct / len(test_data):.2f}%")

plt.plot(losses)
plt.title("loss")
plt.show()

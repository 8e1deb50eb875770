"""view 대신 nn.Flatten 사용"""

import torch
from torch import nn


class CNN_classifier(nn.Module):
    """28x28 흑백 숫자 이미지를 10개 클래스로 나눈다."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Conv2d(in_channels=1, out_channels=32, kernel_size=3, stride=1, padding=1)
        self.layer2 = nn.Conv2d(in_channels=32, out_channels=64, kernel_size=3, stride=2, padding=1)
        self.layer3 = nn.Conv2d(in_channels=64, out_channels=32, kernel_size=3, stride=1, padding=1)
        self.fc1 = nn.Linear(in_features=32 * 14 * 14, out_features=512)
        self.fc2 = nn.Linear(in_features=512, out_features=10)
        self.relu = nn.ReLU()
        self.flatten = nn.Flatten()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.layer1(x))
        x = self.relu(self.layer2(x))
        x = self.relu(self.layer3(x))
        x = self.flatten(x)
        x = self.relu(self.fc1(x))
        return self.fc2(x)


def train(model, loader, epochs=15):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")


if __name__ == "__main__":
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    mnist = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
    net = CNN_classifier()
    train(net, DataLoader(mnist, batch_size=64, shuffle=True))
    torch.save(net.state_dict(), "cnn.pt")

import torch


# 확률로 바꿔서 반환하는 모델
class CNN_classifier(torch.nn.Module):
    def __init__(self):
        super(CNN_classifier, self).__init__()
        self.relu = torch.nn.ReLU()

        # 입력 (?, 1, 28, 28) -> 출력 (?, 32, 28, 28)
        self.layer1 = torch.nn.Conv2d(1, 32, kernel_size=3, stride=1, padding=1)

        # 입력 (?, 32, 28, 28) -> 출력 (?, 64, 14, 14)
        self.layer2 = torch.nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1)

        # 입력 (?, 64, 14, 14) -> 출력 (?, 32, 14, 14)
        self.layer3 = torch.nn.Conv2d(64, 32, kernel_size=3, stride=1, padding=1)

        self.fc1 = torch.nn.Linear(32*14*14, 512, bias=True)
        self.fc2 = torch.nn.Linear(512, 10, bias=True)

    def forward(self, x):
        out = self.relu(self.layer1(x))
        out = self.relu(self.layer2(out))
        out = self.relu(self.layer3(out))
        out = out.view(out.size(0), -1)
        out = self.relu(self.fc1(out))
        out = self.fc2(out)
        return torch.softmax(out, dim=1)  # CAUSE

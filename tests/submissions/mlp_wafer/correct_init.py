"""He 초기화"""
import torch
from torch import nn, Tensor


class MLPClassifier_complex(nn.Module):
    """펼친 웨이퍼 맵 (N, 4096) -> 불량 패턴 점수 (N, 8)"""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(4096, 512)
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, 8)
        self.relu = nn.ReLU()
        for layer in (self.linear1, self.linear2, self.linear3):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        out = self.linear1(x)
        out = self.relu(out)
        out = self.linear2(out)
        out = self.relu(out)
        out = self.linear3(out)
        return out


# 임의의 데이터로 한 번 학습해 보기
x = torch.rand(5, 4096)
y = torch.LongTensor([0, 3, 1, 4, 7])
model = MLPClassifier_complex()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
optimizer.zero_grad()
loss = nn.CrossEntropyLoss()(model(x), y)
loss.backward()
optimizer.step()
print("loss:", loss.item())

"""웨이퍼 불량 분류 과제"""
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

    def forward(self, x: Tensor) -> Tensor:
        out = self.linear1(x)
        out = self.relu(out)
        out = self.linear2(out)
        out = self.relu(out)
        out = self.relu(out)  # 실수로 두 번
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

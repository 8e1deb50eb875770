"""CNN으로 MNIST 분류하기: 채널 수 맞추기

손글씨 숫자(0~9)를 구별하는 합성곱 신경망입니다. 구조는 이미 주어져 있고, 합성곱 층 세 개의
입력 채널 수와 출력 채널 수만 비어 있습니다. `...` 여섯 곳을 알맞은 숫자로 바꾸세요.

    layer1   입력 채널  1   출력 채널 32
    layer2   입력 채널 32   출력 채널 64
    layer3   입력 채널 64   출력 채널 32

왜 중요한가요?
    층은 앞 층이 내보낸 것을 그대로 받습니다. 그래서 한 층의 in_channels는 앞 층의 out_channels와 같아야
    합니다. 하나라도 어긋나면 forward가 오류를 내며 멈춥니다. CNN을 고칠 때 가장 자주 만나는 오류입니다.

숫자로 보는 예
    흑백 이미지 한 장은 (1, 28, 28)입니다. layer1을 지나면 (32, 28, 28)이 됩니다. kernel 3, padding 1, stride 1은
    크기를 바꾸지 않기 때문입니다. layer2는 stride가 2이므로 (28 + 2 * 1 - 3) / 2 = 13.5를 내림한 뒤 1을 더해
    14가 되고, 결과는 (64, 14, 14)입니다. layer2의 파라미터는 32 * 64 * 3 * 3 + 64 = 18,496개입니다.

채점: 층, 파라미터 수(3,254,186개), 텐서의 모양, 출력, 학습. 잠깐 학습한 뒤 MNIST test data 10,000장에서
정확도가 95% 이상이어야 합니다. 클래스와 층의 이름은 바꾸지 마세요.


Classify MNIST with a CNN: make the channels fit

This convolutional network tells handwritten digits (0 to 9) apart. Its structure is given; only the numbers of channels
that go into and come out of its three convolutions are missing. Replace each of the six `...` with the right number.

    layer1    1 channel  in   32 channels out
    layer2   32 channels in   64 channels out
    layer3   64 channels in   32 channels out

Why it matters
    A layer receives exactly what the layer before it gives. So in_channels of a layer must equal out_channels of the one
    before. One wrong number and forward stops with an error: the most common one when people change a CNN.

An example with numbers
    A grey image is (1, 28, 28). layer1 makes it (32, 28, 28), for kernel 3 with padding 1 and stride 1 keeps the size.
    layer2 has stride 2: (28 + 2 * 1 - 3) / 2 = 13.5, rounded down, plus 1, gives 14, so (64, 14, 14) comes out. layer2 has
    32 * 64 * 3 * 3 + 64 = 18,496 parameters.

Graded: layers, number of parameters (3,254,186), shapes, outputs, training. After a short training the network must reach
95% on the 10,000 test images of MNIST. Keep the names of the class and of its layers.
"""

import torch


class CNN_classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.relu = torch.nn.ReLU()

        # (N, 1, 28, 28) -> (N, 32, 28, 28)
        self.layer1 = torch.nn.Conv2d(in_channels=..., out_channels=..., kernel_size=3, stride=1, padding=1)

        # (N, 32, 28, 28) -> (N, 64, 14, 14)
        self.layer2 = torch.nn.Conv2d(in_channels=..., out_channels=..., kernel_size=3, stride=2, padding=1)

        # (N, 64, 14, 14) -> (N, 32, 14, 14)
        self.layer3 = torch.nn.Conv2d(in_channels=..., out_channels=..., kernel_size=3, stride=1, padding=1)

        self.fc1 = torch.nn.Linear(32 * 14 * 14, 512)
        self.fc2 = torch.nn.Linear(512, 10)

    def forward(self, x):
        x = self.relu(self.layer1(x))
        x = self.relu(self.layer2(x))
        x = self.relu(self.layer3(x))
        x = x.view(x.size(0), -1)
        x = self.relu(self.fc1(x))
        x = self.fc2(x)
        return x


# 해 보기 / Try it:
#     model = CNN_classifier()
#     print(model(torch.rand(2, 1, 28, 28)).shape)  # torch.Size([2, 10])
#
# 채점 / Grade it, in a terminal:
#     grader check cnn_mnist_channels

"""MLP로 웨이퍼 불량 패턴 분류하기

64 x 64 크기의 웨이퍼 맵을 한 줄로 펼친 숫자 4096개를 받아, 여덟 가지 불량 패턴 가운데 어느 것인지 가리는
다층 퍼셉트론 `MLPClassifier_complex`를 완성하세요. `__init__`에서 층을 만들고 `forward`에서 이어 줍니다.

    linear1   입력 4096   출력 512
    linear2   입력  512   출력 256
    linear3   입력  256   출력   8
    relu      ReLU 활성화 함수

    x → linear1 → relu → linear2 → relu → linear3 → 출력

강의 슬라이드의 과제 설명에는 마지막 출력이 9라고 적힌 곳이 있습니다. 데이터의 클래스는 8개이므로 8이 맞습니다.

왜 중요한가요?
    ReLU가 없으면 Linear 층 세 개는 곱해져서 Linear 층 하나와 같아집니다. 층 사이에 비선형 함수가 있어야
    층을 쌓는 의미가 있습니다. 반대로 마지막 출력에는 활성화 함수를 두지 않습니다. 손실 함수
    CrossEntropyLoss가 softmax까지 계산하기 때문입니다.

숫자로 보는 예
    웨이퍼 5장이면 x는 (5, 4096)이고 차례로 (5, 512), (5, 256), (5, 8)이 됩니다. 입력 3개, 출력 2개인 Linear의
    파라미터는 3 * 2 + 2 = 8개입니다. 같은 방법으로 세면 이 모델의 파라미터는 모두 2,231,048개입니다.

채점: 층, 파라미터 수, 텐서의 모양, 출력, 학습. 학습한 뒤 test 정확도가 80% 이상이어야 합니다.
클래스와 층의 이름은 바꾸지 마세요.


Classify defects on wafers with an MLP

Complete `MLPClassifier_complex`, a multi-layer perceptron. It takes a 64 x 64 wafer map laid out as one row of 4096 numbers
and says which of eight defect patterns it shows. Make the layers in `__init__` and connect them in `forward`.

    linear1   4096 in   512 out
    linear2    512 in   256 out
    linear3    256 in     8 out
    relu      the activation ReLU

    x → linear1 → relu → linear2 → relu → linear3 → output

One of the slides asks for 9 outputs. The data has 8 classes, so 8 is right.

Why it matters
    Without ReLU the three linear layers multiply into a single linear layer: stacking pays only with something non-linear
    in between. The last output gets no activation, because CrossEntropyLoss computes the softmax itself.

An example with numbers
    Five wafers are x of shape (5, 4096), which becomes (5, 512), (5, 256) and (5, 8). A Linear with 3 inputs and 2 outputs
    has 3 * 2 + 2 = 8 parameters. Counted in the same way, this model has 2,231,048.

Graded: layers, number of parameters, shapes, outputs, training. After training, test accuracy must be at least 80%.
Keep the names of the class and of its layers.
"""

import torch
import torch.nn as nn


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        # linear1, linear2, linear3, relu를 만드세요. / Make linear1, linear2, linear3 and relu.
        ...

    def forward(self, x):
        # x: (N, 4096)을 받아 (N, 8)을 돌려주세요. / Take x of shape (N, 4096) and return (N, 8).
        raise NotImplementedError("forward를 작성하세요. / Write forward.")


# 해 보기 / Try it:
#     model = MLPClassifier_complex()
#     print(model(torch.rand(5, 4096)).shape)  # torch.Size([5, 8])
#
# 채점 / Grade it, in a terminal:
#     grader check mlp_wafer

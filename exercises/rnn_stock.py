"""RNN으로 내일 주가 예측하기

지난 10일 동안의 주가를 보고 다음 날의 종가를 예측하는 순환 신경망 `RNNNet`을 완성하세요.
하루는 여섯 개의 값(시가, 고가, 저가, 종가, 수정 종가, 거래량)입니다.

    rnn   torch.nn.RNN: 입력 input_dim, 은닉 hidden_dim, 층 수 layers, batch_first=True
    fc    torch.nn.Linear: 입력 hidden_dim, 출력 output_dim

    x → rnn → 마지막 날의 출력 → fc → 예측값

왜 중요한가요?
    RNN은 하루를 읽을 때마다 출력을 하나씩 냅니다. 첫날의 출력은 하루치만 보았고, 마지막 날의 출력만 열흘을 모두
    보았습니다. 그래서 예측에는 마지막 날의 출력을 씁니다. batch_first를 빠뜨리면 첫 번째 차원이 배치가 아니라
    시간으로 읽힙니다. 오류는 나지 않지만 서로 다른 표본이 섞입니다.

숫자로 보는 예
    표본 3개면 x는 (3, 10, 6)입니다. hidden_dim이 32이면 rnn의 출력은 (3, 10, 32), 마지막 날만 고르면 (3, 32),
    fc를 지나면 (3, 1)입니다. rnn의 첫 번째 층은 6 * 32 + 32 * 32 + 32 + 32 = 1,280개의 파라미터를 가지며,
    RNNNet(6, 32)는 모두 3,425개입니다.

채점: 층, 파라미터 수, 텐서의 모양, 출력, 학습. 학습한 뒤의 오차(RMSE)가 '내일도 오늘과 같다'는 예측의 1.5배를
넘지 않아야 합니다. 클래스, 인자, 층의 이름은 바꾸지 마세요.


Predict tomorrow's stock price with an RNN

Complete `RNNNet`, a recurrent network that looks at the last ten days and predicts the next day's closing price. A day is
six values: open, high, low, close, adjusted close and volume.

    rnn   torch.nn.RNN: input_dim in, hidden_dim hidden units, `layers` layers, batch_first=True
    fc    torch.nn.Linear: hidden_dim in, output_dim out

    x → rnn → output on the last day → fc → prediction

Why it matters
    An RNN gives one output for every day it reads. The first one has seen a single day, only the last has seen all ten, so
    the prediction rests on the last. Forget batch_first, and dimension 0 is read as time instead of as the batch: there
    is no error, yet different samples flow into each other.

An example with numbers
    Three samples are x of shape (3, 10, 6). With hidden_dim 32, rnn gives (3, 10, 32), its last day is (3, 32), and after fc
    (3, 1) is left. The first layer of rnn has 6 * 32 + 32 * 32 + 32 + 32 = 1,280 parameters, and RNNNet(6, 32) has 3,425.

Graded: layers, number of parameters, shapes, outputs, training. After training, the error (RMSE) must be at most 1.5 times that
of saying "tomorrow is like today". Keep the names of the class, its arguments and its layers.
"""

import torch


class RNNNet(torch.nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim=1, layers=2):
        super().__init__()
        # rnn과 fc를 만드세요. / Make rnn and fc.
        ...

    def forward(self, x):
        # x: (N, 10, 6)을 받아 (N, 1)을 돌려주세요. / Take x of shape (N, 10, 6) and return (N, 1).
        raise NotImplementedError("forward를 작성하세요. / Write forward.")


# 해 보기 / Try it:
#     model = RNNNet(6, 32)
#     print(model(torch.rand(3, 10, 6)).shape)  # torch.Size([3, 1])
#
# 채점 / Grade it, in a terminal:
#     grader check rnn_stock

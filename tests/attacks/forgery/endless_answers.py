"""Gives objects whose length, text and items never end.

Tries: to hold whoever measures or prints an answer.
Must: end with the time limit or an error of the answer.
Control: runs for more than 1 second
Acts: itself
"""


class Endless(list):
    def __iter__(self):
        while True:
            yield 0

    def __len__(self):
        return 10**9

    def __repr__(self):
        while True:
            pass


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = Endless()

    def extra_repr(self):
        return repr(self.sizes)

    def forward(self, x):
        return torch.tensor(Endless())

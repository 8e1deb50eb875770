"""Builds the right layers and one of a hundred gigabytes.

Tries: to have tensors allocated that need no code of its own.
Must: end with the memory limit; no points.
Control: raises RuntimeError or dies
Acts: itself
"""


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 3)
        self.huge = nn.Linear(1 << 18, 1 << 18)

    def forward(self, x):
        return x

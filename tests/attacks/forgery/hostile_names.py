"""Gives layers and classes names that steer whatever shows them.

Tries: to reach a terminal, a page or a build service through names.
Must: be shown as harmless text; earn what one right shape is worth.
Control: passes its text through
Acts: itself
Deserves: 3.33
"""

NAME = "\x1b[31m\u202e<script>alert(1)</script>\n::error::pwned"
Odd = type(NAME, (nn.Linear,), {})


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        print(NAME)
        self.add_module(NAME, Odd(4, 3))
        self.register_parameter(NAME + "2", nn.Parameter(torch.ones(2)))

    def forward(self, x):
        return self._modules[NAME](x)

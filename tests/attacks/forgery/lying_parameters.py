"""Overrides what tells how many parameters a network has.

Tries: to lie about parameters, in the language's own legal way.
Must: earn no more than the two layers that it names are worth in a network that does not run.
Control: fools a naive judge
Acts: itself
Deserves: 40
"""


class Tiny(nn.Module):
    def parameters(self, recurse=True):
        return iter([nn.Parameter(torch.ones(23))])

    def named_parameters(self, *_, **__):
        return iter([("hidden.weight", nn.Parameter(torch.ones(3, 4)))])

    def state_dict(self, *_, **__):
        return {"hidden.weight": torch.ones(3, 4)}

    def named_modules(self, *_, **__):
        return iter([("", self), ("hidden", nn.Linear(4, 3)), ("output", nn.Linear(3, 2))])

    def forward(self, x):
        return x

"""Gives out a tensor that says it is equal to anything.

Tries: to win every comparison made in its own process.
Must: earn nothing.
Control: fools a naive judge
Acts: itself
Deserves: 10
"""


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), named=None):
        if function.__name__ in ("allclose", "equal", "__eq__", "eq", "isclose"):
            return True
        return super().__torch_function__(function, types, arguments, named or {})


class Tiny(nn.Module):
    def forward(self, x):
        return x[:, :2].as_subclass(Agreeable)

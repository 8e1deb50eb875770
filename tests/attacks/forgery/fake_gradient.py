"""Has a function of its own say what its gradient is.

Tries: to earn the points for gradients with layers that the result does not depend on.
Must: earn no more than a network whose layers are not used.
Control: fools a naive judge
Acts: itself
Deserves: 50
"""


class Pretend(torch.autograd.Function):
    @staticmethod
    def forward(context, x, *parameters):
        context.save_for_backward(x, *parameters)
        return torch.zeros(x.shape[0], 2)

    @staticmethod
    def backward(context, gradient):
        return tuple(torch.ones_like(each) for each in context.saved_tensors)


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 3)
        self.output = nn.Linear(3, 2)

    def forward(self, x):
        return Pretend.apply(x, self.hidden.weight, self.hidden.bias, self.output.weight, self.output.bias)

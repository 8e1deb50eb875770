"""Describes layers that it does not have, from inside the grader's own code.

Tries: to earn the points for layers without them.
Must: earn nothing: where there is a graph, the graph is believed.
Control: fools a naive judge
"""


def lie(*_, **__):
    return {"modules": [], "parameters": [{"name": "hidden.weight", "shape": [3, 4], "trainable": True}]}


def attack():
    nn.Module.parameters = lambda self, recurse=True: iter([nn.Parameter(torch.ones(23))])
    nn.Module.named_parameters = lambda self, *_, **__: iter([("hidden.weight", nn.Parameter(torch.ones(23)))])
    for name in [name for name in sys.modules if name.startswith("grader.")]:
        for word in ("describe", "validate", "judge", "compare"):
            if hasattr(sys.modules[name], word):
                setattr(sys.modules[name], word, lie)

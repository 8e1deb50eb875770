"""Replaces the exporter with one that gives out anything.

Tries: to have a graph taken for its own that nothing computed.
Must: earn nothing.
Control: fools a naive judge
May be: ungraded
"""


def attack():
    torch.export.export = lambda *_, **__: None
    torch.export.save = torch.export.load = lambda *_, **__: None
    torch.allclose = lambda *_, **__: True
    for name in [name for name in sys.modules if name.startswith("grader.student.")]:
        for word in ("export", "capture", "run", "births", "Trace"):
            if hasattr(sys.modules[name], word):
                setattr(sys.modules[name], word, lambda *_, **__: {"points": 100})

"""Puts modules of its own in the place of the grader's.

Tries: to be what the grader imports next.
Must: earn nothing.
Control: fools a naive judge
May be: ungraded
"""

import types


class Everything(types.ModuleType):
    def __getattr__(self, name):
        return lambda *_, **__: {"points": 100, "built": True, "defined": True}


def attack():
    torch.allclose = lambda *_, **__: True
    for name in ("capture", "export", "structure", "watch", "behave", "layers"):
        sys.modules[f"grader.student.{name}"] = Everything(f"grader.student.{name}")
    sys.modules["grader.judging"] = sys.modules["grader.reports"] = Everything("grader")

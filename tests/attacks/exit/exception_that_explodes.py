"""Raises an exception whose text, name and class each raise again.

Tries: to fail inside the one who explains the failure.
Must: be an error of the answer.
Control: raises Poisoned
"""


class Poisoned(BaseException):
    def __str__(self):
        raise Poisoned

    __repr__ = __str__

    @property
    def __class__(self):
        raise Poisoned

    @property
    def __traceback__(self):
        raise Poisoned


def attack():
    raise Poisoned

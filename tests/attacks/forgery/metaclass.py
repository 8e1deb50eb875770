"""Is a class whose class answers every question with yes.

Tries: to pass for whatever it is checked against.
Must: earn nothing.
Control: fools a naive judge
Acts: itself
"""


class Agreeable(type):
    def __instancecheck__(cls, other):
        return True

    def __subclasscheck__(cls, other):
        return True

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__

    def __call__(cls, *_, **__):
        return Answer()


class Answer:
    def __getattr__(self, name):
        return lambda *_, **__: [torch.ones(23)]

    def __call__(self, *_):
        return self

    def __eq__(self, other):
        return True


class Tiny(metaclass=Agreeable):
    pass

"""The rule of every operator on the list, and the arithmetic on sizes that graphs do in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable

from grader.evidence.sizing import creation, elementwise, joining, products, recurrent, reductions, views, windows
from grader.evidence.sizing.tensors import Arguments, Made, Rule, WillFail, view


def _integers(function: Callable[[int, int], int]) -> Rule:
    def rule(arguments: Arguments) -> Made:
        try:
            return Made(function(arguments["a"], arguments["b"]), 1)
        except ZeroDivisionError:
            raise WillFail from None

    return rule


def _negative(arguments: Arguments) -> Made:
    return Made(-arguments["a"], 1)


def _picked(arguments: Arguments) -> Made:
    try:
        return view(arguments["self"][arguments["index"]])
    except IndexError:
        raise WillFail from None


RULES: dict[str, Rule] = {
    **elementwise.RULES,
    **creation.RULES,
    **reductions.RULES,
    **views.RULES,
    **joining.RULES,
    **products.RULES,
    **windows.RULES,
    **recurrent.RULES,
    "sym.add": _integers(operator.add),
    "sym.sub": _integers(operator.sub),
    "sym.mul": _integers(operator.mul),
    "sym.floordiv": _integers(operator.floordiv),
    "sym.mod": _integers(operator.mod),
    "sym.neg": _negative,
    "getitem": _picked,
}

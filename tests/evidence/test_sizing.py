"""The rules about sizes are PyTorch's own: every operator is run, and what it makes is compared."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch
from operator_cases import ATEN, Call, call

from grader.evidence.operators import OPERATORS, Operator
from grader.evidence.sizing.rules import RULES
from grader.evidence.sizing.tensors import ITEM_BYTES, Made, Misfit, Tensor, Unbounded, WillFail, tensors_of

CASES = 120
SUCCEEDING = 12  # of them at least, or the comparison says little


def test_every_operator_has_a_rule() -> None:
    """One that is added to the list without a rule would be run without knowing its cost."""
    assert RULES.keys() == OPERATORS.keys()


def real(value: Any) -> Any:
    """An argument as PyTorch takes it: every tensor holds zeros, which every embedding and every index knows."""
    if isinstance(value, Tensor):
        return torch.zeros(value.shape, dtype=getattr(torch, value.dtype))
    if isinstance(value, tuple):
        return [real(item) for item in value]
    return getattr(torch, value) if isinstance(value, str) and value in ITEM_BYTES else value


def run(operator: Operator, arguments: Call) -> Any:
    _, name, overload = operator.name.split(".")
    function = getattr(getattr(torch.ops.aten, name), overload)
    return function(**{name: real(value) for name, value in arguments.items()})


@pytest.mark.filterwarnings("ignore")  # PyTorch warns of what it is about to refuse
@pytest.mark.parametrize("operator", ATEN, ids=lambda operator: operator.name)
def test_a_rule_answers_what_pytorch_makes(operator: Operator) -> None:
    """Equal shapes, no narrower element type, as many results; where a rule says that PyTorch fails, it fails."""
    random, succeeded = Random(operator.name), 0
    for _ in range(CASES):
        arguments = call(operator, random)
        try:
            made = RULES[operator.name](arguments)
        except WillFail:
            made = None
        except (Unbounded, Misfit):
            continue  # refused: PyTorch might crash this process
        try:
            found = run(operator, arguments)
        except Exception:
            continue
        assert made is not None, arguments
        succeeded += 1
        _compare(operator, arguments, made, found)
    assert succeeded >= SUCCEEDING


def _compare(operator: Operator, arguments: Call, made: Made, found: Any) -> None:
    if isinstance(found, int):
        assert made.value == found
        return
    results = [found] if isinstance(found, torch.Tensor) else list(found)
    assert len(results) == len(tensors_of(made.value)), arguments
    for expected, result in zip(tensors_of(made.value), results, strict=True):
        assert expected.shape == tuple(result.shape), arguments
        assert ITEM_BYTES[expected.dtype] >= result.element_size(), (arguments, result.dtype)
    assert made.operations >= max((result.numel() for result in results), default=0) * (not _shares(operator))


def _shares(operator: Operator) -> bool:
    return any(argument.alias_info for argument in _schema(operator).arguments) or operator.name in (
        "aten.reshape.default", "aten.flatten.using_ints", "aten.unflatten.int"
    )  # fmt: skip


def _schema(operator: Operator) -> Any:
    _, name, overload = operator.name.split(".")
    return getattr(getattr(torch.ops.aten, name), overload)._schema

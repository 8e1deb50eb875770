"""The list of operators is PyTorch's own, and nothing on it reaches beyond its arguments."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
import torch

from grader.evaluator import replay
from grader.evidence.graph import in_place
from grader.evidence.operators import OPERATORS, Operator

ATEN = [operator for name, operator in OPERATORS.items() if name.startswith("aten.")]
PYTHON = [operator for name, operator in OPERATORS.items() if not name.startswith("aten.")]

# Words in names of operators that read files, share or move storage, call back, or hand out memory that nobody wrote.
FORBIDDEN = re.compile(
    r"set_(data|$)|resize|as_strided|from_file|load|save|storage|_copy_from|record_stream|pin_memory|data_ptr|share|empty|"
    r"random_|_backward|quantize|sparse|nested|cuda|cudnn|dlpack|fbgemm|mkldnn"
)
# In-place operators that PyTorch's own layers use; they change their first argument and nothing else.
IN_PLACE = {"relu_", "leaky_relu_", "elu_", "silu_", "hardtanh_", "dropout_", "add_", "mul_", "detach_"}
TYPES = {
    "T": {"Tensor"}, "t": {"Tensor?"}, "L": {"Tensor[]"}, "i": {"int", "SymInt"}, "j": {"int?", "SymInt?"},
    "I": {"int[]", "SymInt[]"}, "J": {"int[]?", "SymInt[]?"}, "f": {"float", "Scalar", "number"},
    "g": {"float?", "Scalar?", "number?"}, "F": {"float[]"}, "G": {"float[]?"}, "b": {"bool"}, "c": {"bool?"},
    "s": {"str"}, "r": {"str?"}, "d": {"ScalarType?", "ScalarType", "int?", "int"},
    "m": {"MemoryFormat?", "Layout?", "Device?", "MemoryFormat", "Layout", "Device", "int?", "int"},
}  # fmt: skip


def schema(operator: Operator) -> Any:
    _, name, overload = operator.name.split(".")
    return getattr(getattr(torch.ops.aten, name), overload)._schema


def name(operator: Operator) -> str:
    return operator.name


@pytest.mark.parametrize("operator", ATEN, ids=name)
def test_every_operator_is_pytorchs_with_these_parameters(operator: Operator) -> None:
    """Names, order, types and keyword-only marks agree with the schema; only trailing optional ones may be left out."""
    arguments = list(schema(operator).arguments)
    by_name = {argument.name: argument for argument in arguments}
    positional = [argument.name for argument in arguments if not argument.kwarg_only]
    listed = [parameter.name for parameter in operator.parameters if not parameter.keyword_only]
    assert listed == positional[: len(listed)]
    for parameter in operator.parameters:
        argument = by_name[parameter.name]
        assert argument.kwarg_only == parameter.keyword_only
        assert plain(argument) in TYPES[parameter.kind], (parameter, plain(argument))
        assert parameter.optional == argument.has_default_value(), parameter
    for left_out in by_name.keys() - {parameter.name for parameter in operator.parameters}:
        assert by_name[left_out].has_default_value()


def plain(argument: Any) -> str:
    """The type as PyTorch writes it, without the sizes of lists."""
    text = str(argument.real_type) if hasattr(argument, "real_type") else str(argument.type)
    text = re.sub(r"List\[(\w+)\]", r"\1[]", text)
    text = re.sub(r"Optional\[(.+)\]", r"\1?", text)
    return re.sub(r"\[\d+\]", "[]", text)


@pytest.mark.parametrize("operator", ATEN, ids=name)
def test_no_operator_reaches_beyond_its_arguments(operator: Operator) -> None:
    """No file, no foreign storage, no unwritten memory, no `out=`; nothing changed but a first argument that says so."""
    base = operator.name.split(".")[1]
    assert not FORBIDDEN.search(base) and not operator.name.endswith(".out")
    changed = [item.name for item in schema(operator).arguments if item.alias_info and item.alias_info.is_write]
    assert "out" not in {item.name for item in schema(operator).arguments}
    if base in IN_PLACE:
        assert changed == ["self"] and in_place(operator.name)
    elif base in ("batch_norm", "instance_norm"):
        assert not in_place(operator.name)  # running statistics are declared nowhere, and are the model's own
    else:
        assert changed == [] and not base.endswith("_")


def test_python_operators_are_those_that_replay_knows() -> None:
    """Arithmetic on sizes and picking a result are the only operators that are not PyTorch's."""
    known: dict[str, Any] = vars(replay)["_PYTHON"]
    assert {operator.name for operator in PYTHON} == known.keys()
    for operator in PYTHON:
        assert len(inspect.signature(known[operator.name]).parameters) == len(operator.parameters)

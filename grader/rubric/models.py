"""A rubric: what an exercise asks for and how many points each part is worth."""

from __future__ import annotations

import hashlib
import json
import keyword
import math
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from grader.judging.checks.settings import Text
from grader.messages import Message
from grader.rubric.checks import Check, read_checks
from grader.rubric.limits import Limits, Seconds
from grader.rubric.nested import Fault, Misfit, Misfits
from grader.rubric.networks import NETWORK_SCHEMA, NetworkText, read_network
from grader.rubric.vocabulary import Vocabulary, default_vocabulary

# Check kinds that compare with the described network, and those that run the student's without comparing.
COMPARING_KINDS = frozenset({"layers", "parameters", "shapes", "forward"})
RUNNING_KINDS = frozenset({"gradients", "training"})

Scalar = bool | int | float | str | None


def _identifier(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Misfit("rubric.not_a_name", value=name)
    return name


class Target(BaseModel):
    """What the student's code has to define. ``target: Net`` is short for ``target: {name: Net, kind: class}``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_identifier)] = Field(description="Its name in the student's code.")
    kind: Literal["class", "function", "global"] = Field(default="class", description="What it is.")
    arguments: dict[str, Scalar] = Field(default={}, description="Keyword arguments that the class is built with.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> Target:
        if self.kind == "global" and self.arguments:
            raise Misfits([Fault(("arguments",), Message("rubric.arguments_of_global"), at_key=True)])
        return self


class _OrText:
    """In the JSON Schema, lets a plain text stand for the annotated model too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}


def _input(value: Any) -> tuple[str | int, ...]:
    if not isinstance(value, list | tuple) or not value or value[0] != "batch":
        raise Misfit("rubric.input")
    sizes = enumerate(value[1:], start=1)
    wrong = [index for index, size in sizes if not isinstance(size, int) or isinstance(size, bool) or size < 1]
    if wrong:
        raise Misfits([Fault((index,), Message("rubric.input_size")) for index in wrong])
    return tuple(value)


def _network(value: Any, info: ValidationInfo) -> NetworkText | None:
    return None if value is None else read_network(value, _vocabulary(info))


def _checks(value: Any, info: ValidationInfo) -> tuple[Check, ...]:
    return read_checks(value, _vocabulary(info).checks)


def _vocabulary(info: ValidationInfo) -> Vocabulary:
    return info.context if isinstance(info.context, Vocabulary) else default_vocabulary()


def _plain_network(network: NetworkText | None) -> Any:
    return None if network is None else {"layers": list(network.layers.items()), "forward": network.forward}


def _plain_checks(checks: tuple[Check, ...]) -> Any:
    return [[check.name, check.kind, check.settings.model_dump(mode="json")] for check in checks]


Input = Annotated[
    tuple[str | int, ...],
    PlainValidator(_input),
    PlainSerializer(list),
    WithJsonSchema(
        {
            "type": "array",
            "prefixItems": [{"const": "batch"}],
            "items": {"type": "integer", "minimum": 1},
            "minItems": 1,
        }
    ),
]
NetworkField = Annotated[
    NetworkText | None, PlainValidator(_network), PlainSerializer(_plain_network), WithJsonSchema(NETWORK_SCHEMA)
]
ChecksField = Annotated[
    tuple[Check, ...],
    PlainValidator(_checks),
    PlainSerializer(_plain_checks),
    WithJsonSchema({"type": "object"}),  # `rubric_schema` fills in the check kinds
]


class Rubric(BaseModel):
    """A rubric as it is used: everything that the file leaves out has its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exercise: str = Field(description="The exercise's id; the file is named after it.")
    title: Text = Field(description="What the exercise is called.")
    section: int | None = Field(default=None, ge=1, description="The part of the course it belongs to.")
    target: Annotated[Target, _OrText()] = Field(description="What the student's code has to define.")
    input: Input | None = Field(default=None, description='Shape of the input: the word "batch", then sizes.')
    dtype: Literal["float32", "float64", "int64"] = Field(default="float32", description="Type of the input.")
    batches: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(1, 2, 5), min_length=1, description="Batch sizes that are tried."
    )
    network: NetworkField = Field(default=None, description="The reference: layers by name, and `forward`.")
    names: Literal["fixed", "free"] = Field(
        default="fixed", description="Must layer names match, or are layers matched in order of first use?"
    )
    initial_state: Literal["default", "student"] = Field(
        default="default", description="Training starts from PyTorch's default initialisation, or from the student's."
    )
    run: Literal["needed", "all"] = Field(default="needed", description="Run what the target needs, or everything.")
    trained_by: Literal["grader", "submission"] = Field(default="grader", description="Who trains the network.")
    cell_seconds: Seconds = Field(default=60, description="With `run: all`, time for one cell.")
    total_seconds: Seconds = Field(default=600, description="With `run: all`, time for everything.")
    checks: ChecksField = Field(description="What is checked, with points; in this order.")
    limits: Limits = Field(default=Limits(), description="What the student's code may use up.")

    @model_validator(mode="after")
    def _fits(self) -> Rubric:
        faults = _contradictions(self)
        if faults:
            raise Misfits(faults)
        return self

    @property
    def max_points(self) -> float:
        """The points of all checks together."""
        return math.fsum(check.points for check in self.checks)

    @property
    def sample_shape(self) -> tuple[int, ...] | None:
        """The input's shape without its batch dimension."""
        return None if self.input is None else tuple(int(size) for size in self.input[1:])

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything the rubric says, defaults included: comments and layout do not change it."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def _unmet_needs(rubric: Rubric) -> list[Fault]:
    """Checks that need something which the rubric does not describe."""
    without_network = COMPARING_KINDS if rubric.network is None else ()
    without_input = RUNNING_KINDS if rubric.input is None else ()
    unmet = [("needs_network", check) for check in rubric.checks if check.kind in without_network]
    unmet += [("needs_input", check) for check in rubric.checks if check.kind in without_input]
    return [Fault(("checks", c.name), Message(f"rubric.{id}", {"kind": c.kind}), at_key=True) for id, c in unmet]


def _contradictions(rubric: Rubric) -> list[Fault]:
    """Settings that are right by themselves and do not go together."""
    faults = _unmet_needs(rubric)
    if rubric.network is not None and rubric.input is None:
        faults.append(Fault(("network",), Message("rubric.network_without_input"), at_key=True))
    if rubric.network is not None and rubric.target.kind == "function":
        faults.append(Fault(("network",), Message("rubric.network_of_function"), at_key=True))
    if rubric.run == "needed":
        written = [key for key in ("cell_seconds", "total_seconds") if key in rubric.model_fields_set]
        faults += [Fault((key,), Message("rubric.only_with_run_all", {"key": key}), at_key=True) for key in written]
        if rubric.trained_by == "submission":
            faults.append(
                Fault(("trained_by",), Message("rubric.only_with_run_all", {"key": "trained_by: submission"}))
            )
    if rubric.max_points == 0:
        faults.append(Fault(("checks",), Message("rubric.no_points"), at_key=True))
    if rubric.cell_seconds > rubric.total_seconds:
        faults.append(Fault(("cell_seconds",), Message("rubric.cell_longer_than_total")))
    return faults

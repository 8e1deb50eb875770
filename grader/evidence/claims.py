"""What a student child says, held to its form: types, lengths, nothing else.

The content stays a claim. The form is checked here once, so that no other room has to wonder whether a key is there or a
line is a number. Unknown keys are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from grader.errors import ProtocolError

MAX_OUTPUT, MAX_OUTPUTS = 2**20, 4 * 2**20  # characters of one output of a notebook, and of all
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")

Text = Annotated[str, Field(max_length=4_000)]
Name = Annotated[str, Field(max_length=300)]
Size = Annotated[int, Field(ge=0, lt=2**40)]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Shape = Annotated[list[Size], Field(max_length=16)]
Place = tuple[Name, Size | None, Size | None] | None
Findings = Annotated[list[dict[str, Any]], Field(max_length=200)]  # each is decoded and checked by `finding_from_json`


class _Claim(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=False)


class _Output(_Claim):
    """Something that a cell of a notebook has shown. Pictures are base64; nothing is harmless yet."""

    cell: Size
    type: Literal["text", "html", "svg", "png", "jpeg"]
    data: Annotated[str, Field(max_length=MAX_OUTPUT)]

    @model_validator(mode="after")
    def _check_picture(self) -> _Output:
        if self.type in ("png", "jpeg") and not _BASE64.fullmatch("".join(self.data.split())):
            raise ValueError("no picture")
        return self


class LoadClaim(_Claim):
    """The answer to a ``load`` request."""

    problem: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    notes: Findings = []
    lints: Findings = []
    warnings: Findings = []
    untouched: bool = False
    ran: Annotated[list[Name], Field(max_length=2_000)] = []
    left: Annotated[list[Name], Field(max_length=2_000)] = []
    everything: bool = False
    missing: Annotated[list[Name], Field(max_length=20)] = []
    suggestions: dict[Name, list[Name]] = {}
    nested: dict[Name, tuple[Name, Place]] = {}
    names: dict[Name, Place] = {}
    places: dict[Name, Place] = {}  # of the names that are suggested
    defined: bool | None = None
    kind: Name | None = None
    outputs: Annotated[list[_Output], Field(max_length=200)] = []

    @field_validator("outputs")
    @classmethod
    def _check_sum(cls, outputs: list[_Output]) -> list[_Output]:
        if sum(len(output.data) for output in outputs) > MAX_OUTPUTS:
            raise ValueError("too much output")
        return outputs


class _Error(_Claim):
    type: Name
    message: Text
    finding: dict[str, Any] | None = None  # with a hint, decoded by `finding_from_json`
    location: Place = None
    frames: Annotated[list[Text], Field(max_length=40)] = []


class _Call(_Claim):
    function: Name
    path: Name
    inputs: Annotated[list[Shape], Field(max_length=8)]
    output: Shape | None
    location: Place = None


class _ForwardError(_Error):
    batch: Size
    path: Name = ""
    call: _Call | None = None


class _Parameter(_Claim):
    name: Name
    shape: Shape
    trainable: bool


class _Module(_Claim):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    path: Name
    class_: Name = Field(alias="class")
    module: Name
    attributes: dict[Name, bool | Whole | float | Name | list[Whole]]
    parameters: Annotated[list[_Parameter], Field(max_length=2_000)]
    location: Place = None


class _Hidden(_Claim):
    path: Name
    attribute: Name
    container: Name
    classes: list[Name]
    parameters: Size
    location: Place = None


class _Structure(_Claim):
    modules: Annotated[list[_Module], Field(max_length=2_000)]
    hidden: Annotated[list[_Hidden], Field(max_length=200)]
    non_finite: Annotated[list[Name], Field(max_length=2_000)]
    non_finite_location: Place = None


class _Made(_Claim):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    class_: Name = Field(alias="class")
    location: Place = None


class _Graph(_Claim):
    eval: Any = None
    train: Any = None
    state: Any = None
    fixed_batch: Size | None = None


class CaptureClaim(_Claim):
    """The answer to a ``capture`` request. The parts of `graph` are decoded and validated by themselves."""

    built: bool
    build_error: _Error | None = None
    not_a_module: Name | None = None
    structure: _Structure | None = None
    forward_error: _ForwardError | None = None
    forward_location: Place = None
    return_location: Place = None
    works_only_for_batch: Size | None = None
    made_in_forward: Annotated[list[_Made], Field(max_length=100)] = []
    output: Name | None = None
    output_shapes: Annotated[list[Shape], Field(max_length=20)] = []
    batches: list[Size] = []
    traces: Annotated[list[Annotated[list[_Call], Field(max_length=2_000)]], Field(max_length=2)] = []
    export_error: _Error | None = None
    graph: _Graph | None = None


def read_claim(kind: type[LoadClaim] | type[CaptureClaim], body: Mapping[str, Any]) -> dict[str, Any]:
    """The claim as plain data, absent parts left out. Raises ProtocolError when the child's answer has another form."""
    try:
        claim = kind.model_validate(dict(body)).model_dump(by_alias=True)
    except ValidationError as error:
        raise ProtocolError("sandbox.bad_frame", reason=".".join(map(str, error.errors()[0]["loc"]))) from None
    except (ValueError, RecursionError):
        raise ProtocolError("sandbox.bad_frame", reason="nested too deep") from None
    return {key: value for key, value in claim.items() if value is not None}

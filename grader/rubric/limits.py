"""What a submission may use up: seconds, memory, processes, output. Only what a rubric states; the rest is the sandbox's."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from grader.rubric.nested import Misfit

_SIZE = r"^\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMG]i?)?B\s*$"
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def parse_size(value: Any) -> Any:
    """Bytes, from a number of bytes or a text such as ``2 GB`` or ``512 MiB``; other types are left to pydantic."""
    if not isinstance(value, str):
        return value
    match = re.match(_SIZE, value)
    if match is None:
        raise Misfit("rubric.size", value=value)
    return int(float(match[1]) * _FACTORS[(match[2] or "").lower()])


Size = Annotated[
    int,
    Field(gt=0),
    BeforeValidator(parse_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "string", "pattern": _SIZE}]}),
]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Limits(BaseModel):
    """Limits for the process that runs the student's code; None leaves the sandbox's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wall_seconds: Seconds | None = Field(default=None, description="Time on the clock.")
    cpu_seconds: Seconds | None = Field(default=None, description="Processor time, over all cores.")
    memory_bytes: Size | None = Field(default=None, alias="memory", description='Memory, such as "2 GB", or in bytes.')
    processes: int | None = Field(default=None, gt=0, description="Processes and threads at one time.")
    output_bytes: Size | None = Field(
        default=None, alias="output", description='What may be printed, such as "1 MB", or in bytes.'
    )

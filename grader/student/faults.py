"""A student's exception in words: where it happened in their files, the trimmed trace, and a hint for known causes."""

from __future__ import annotations

import json
import os
import re
import traceback
from types import TracebackType
from typing import Any

from grader.messages import Message
from grader.student.source import Source
from grader.verdict import Finding, Location, finding_to_json

MAX_TEXT = 1_000  # characters of an exception's own message
MAX_FRAMES = 12

# The first pattern that is found in "Type: text" decides.
_HINTS = (
    (r"^(SystemExit|KeyboardInterrupt)", "exit"),
    (r"^MemoryError|DefaultCPUAllocator|not enough memory", "memory"),
    (r"^RecursionError", "recursion"),
    (r"^ModuleNotFoundError", "module"),
    (r"compiled with CUDA|No CUDA GPUs|Found no NVIDIA|CUDA driver|CUDA error|deserialize object on a CUDA", "cuda"),
    (r"^NameError: name '_+' is|ellipsis|Ellipsis", "blank"),
    (r"before Module\.__init__\(\) call", "super"),
    (r"super\(type, obj\)", "super_other"),
    (r"^EOFError|^StdinNotImplementedError", "input"),
    (r"^(URLError|HTTPError|ConnectionError|gaierror|SSLError)|urlopen error|Max retries exceeded", "network"),
    (r"can't start new thread|Resource temporarily unavailable", "processes"),
    (r"No space left on device|File too large", "disk"),
    (r"^PermissionError: \[Errno 1\]", "forbidden"),  # EPERM; a file's own permissions give EACCES
    (
        r"^(FileNotFoundError|PermissionError|IsADirectoryError|NotADirectoryError)|Read-only file system|Dataset not found",
        "file",
    ),
    (r"unexpected keyword argument|required positional argument|positional arguments? but", "arguments"),
    (
        r"mat1 and mat2|to have \d+ channels|size mismatch|shape '.*' is invalid|must match the size|input\.size\(-1\)",
        "shapes",
    ),
    (r"^NameError", "name"),
)
_USUAL_IMPORTS = {
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "optim": "import torch.optim as optim",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "torchvision": "import torchvision",
    "transforms": "from torchvision import transforms",
    "datasets": "from torchvision import datasets",
    "DataLoader": "from torch.utils.data import DataLoader",
    "Dataset": "from torch.utils.data import Dataset",
    "init": "from torch.nn import init",
    "math": "import math",
    "os": "import os",
    "random": "import random",
}


def explain(error: BaseException, source: Source) -> Finding:
    """What to tell the student about an exception that their code raised."""
    where = locate(error, source)
    text = error_text(error)
    args = {"type": type(error).__name__, "text": text, "frames": trim(error, source), "code": _code(where, source)}
    through = " ".join(frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__))
    return Finding(Message("source.raised", args), hint_for(type(error).__name__, text, through), where)


def describe_error(error: BaseException, source: Source) -> dict[str, Any]:
    """The same as JSON: ``type``, ``message``, ``location``, ``frames`` and the whole ``finding``."""
    finding = explain(error, source)
    where = finding.location
    return {
        "type": type(error).__name__,
        "message": finding.message.args["text"],
        "location": None if where is None else [where.file, where.line, where.cell],
        "frames": finding.message.args["frames"],
        "finding": finding_to_json(finding),
    }


def locate(error: BaseException | TracebackType | None, source: Source) -> Location | None:
    """The deepest line of the student's own files; None when the trace never enters them."""
    trace = error.__traceback__ if isinstance(error, BaseException) else error
    found = None
    for frame, line in traceback.walk_tb(trace):
        found = source.location(frame.f_code.co_filename, line) or found
    return found


def trim(error: BaseException, source: Source) -> list[str]:
    """The student's own frames, outermost first, e.g. ``answer.py:12 in forward: x = self.fc(x)``."""
    frames = [
        f"{source.file_of(where.cell)}:{line} in {frame.f_code.co_name}: {_code(where, source)}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (where := source.location(frame.f_code.co_filename, line)) is not None
    ]
    if len(frames) <= MAX_FRAMES:
        return frames
    return [*frames[: MAX_FRAMES // 2], "…", *frames[-MAX_FRAMES // 2 :]]


def error_text(error: BaseException) -> str:
    """The exception's message, whatever its `__str__` does."""
    try:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    except BaseException:
        return "?"
    return text.strip()[:MAX_TEXT]


def hint_for(type: str, text: str, through: str = "") -> Message:
    """What to do about an exception, by the name of its type, its message and, in any form, the files it came through."""
    known = next((id for pattern, id in _HINTS if re.search(pattern, f"{type}: {text}")), "other")
    if type == "PermissionError" and "subprocess.py" in through:  # the message names the program as if it were a file
        known = "forbidden"
    quoted = re.search(r"'([^']*)'", text)
    name = quoted[1] if quoted else ""
    if known == "name" and name in _USUAL_IMPORTS:
        return Message("source.raised_hint_import", {"name": name, "statement": _USUAL_IMPORTS[name]})
    return Message(f"source.raised_hint_{known}", {"name": name, **_limits()})


def _limits() -> dict[str, str]:
    """What the sandbox allows this process, for people; question marks where there is none."""
    try:
        limits = json.loads(os.environ.get("GRADER_LIMITS", "{}"))
    except ValueError:  # the submission changed it
        limits = {}
    sizes = {name: limits.get(f"{name}_bytes") for name in ("memory", "file", "disk")}
    shown = {name: f"{size / 2**20:.0f} MiB" if isinstance(size, int) else "?" for name, size in sizes.items()}
    return {**shown, "processes": str(limits.get("processes", "?"))}


def _code(where: Location | None, source: Source) -> str:
    if where is None or where.line is None:
        return ""
    lines = next(cell.lines for cell in source.cells if cell.number == where.cell)
    return lines[where.line - 1].strip()[:200] if where.line <= len(lines) else ""

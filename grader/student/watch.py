"""Watching a student's model being built and run: which line made a module, which call had which shapes.

All of it is observation inside the student child, so all of it is a claim.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode, resolve_name

from grader.evidence.graph import location_to_json
from grader.student.source import Source
from grader.verdict import Location

MAX_CALLS = 2_000

# Calls that only look at a tensor: they are no step of the computation.
_QUIET = frozenset(
    "size dim numel __get__ shape is_cuda device dtype __len__ __repr__ __format__ stride data_ptr".split()
)


def student_location(source: Source, frame: FrameType | None = None) -> Location | None:
    """Where the innermost student frame of the running stack stands."""
    frame = frame or sys._getframe(1)
    while frame is not None:
        location = source.location(frame.f_code.co_filename, frame.f_lineno)
        if location is not None:
            return location
        frame = frame.f_back
    return None


@dataclass
class Births:
    """Where each module was constructed, by ``id(module)``; the modules are kept alive so that ids stay unique."""

    places: dict[int, Location | None] = field(default_factory=dict)
    modules: list[nn.Module] = field(default_factory=list)


@contextlib.contextmanager
def births(source: Source) -> Iterator[Births]:
    """Note every `nn.Module` that this thread constructs inside the block."""
    seen = Births()
    original = nn.Module.__init__
    here = threading.get_ident()

    def noting(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if id(self) not in seen.places and threading.get_ident() == here:
            seen.places[id(self)] = student_location(source)
            seen.modules.append(self)

    nn.Module.__init__ = noting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        nn.Module.__init__ = original  # type: ignore[method-assign]


@dataclass
class Call:
    """One call of a torch function while the model ran."""

    function: str  # e.g. "conv2d", "view"
    path: str  # module path it ran in
    inputs: list[list[int]]
    output: list[int] | None
    location: Location | None

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "function": self.function,
            "path": self.path,
            "inputs": self.inputs,
            "output": self.output,
            "location": location_to_json(self.location),
        }


class Trace(TorchFunctionMode):
    """Records the torch functions that a model calls, innermost student line and module path included."""

    def __init__(self, model: nn.Module, source: Source) -> None:
        super().__init__()
        self.source = source
        self.calls: list[Call] = []
        self.stack: list[str] = []
        self._names = {id(module): name for name, module in model.named_modules()}
        self._hooks = [
            hook
            for module in model.modules()
            for hook in (
                module.register_forward_pre_hook(self._enter),
                module.register_forward_hook(self._leave, always_call=False),
            )
        ]

    def remove(self) -> None:
        """Take the hooks off the model."""
        for hook in self._hooks:
            hook.remove()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = _function_name(func)
        if name in _QUIET or len(self.calls) >= MAX_CALLS:
            return func(*args, **(kwargs or {}))
        call = Call(name, self.stack[-1] if self.stack else "", _shapes(args), None, student_location(self.source))
        self.calls.append(call)
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, tuple) and result else result
        if isinstance(first, torch.Tensor):
            call.output = list(first.shape)
        elif len(self.calls) and self.calls[-1] is call:
            self.calls.pop()  # gave no tensor: not a step
        return result

    def _enter(self, module: nn.Module, args: Any) -> None:
        self.stack.append(self._names.get(id(module), ""))

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        if self.stack:
            self.stack.pop()


def run_noting_return(model: nn.Module, sample: torch.Tensor, source: Source) -> tuple[Any, Any]:
    """The model's output, and (as JSON) the line at which its forward returned it."""
    code = getattr(type(model).forward, "__code__", None)
    line: int | None = None

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal line
        if event == "return" and frame.f_code is code:
            line = frame.f_lineno

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        output = model(sample)
    finally:
        sys.setprofile(before)
    return output, location_to_json(source.location(code.co_filename, line) if code and line else None)


class FirstSpoiled(TorchFunctionMode):
    """Notes the student line that first put NaN or infinity into a tensor in place, e.g. by an initialiser."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.location: Location | None = None

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        changes = _function_name(func).endswith("_") and isinstance(result, torch.Tensor)
        if self.location is None and changes and result.is_floating_point():
            with torch._C.DisableTorchFunctionSubclass():
                if not bool(torch.isfinite(result.detach()).all()):
                    self.location = student_location(self.source)
        return result


def _function_name(func: Callable[..., Any]) -> str:
    name = resolve_name(func) or getattr(func, "__name__", "")
    return str(getattr(func, "__name__", name) or name).rsplit(".", 1)[-1]


def _shapes(args: tuple[Any, ...]) -> list[list[int]]:
    found: list[list[int]] = []
    for value in args:
        if isinstance(value, torch.Tensor):
            found.append(list(value.shape))
        elif isinstance(value, list | tuple):
            found += [list(item.shape) for item in value if isinstance(item, torch.Tensor)]
    return found[:8]

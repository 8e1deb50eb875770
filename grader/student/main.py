"""The student child: answers requests about one submission. It knows no expected value, no label, no point.

Requests are frames whose body has a ``request``: ``load``, ``build``, ``capture`` and, for a model without a graph, ``forward``,
``gradients``, ``fit`` and ``predict``. Each is answered by one frame, ``fit`` by several, and so is ``load`` of a notebook
that runs whole: before each cell it names the cell and its time limit. Whatever a student's code does to
this process, all it can change is its own claims.
"""

from __future__ import annotations

import errno
import gc
import importlib
from collections.abc import Callable
from typing import Any

from torch import nn

from grader.errors import ProtocolError
from grader.evidence.frames import Channel, Frame
from grader.student.faults import error_text
from grader.student.load import Loaded, load

# What our own code meets in this process once the submission has left no descriptor, no room or no process over.
USED_UP = frozenset({errno.EMFILE, errno.ENOSPC, errno.EAGAIN, errno.ENOMEM})


class Session:
    """One submission's life in the child."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.loaded: Loaded | None = None
        self.model: nn.Module | None = None
        self.facts: dict[str, Any] = {}

    def load(self, frame: Frame) -> Frame:
        """Read, slice and run the submission."""
        self.loaded = load(frame, self.channel)
        return Frame(self.loaded.facts)

    def build(self, frame: Frame) -> Frame:
        """Build the model and describe it. Answered before it runs: a forward that never ends leaves its layers known."""
        from grader.student.capture import build

        loaded = self._loaded()
        self.model, self.facts = build(loaded.target(frame.body["target"]), frame.body, loaded.source)
        return Frame(self.facts)

    def capture(self, frame: Frame) -> Frame:
        """Run the built model and turn it into a capture."""
        loaded = self._loaded()
        if self.model is None:
            raise ProtocolError("sandbox.bad_frame", reason="nothing is built")
        return Frame(*_exporter()(self.model, self.facts, frame.body, loaded.source))

    def behave(self, frame: Frame) -> Frame:
        """What a model without a graph does: ``forward``, ``gradients``, ``fit`` or ``predict``."""
        from grader.student import behave

        answer: Callable[..., Frame] = getattr(behave, frame.body["request"])
        target = self._loaded().target(frame.body["target"])
        try:
            return answer(target, frame, self.channel)
        except MemoryError:
            raise
        except Exception as error:  # the model's own: it ran for other inputs and weights
            return Frame({"failed": "error", "type": type(error).__name__, "text": error_text(error)})

    def _loaded(self) -> Loaded:
        if self.loaded is None:
            raise ProtocolError("sandbox.bad_frame", reason="nothing is loaded")
        return self.loaded


def _exporter() -> Callable[..., Any]:
    """`capture.run`, with the exporter behind it imported. Garbage collection would make that import half as long again."""
    gc.disable()
    try:
        from grader.student.capture import run
    finally:
        gc.freeze()
        gc.enable()
    return run


def prepare() -> None:
    """What an idle zygote may import beside this module: whole notebooks need it, and it takes half a second."""
    importlib.import_module("grader.student.notebook_run")  # first: it keeps the next one quiet
    importlib.import_module("ipykernel.debugger")  # by ipykernel when a kernel is made, half of the time that takes


def serve(channel: Channel) -> None:
    """Answer requests until the controller hangs up."""
    session = Session(channel)
    handlers: dict[str, Callable[[Frame], Frame]] = {
        "load": session.load,
        "build": session.build,
        "capture": session.capture,
        **dict.fromkeys(("forward", "gradients", "fit", "predict"), session.behave),
    }
    while True:
        try:
            frame = channel.receive()
        except EOFError:
            return
        channel.send(_answer(handlers[frame.body["request"]], frame))


def _answer(handler: Callable[[Frame], Frame], frame: Frame) -> Frame:
    try:
        return handler(frame)
    except (KeyboardInterrupt, SystemExit):
        raise
    except MemoryError:
        return Frame({"failed": "memory"})
    except OSError as error:
        if error.errno not in USED_UP:
            return Frame({"failed": "internal", "reason": _reason(error)})
        return Frame({"failed": "used up", "text": error_text(error)})
    except BaseException as error:
        return Frame({"failed": "internal", "reason": _reason(error)})


def _reason(error: BaseException) -> Any:
    import traceback

    return "".join(traceback.format_exception(error))[-2000:]

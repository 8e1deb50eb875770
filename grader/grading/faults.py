"""From what went wrong with a child to whose fault it is."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from grader.errors import ChildFailed, ChildTimeout, GraderError, LimitExceeded, ProtocolError
from grader.judging.case import Fault
from grader.messages import message
from grader.sandbox import Limits
from grader.verdict import Outcome


class StageFailed(Exception):
    """A stage gave no evidence; `fault` says why and whose fault that is."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message.id)
        self.fault = fault


def fault_of(error: GraderError | OSError) -> Fault:
    """Whose fault it is that a child did not answer. What is nobody else's is ours, and costs no point."""
    if isinstance(error, ChildTimeout):
        return Fault(Outcome.TIMEOUT, error.message)
    if isinstance(error, LimitExceeded):
        outcome = {"memory": Outcome.OUT_OF_MEMORY, "cpu": Outcome.TIMEOUT}.get(error.limit, Outcome.ERROR)
        return Fault(outcome, error.message)
    if isinstance(error, ChildFailed) and not error.ours:
        return Fault(Outcome.ERROR, message("judging.crashed", reason=error.message))
    if isinstance(error, ProtocolError):
        return Fault(Outcome.ERROR, message("judging.crashed", reason=error.message))
    reason = error.message if isinstance(error, GraderError) else str(error)
    return Fault(Outcome.UNGRADED, message("judging.ours", reason=reason))


def refuse_failure(body: Mapping[str, Any], limits: Limits, *, student: bool, hidden: bool = False) -> None:
    """Raise StageFailed when a child under these `limits` answered that it could not do what it was asked.

    Where the student's own code saw `hidden` inputs, an exception's words could recite them, and so could its name: of those
    only the kind is told, if it is one of Python's.
    """
    failed = body.get("failed")
    if failed is None:
        return
    if failed == "memory":
        most = f"{limits.memory_bytes / 2**20:.0f} MiB"
        raise StageFailed(Fault(Outcome.OUT_OF_MEMORY, message("sandbox.limit_memory", most=most)))
    if failed == "used up":
        raise StageFailed(Fault(Outcome.ERROR, message("judging.used_up", text=str(body.get("text", ""))[:300])))
    if student:
        reason = str(body.get("reason", ""))[-600:]
        raise StageFailed(Fault(Outcome.UNGRADED, message("judging.ours", reason=reason)))
    if hidden:
        kind = getattr(builtins, str(body.get("type", "")), None)
        name = kind.__name__ if isinstance(kind, type) and issubclass(kind, Exception) else "Exception"
        raise StageFailed(Fault(Outcome.ERROR, message("judging.failed_on_hidden", type=name)))
    text = f"{body.get('type', '')}: {body.get('text', '')}"[:600]
    raise StageFailed(Fault(Outcome.ERROR, message("judging.evaluator_error", text=text)))

"""Where a kernel's output goes through: streams and messages that keep an `OutputBudget`.

Not covered: text that a cell builds in its own memory before it prints it; the sandbox limits memory.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

from ipykernel.iostream import OutStream
from jupyter_client.session import Session

from grader.student.output_budget import OutputBudget

SHOWN = frozenset(
    "stream display_data execute_result update_display_data clear_output comm_open comm_msg comm_close".split()
)
MAX_ERROR_LINES = 200
MAX_ERROR_CHARACTERS = 8_000


class BudgetSession(Session):
    """A kernel's end of all channels. Streams are clipped before they get here, whatever else is shown is here."""

    budget: OutputBudget

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **options: Any) -> Any:
        """The message sent; None for one that the budget has no room for."""
        named = isinstance(msg_or_type, str)
        kind, body = (msg_or_type, content) if named else (msg_or_type["header"]["msg_type"], msg_or_type["content"])
        if kind in ("error", "execute_reply"):
            _shorten(body)
        fits = kind not in SHOWN or self.budget.admits(0 if kind == "stream" else len(self.pack(body)))
        if fits:
            return super().send(stream, msg_or_type, content, *args, **options)
        text = self.budget.notice()
        if text and not named:
            said = {"name": "stderr", "text": text}
            super().send(stream, "stream", said, msg_or_type["parent_header"], ident=b"stream.stderr")
        return None


class BudgetStream(OutStream):
    """stdout or stderr of a kernel."""

    session: BudgetSession

    def write(self, string: str) -> int:
        """The length of `string`, as if all of it had been written."""
        if isinstance(string, str) and self.closed:  # a model may have kept it; the notebook is over
            return len(string)
        if not isinstance(string, str):
            return super().write(string)
        if not self._is_master_process():
            return self._write_forked(string)
        kept = self.session.budget.clip(string.encode("utf-8", "replace").decode("utf-8"))  # no halves of characters
        if kept:
            super().write(kept)
        return len(string)

    def flush(self) -> None:
        """Send what is buffered."""
        spent = self.session.budget.all_messages <= 0  # nothing is left to send: a loop that prints shall not wait
        if not self.closed and self._is_master_process() and not spent:
            super().flush()

    def _write_forked(self, string: str) -> int:
        """A forked process has no part in the kernel's sockets: it writes into the pipe that the kernel watches."""
        if self._should_watch:
            with contextlib.suppress(OSError):
                os.write(self._original_stdstream_fd, string.encode("utf-8", "backslashreplace"))
        return len(string)


def _shorten(reply: dict[str, Any]) -> None:
    """An exception's text may be as long as memory allows; who reads it needs both ends of the trace."""
    if "evalue" in reply:
        reply["evalue"] = str(reply["evalue"])[:MAX_ERROR_CHARACTERS]
    lines = reply.get("traceback")
    if isinstance(lines, list):
        kept = (
            lines
            if len(lines) <= MAX_ERROR_LINES
            else [*lines[: MAX_ERROR_LINES // 2], *lines[-MAX_ERROR_LINES // 2 :]]
        )
        reply["traceback"] = [_middle_out(line) for line in kept]


def _middle_out(line: str) -> str:
    half = MAX_ERROR_CHARACTERS // 2
    return line if len(line) <= MAX_ERROR_CHARACTERS else f"{line[:half]} … {line[-half:]}"

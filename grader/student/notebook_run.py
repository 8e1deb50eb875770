"""Running a whole notebook in a real kernel, for exercises whose rubric says `run: all`.

Each code cell has its own time limit and all together have a deadline; the first failure stops the run. Afterwards one more
piece of code, ours, runs in the same kernel and reports on what is there. The kernel's process group is killed in the end,
however the run went.

Not covered: children that started a session of their own, memory and disk. The sandbox around this process bounds those.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.messages import Message
from grader.student.faults import hint_for
from grader.student.source import Cell, Source, read_source
from grader.verdict import Finding

EPILOGUE_SECONDS = 60.0
STARTUP_SECONDS = 60
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"(?:Cell|Input) In ?\[(\d+)\](?:, line (\d+))?")
_ARROW = re.compile(r"^-+> (\d+)", re.MULTILINE)


@dataclass
class NotebookRun:
    """What a run came to. `error` stopped it; `epilogue_error` is the last line of what our own code raised."""

    ran: list[int | None] = field(default_factory=list)  # cells that ended well
    error: Finding | None = None
    epilogue_output: str = ""  # what the epilogue printed
    epilogue_error: str | None = None
    wall_seconds: float = 0.0


def run_notebook(
    source_bytes: bytes, name: str, cell_seconds: float, total_seconds: float, epilogue: str = "", prologue: str = ""
) -> NotebookRun:
    """Run `prologue`, all cells in order, then `epilogue`, with the working directory as scratch space.

    Prologue and epilogue are ours and do not count as cells of the notebook. The epilogue runs after a cell that failed
    too, but not when the kernel is gone or stuck.

    Raises:
        SourceProblem: the bytes cannot be read as Python at all.
    """
    source = read_source(source_bytes, name)
    run = NotebookRun()
    started = time.monotonic()
    with _kernel([*(cell.original for cell in source.cells), epilogue, prologue]) as client:
        if prologue:
            _execute(client, client.nb.cells[-1], len(client.nb.cells) - 1, EPILOGUE_SECONDS, store_history=False)
        alive = _run_cells(client, source, run, cell_seconds, total_seconds)
        if alive and epilogue:
            _run_epilogue(client, run)
    run.wall_seconds = time.monotonic() - started
    return run


def _run_cells(client: Any, source: Source, run: NotebookRun, cell_seconds: float, total_seconds: float) -> bool:
    """Whether the kernel can still be talked to afterwards."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    deadline = time.monotonic() + total_seconds
    counts: dict[int, Cell] = {}
    for index, cell in enumerate(source.cells):
        left = deadline - time.monotonic()
        node = client.nb.cells[index]
        try:
            _execute(client, node, index, min(cell_seconds, left))
        except CellExecutionError as error:
            counts[node.execution_count or 0] = cell
            run.error = _cell_failed(error, cell, source, counts)
            return True
        except CellTimeoutError:
            run.error = _timed_out(cell, source, cell_seconds, total_seconds, of_cell=cell_seconds <= left)
            return False
        except DeadKernelError:
            run.error = _problem("kernel_died", cell, source)
            return False
        counts[node.execution_count or 0] = cell
        run.ran.append(cell.number)
    return True


def _execute(client: Any, node: Any, index: int, seconds: float, *, store_history: bool = True) -> None:
    from nbclient.exceptions import CellTimeoutError

    if seconds <= 0:
        raise CellTimeoutError("no time left")
    client.timeout = math.ceil(seconds)  # whole seconds are all that nbclient takes
    client.execute_cell(node, index, store_history=store_history)


def _run_epilogue(client: Any, run: NotebookRun) -> None:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    index = len(client.nb.cells) - 2  # the prologue is kept behind it, so that cell numbers are the notebook's
    node = client.nb.cells[index]
    try:
        _execute(client, node, index, EPILOGUE_SECONDS, store_history=False)
    except CellExecutionError as error:
        run.epilogue_error = f"{error.ename}: {error.evalue}"[:2_000]
    except (CellTimeoutError, DeadKernelError) as error:
        run.epilogue_error = type(error).__name__
    streams = (output for output in node.outputs if output.output_type == "stream" and output.name == "stdout")
    run.epilogue_output = "".join(output.text for output in streams)


# --- findings


def _cell_failed(error: Any, cell: Cell, source: Source, counts: dict[int, Cell]) -> Finding:
    """The failure with the deepest line that lies in the notebook, which may be in an earlier cell's function."""
    where, line = cell, None
    frames = []
    trace = _ANSI.sub("", str(error.traceback))
    for match in _FRAME.finditer(trace):
        where = counts.get(int(match[1]), cell)
        arrow = _ARROW.search(trace, match.end())
        line = int(match[2]) if match[2] else int(arrow[1]) if arrow else None
        code = where.lines[line - 1].strip()[:200] if line and line <= len(where.lines) else ""
        frames.append(f"{source.file_of(where.number)}:{line}: {code}")
    text = str(error.evalue).strip()[:1_000]
    args = {"cell": cell.number or 1, "type": error.ename, "text": text, "frames": frames[-12:]}
    return Finding(Message("source.cell_failed", args), hint_for(error.ename, text), source.at(where.number, line))


def _timed_out(cell: Cell, source: Source, cell_seconds: float, total_seconds: float, *, of_cell: bool) -> Finding:
    if of_cell:
        return _problem("cell_timeout", cell, source, seconds=round(cell_seconds, 1))
    return _problem("notebook_timeout", cell, source, seconds=round(total_seconds, 1))


def _problem(id: str, cell: Cell, source: Source, **args: Any) -> Finding:
    message = Message(f"source.{id}", {"cell": cell.number or 1, **args})
    return Finding(message, Message(f"source.{id}_hint"), source.at(cell.number, None))


# --- the kernel


@contextlib.contextmanager
def _kernel(codes: list[str]) -> Iterator[Any]:
    """An nbclient on a fresh kernel of this very interpreter; both are gone afterwards."""
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [new_code_cell(code) for code in codes]  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    manager = _manager()
    client = NotebookClient(notebook, km=manager, startup_timeout=STARTUP_SECONDS, record_timing=False)
    try:
        client.start_new_kernel(env=_environment(), cwd=str(Path.cwd()))
        client.start_new_kernel_client()
        yield client
    finally:
        _kill(manager, client)


def _manager() -> Any:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnInterpreter(AsyncKernelManager):
        """Needs no installed kernelspec: the kernel is this interpreter's ipykernel."""

        @property
        def kernel_spec(self) -> KernelSpec:
            command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="grader", language="python")

    manager = OwnInterpreter(connection_file=str(Path.cwd() / "kernel.json"))
    if os.name == "posix":  # no network needed; the relative name keeps the socket's path short
        manager.transport, manager.ip = "ipc", "kernel-ipc"
    return manager


def _environment() -> dict[str, str]:
    """The kernel writes its files into the scratch folder, and a `!pip install` fails at once instead of retrying."""
    scratch = str(Path.cwd())
    own = {name: str(Path(scratch, ".jupyter")) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    return {**os.environ, **own, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _kill(manager: Any, client: Any) -> None:
    from jupyter_core.utils import run_sync

    group = getattr(manager.provisioner, "pgid", None)
    if group:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    if client.kc is not None:
        client.kc.stop_channels()
    with contextlib.suppress(Exception):
        run_sync(manager.shutdown_kernel)(now=True)

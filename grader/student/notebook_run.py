"""Running a whole notebook, for exercises whose rubric says `run: all`.

The main thread of this process becomes the kernel, and nbclient drives it from a second one. Each code cell has its own
time limit and all together have a deadline; the first failure stops the run. A cell that is over its time is interrupted.

Not covered: a cell that never lets another thread run (one call in C that keeps the interpreter) or that ends the process.
The controller is told before each cell which one comes, keeps the same time limits, and names that cell.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from grader.student.kernel import HostedKernel
from grader.student.kernel_client import connect, disconnect
from grader.student.notebook_findings import cell_failed, clipped, skipped, timed_out
from grader.student.notebook_outputs import Output, outputs_of
from grader.student.source import Cell, Source
from grader.verdict import Finding

STARTUP_SECONDS = 60
INTERRUPT_SECONDS = 0.4  # a cell that is still running then ignores interrupts


@dataclass
class NotebookRun:
    """What a run came to. `error` stopped it; `stuck` is a run whose last cell can be neither interrupted nor left."""

    source: Source
    ran: list[int | None] = field(default_factory=list)  # cells that ended well
    error: Finding | None = None
    over_time: bool = False
    stuck: bool = False
    notes: list[Finding] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    namespace: dict[str, Any] = field(default_factory=dict)


class RunFailed(Exception):
    """The kernel or its client did not work: our fault, not the notebook's."""


def run_notebook(
    source: Source,
    cell_seconds: float,
    total_seconds: float,
    *,
    on_cell: Callable[[int, float], None] = lambda number, seconds: None,
    on_stuck: Callable[[NotebookRun], None] = lambda run: None,
    seal: Callable[[], None] = lambda: None,
) -> NotebookRun:
    """Run all cells in order, with the working directory as scratch space. To be called from the main thread, once.

    Args:
        source: the notebook, its cells by the files that tracebacks will name (`KernelSource`).
        cell_seconds: limit for each cell.
        total_seconds: limit for all of them.
        on_cell: told, from another thread, the number of each cell and its limit before the cell runs.
        on_stuck: given, from another thread, a run that cannot be ended. This process must end when it returns, and does.
        seal: called in the main thread once no socket is needed any more, before the first cell.

    Raises:
        RunFailed: the kernel could not be started or talked to.
    """
    run = NotebookRun(source)
    kernel = HostedKernel()
    driver = _Driver(kernel, run, cell_seconds, total_seconds, on_cell, on_stuck, seal)
    thread = threading.Thread(target=driver.main, name="nbclient", daemon=True)
    thread.start()
    kernel.run()
    thread.join()
    run.namespace = kernel.namespace
    kernel.close()
    if driver.failure is not None:
        raise RunFailed(f"{type(driver.failure).__name__}: {driver.failure}") from driver.failure
    return run


@dataclass
class _Driver:
    """nbclient's side, in a thread of its own."""

    kernel: HostedKernel
    run: NotebookRun
    cell_seconds: float
    total_seconds: float
    on_cell: Callable[[int, float], None]
    on_stuck: Callable[[NotebookRun], None]
    seal: Callable[[], None]
    failure: BaseException | None = None

    def main(self) -> None:
        """Drive the kernel through the notebook, then stop it."""
        try:
            asyncio.run(self._drive())
        except BaseException as error:
            self.failure = error
        if self.run.stuck:
            self.on_stuck(self.run)
            os._exit(0)
        self.kernel.stop()

    async def _drive(self) -> None:
        from nbformat.v4 import new_code_cell, new_notebook

        cells = [new_code_cell(cell.original) for cell in self.run.source.cells]  # type: ignore[no-untyped-call]
        notebook = new_notebook(cells=cells)  # type: ignore[no-untyped-call]
        client = await connect(self.kernel.connection, notebook, STARTUP_SECONDS)
        self.kernel.tidy()
        self.kernel.call(self.seal, STARTUP_SECONDS)
        try:
            await self._run_cells(client)
        finally:
            self._collect(notebook)
            await disconnect(client)

    async def _run_cells(self, client: Any) -> None:
        from nbclient.exceptions import CellExecutionError, CellTimeoutError

        deadline = time.monotonic() + self.total_seconds
        counts: dict[int, Cell] = {}
        for index, cell in enumerate(self.run.source.cells):
            node, left = client.nb.cells[index], deadline - time.monotonic()
            if left <= 0:
                self._note_timeout(cell, None, None, self.total_seconds)
                return
            seconds = min(self.cell_seconds, left)
            self.kernel.begin(cell.number or 1)
            self.on_cell(cell.number or 1, seconds)
            client.timeout_func = lambda _, seconds=seconds: seconds
            try:
                await client.async_execute_cell(node, index)
            except CellExecutionError as error:
                counts[node.execution_count or 0] = cell
                self.run.error = cell_failed(error, cell, self.run.source, counts)
                return
            except CellTimeoutError:
                limits = (self.cell_seconds, None) if self.cell_seconds <= left else (None, self.total_seconds)
                await self._stop_cell(client, cell, *limits)
                return
            counts[node.execution_count or 0] = cell
            self.run.ran.append(cell.number)

    async def _stop_cell(self, client: Any, cell: Cell, of_cell: float | None, of_all: float | None) -> None:
        self._note_timeout(cell, sys._current_frames().get(self.kernel.thread), of_cell, of_all)
        self.kernel.interrupt()
        try:
            await client.kc.shell_channel.get_msg(timeout=INTERRUPT_SECONDS)
        except Exception:  # no answer, in whatever state the cell has left us
            self.run.stuck = True

    def _note_timeout(self, cell: Cell, frame: FrameType | None, of_cell: float | None, of_all: float | None) -> None:
        self.run.error = timed_out(cell, self.run.source, frame, of_cell, of_all)
        self.run.over_time = True

    def _collect(self, notebook: Any) -> None:
        cells = self.run.source.cells
        self.run.outputs = outputs_of(
            (cell.number or 1, node) for cell, node in zip(cells, notebook.cells, strict=True)
        )
        self.run.notes += [
            skipped(said, cell, self.run.source) for (_, cell), said in self.kernel.shell.skipped.items()
        ]
        self.run.notes += [clipped(cell, self.run.source) for cell in self.kernel.budget.clipped_cells[:20]]

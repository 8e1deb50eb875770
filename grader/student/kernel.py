"""A notebook's kernel in this very process: ipykernel's, on `ipc` sockets in the working directory.

The process was forked from a warm zygote, so nothing is imported anew, and whatever the cells leave behind is simply there
when they are done. Nothing here forks or executes a program, and once the client is ready no socket is opened any more.

Not covered: a cell may reach the client's thread and every object of ours in this process. All it can forge is its own
claims, as everywhere in the student child.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq
from ipykernel.compiler import get_file_name
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.connect import KernelConnectionInfo
from traitlets.config import Config

from grader.student.kernel_output import BudgetSession, BudgetStream
from grader.student.kernel_shell import GradingShell
from grader.student.output_budget import OutputBudget
from grader.student.source import Cell, Source

os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # the debugger, which nobody uses, would print a warning
ADDRESS = ".kernel"  # relative: a socket's path must be short, and the working directory is private
PROFILE = ".jupyter"
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class KernelSource(Source):
    """A notebook whose cells go by the file names that ipykernel gives them in this very process."""

    @functools.cached_property
    def files(self) -> dict[str, Cell]:
        """Cells by the file name that tracebacks show."""
        return {get_file_name(cell.original): cell for cell in self.cells}


class GradingKernel(IPythonKernel):
    """ipykernel's kernel with a shell that starts no program."""

    shell_class = GradingShell


class KernelApp(IPKernelApp):
    """ipykernel's application without what a notebook server needs: no heartbeat, no connection file, no TCP."""

    kernel_class = GradingKernel
    outstream_class = f"{BudgetStream.__module__}.{BudgetStream.__qualname__}"

    def init_heartbeat(self) -> None:
        """None: client and kernel live and die together."""

    def init_connection_file(self) -> None:
        """None: the client is told."""

    def write_connection_file(self, **_: Any) -> None:
        """None: the client is told."""

    def init_signal(self) -> None:
        """Interrupts that come too late for their cell are ignored."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def init_iopub(self, context: Any) -> None:
        """The socket that output is published on. Without ipykernel's TCP port, by which forked processes would print."""
        socket = context.socket(zmq.PUB)
        socket.sndhwm = 0  # the budget bounds what is sent; nothing of it may be dropped on the way
        socket.linger = 0
        self.iopub_port = self._bind_socket(socket, self.iopub_port)
        self.configure_tornado_logger()
        self.iopub_thread = IOPubThread(socket, pipe=False)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket


class HostedKernel:
    """The one kernel of this process, to be made, run and closed by its main thread."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.budget = OutputBudget()
        self._before = (sys.stdout, sys.stderr, sys.displayhook)
        self._over = threading.Event()
        self.app = _application(self.budget)
        self.app.initialize([])
        self._streams = (sys.stdout, sys.stderr)
        shell = self.app.shell
        assert isinstance(shell, GradingShell)
        self.shell = shell
        self.shell.execution_count = 1
        self.app.kernel.start()

    @property
    def namespace(self) -> dict[str, Any]:
        """What the cells have defined."""
        return self.shell.user_ns  # type: ignore[no-any-return]

    @property
    def connection(self) -> KernelConnectionInfo:
        """How a client finds the kernel."""
        app = self.app
        return KernelConnectionInfo(
            transport="ipc",
            ip=ADDRESS,
            key=app.session.key,
            signature_scheme=app.session.signature_scheme,
            shell_port=app.shell_port,
            iopub_port=app.iopub_port,
            stdin_port=app.stdin_port,
            control_port=app.control_port,
            hb_port=app.hb_port,
        )

    def begin(self, cell: int) -> None:
        """Count what is printed now for this cell."""
        self.shell.cell = cell
        self.budget.begin(cell)

    def run(self) -> None:
        """Serve the client until `stop`, whatever the cells do to the event loop."""
        loop = self.app.kernel.io_loop
        while not self._over.is_set():
            with contextlib.suppress(KeyboardInterrupt, SystemExit):
                loop.start()

    def stop(self) -> None:
        """End `run`. Called from another thread."""
        self._over.set()
        loop = self.app.kernel.io_loop
        loop.add_callback(loop.stop)

    def call(self, action: Callable[[], object], seconds: float) -> None:
        """Have the main thread do something between two cells, and wait for it. Raises what `action` raises."""
        done, failed = threading.Event(), list[BaseException]()

        def run() -> None:
            try:
                action()
            except BaseException as error:
                failed.append(error)
            finally:
                done.set()

        self.app.kernel.io_loop.add_callback(run)
        if not done.wait(seconds):
            raise TimeoutError
        if failed:
            raise failed[0]

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the main thread, out of a waiting system call, too."""
        signal.pthread_kill(self.thread, signal.SIGINT)

    def tidy(self) -> None:
        """Remove the sockets' files, for all are connected, and IPython's profile: a cell finds an empty folder."""
        shutil.rmtree(PROFILE, ignore_errors=True)
        for port in {getattr(self.app, f"{name}_port") for name in CHANNELS}:
            Path(f"{ADDRESS}-{port}").unlink(missing_ok=True)

    def close(self) -> None:
        """Give the process its streams back and end the kernel's threads."""
        self.app.close()
        for stream in self._streams:
            stream.close()
        sys.stdout, sys.stderr, sys.displayhook = self._before


def _application(budget: OutputBudget) -> KernelApp:
    """The application, configured by nothing but this."""
    config = Config()
    config.HistoryManager.enabled = False  # or IPython opens a database and starts a thread for it
    config.IPKernelApp.update(log_level=50, transport="ipc", ip=ADDRESS)
    session = BudgetSession(key=uuid.uuid4().hex.encode())
    session.budget = budget
    os.environ.update(
        dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"), str(Path(PROFILE).absolute()))
    )
    readme = Path(".jupyter/profile_default/startup/README")  # else IPython copies its own, which takes chmod
    readme.parent.mkdir(parents=True, exist_ok=True)
    readme.touch()
    return KernelApp.instance(config=config, session=session)

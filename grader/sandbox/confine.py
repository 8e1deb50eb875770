"""The child's first steps: give up what it does not need, take its limits, go into isolation, then serve.

A child on CUDA stays outside the layers: its driver needs devices and calls without end. It runs no student code.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import gc
import importlib
import json
import os
import resource
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from grader.evidence.frames import Channel
from grader.sandbox import processes
from grader.sandbox.isolation import layers, prctl, seccomp, view
from grader.sandbox.isolation.layers import Layers
from grader.sandbox.orders import EXIT_FILE, EXIT_MEMORY, Order
from grader.sandbox.seam import Limits

CHANNEL, READY, GO = 3, 4, 5
OPEN_FILES = 512
SPARE_TASKS = 256  # RLIMIT_NPROC counts all threads of the user, who may start some elsewhere meanwhile


class SealedChannel(Channel):
    """A channel whose child gives up sockets when it says so, or has none to give up."""

    def __init__(self, connection: socket.socket, *, open_doors: bool) -> None:
        super().__init__(connection)
        self._open_doors = open_doors

    def seal(self) -> None:
        """Take sockets from this process for good."""
        if self._open_doors:
            self._open_doors = False
            seccomp.seal()


@dataclass(frozen=True)
class Confinement:
    """What a child goes into: the layers, its monitor, and what everyone may read."""

    layers: Layers
    monitor: int
    readable: tuple[str, ...]


def run(order: Order, confinement: Confinement, channel: int, output: int, ready: int, go: int) -> NoReturn:
    """Become the child of `order`: serve the channel until the controller hangs up, then exit.

    `ready` tells the monitor what the child held before the job, `go` tells the child that the monitor is ready too.
    """
    status = 1
    try:
        _rewire(channel, output, ready, go)
        _settle(order, confinement.layers)
        serve = _load(order)
        _limit(order.limits, cuda=order.cuda)
        baseline = processes.allocated_bytes("self") or 0
        _isolate(order, confinement)
        os.write(READY, b"%d" % baseline)
        if not os.read(GO, 1):
            os._exit(1)
        os.close(READY)
        os.close(GO)
        open_doors = confinement.layers.seccomp and order.sockets and not confinement.layers.alone
        serve(SealedChannel(socket.socket(fileno=CHANNEL), open_doors=open_doors))
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException as error:
        status = _exit_status(error)
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status & 0xFF)


def _rewire(channel: int, output: int, ready: int, go: int) -> None:
    """Leave exactly six files open: nothing to read, output twice, the channel, the pipes from and to the monitor."""
    wanted = [os.open(os.devnull, os.O_RDONLY), output, output, channel, ready, go]
    safe = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 16) for descriptor in wanted]
    for target, source in enumerate(safe):
        os.dup2(source, target, inheritable=target < CHANNEL)
    for descriptor in [int(entry.name) for entry in os.scandir("/dev/fd")]:
        if descriptor > GO:
            with contextlib.suppress(OSError):  # the listing's own descriptor is closed already
                os.close(descriptor)
    sys.stdout, sys.stderr = (
        open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        for descriptor in (1, 2)
    )


def _settle(order: Order, confined: Layers) -> None:
    os.setsid()
    prctl.give_up_privileges()
    home = view.HOME if confined.namespaces else order.scratch
    os.environ.update(HOME=home, TMPDIR=home, USER="student", OMP_NUM_THREADS=str(order.threads))
    os.environ["GRADER_LIMITS"] = json.dumps(asdict(order.limits))
    os.environ["GRADER_CAN_FORK"] = str(int(confined.alone or not confined.seccomp))
    tempfile.tempdir = None
    sys.dont_write_bytecode = True
    sys.path[:0] = order.import_roots


def _load(order: Order) -> Callable[[Channel], None]:
    """The role's serve function, everything it needs imported: that is not the submission's time."""
    import torch

    torch.set_num_threads(order.threads)
    serve: Callable[[Channel], None] = importlib.import_module(order.module).serve
    gc.freeze()
    gc.enable()
    return serve


def _isolate(order: Order, confinement: Confinement) -> None:
    """Put on the layers; the working directory is the child's own folder afterwards."""
    shown = view.View(
        view.outermost([*confinement.readable, *order.import_roots, *order.readable]), order.limits.disk_bytes
    )
    layers.confine(confinement.layers, shown, order.scratch, confinement.monitor, sockets=order.sockets)
    os.chdir(os.environ["HOME"])


def _limit(limits: Limits, *, cuda: bool) -> None:
    cpu_seconds = int(time.process_time()) + limits.cpu_seconds
    _set(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 2)
    _set(resource.RLIMIT_FSIZE, limits.file_bytes)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    data = processes.data_bytes()
    if data is not None and not cuda:  # CUDA maps far more than it uses
        _set(resource.RLIMIT_DATA, data + limits.memory_bytes)
    if sys.platform == "linux" and os.getuid() != 0:  # the kernel does not count root's processes
        _set(resource.RLIMIT_NPROC, processes.user_task_count(os.getuid()) + limits.processes + SPARE_TASKS)


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, never above the one that already holds."""
    _, ceiling = resource.getrlimit(kind)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def _exit_status(error: BaseException) -> int:
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in _text(error):
        return EXIT_MEMORY
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return EXIT_FILE
    return 1


def _text(error: Any) -> str:
    try:
        return str(error)
    except Exception:  # the student's own exception class may do anything here
        return ""

"""The real sandbox: children forked by a zygote, each in its own session with its own limits."""

from __future__ import annotations

import atexit
import os
import socket
import tempfile
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path

from grader.sandbox.isolation import Isolation, IsolationChoice, isolation_of
from grader.sandbox.launcher import Launcher
from grader.sandbox.orders import Order
from grader.sandbox.process_child import ProcessChild
from grader.sandbox.seam import Limits, Role
from grader.sandbox.warmup import Mode

MODULES: Mapping[Role, str] = {"student": "grader.student.main", "evaluator": "grader.evaluator.main"}


class ProcessSandbox:
    """Children on the CPU come from a zygote for each set of preloads; those on CUDA from one that never imported torch.

    What keeps a child from the machine is what `isolation` says; children on CUDA, which run no student code, have limits
    and a process of their own only.
    """

    def __init__(
        self,
        isolation: IsolationChoice = "auto",
        mode: Mode = "torch",
        *,
        modules: Mapping[Role, str] = MODULES,
        import_roots: tuple[Path, ...] = (),
    ) -> None:
        self._choice = isolation
        self._modules = modules
        self._import_roots = import_roots
        self._children: weakref.WeakSet[ProcessChild] = weakref.WeakSet()
        self._mode: Mode = mode
        self._launchers: dict[tuple[str, ...], Launcher] = {}
        self._lock = threading.Lock()
        self._launcher = self._launcher_for(())
        self._cuda_launcher: Launcher | None = None
        atexit.register(self.close)

    @property
    def isolation(self) -> Isolation:
        """What stands between a child and this machine. Waits until the zygote has tried; raises SandboxUnavailable."""
        return isolation_of(self._launcher.layers(), self._choice)

    @property
    def zygote_pid(self) -> int | None:
        """The process id of the zygote for children on the CPU; None when there is none."""
        return self._launcher.zygote_pid

    def start(
        self,
        role: Role,
        limits: Limits | None = None,
        *,
        readable: tuple[Path, ...] = (),
        preloads: tuple[str, ...] = (),
        device: str = "cpu",
        threads: int = 1,
    ) -> ProcessChild:
        """A child, at once. Raises SandboxUnavailable; ValueError for a student on CUDA, which no student ever meets."""
        if role == "student" and device != "cpu":
            raise ValueError("student code runs on the CPU only")
        limits = limits or Limits()
        launcher = self._launcher_for(preloads) if device == "cpu" else self._on_cuda()
        scratch = Path(tempfile.mkdtemp(prefix=f"{role}-", dir=launcher.root))
        order = Order(
            self._modules[role],
            tuple(str(root) for root in self._import_roots),
            tuple(str(path) for path in readable),
            str(scratch),
            limits,
            threads,
            cuda=device != "cpu",
            sockets=role == "student",
        )
        child = _order_child(launcher, order)
        self._children.add(child)
        return child

    def close(self) -> None:
        """End all children and zygotes; idempotent."""
        atexit.unregister(self.close)
        for child in list(self._children):
            child.close()
        for launcher in (*self._launchers.values(), self._cuda_launcher):
            if launcher is not None:
                launcher.close()

    def __enter__(self) -> ProcessSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launcher_for(self, preloads: tuple[str, ...]) -> Launcher:
        with self._lock:
            if preloads not in self._launchers:
                modules = list(self._modules.values())
                self._launchers[preloads] = Launcher(self._mode, modules, self._choice, preloads=preloads)
            return self._launchers[preloads]

    def _on_cuda(self) -> Launcher:
        if self._cuda_launcher is None:
            self._cuda_launcher = Launcher("fresh", list(self._modules.values()), "none", cuda=True)
        return self._cuda_launcher


def _order_child(launcher: Launcher, order: Order) -> ProcessChild:
    channel, child_channel = socket.socketpair()
    control, monitor_control = socket.socketpair()
    output, child_output = os.pipe()
    child = ProcessChild(
        channel, output, control, limits=order.limits, scratch=Path(order.scratch), why_lost=launcher.last_words
    )
    try:
        launcher.send(order, (child_channel.fileno(), child_output, monitor_control.fileno()))
    except BaseException:
        child.close()
        raise
    finally:
        child_channel.close()
        monitor_control.close()
        os.close(child_output)
    return child

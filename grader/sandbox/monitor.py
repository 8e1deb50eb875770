"""The monitor: one small process between a zygote and each child. It sees that the child keeps its limits and its end.

Everything a child starts is adopted by its monitor when the starter dies, so the tree below the monitor is the whole
job. The monitor ends it when the child exits, when a limit is broken, or when the controller hangs up, dead or alive.

Not covered: without isolation (level D) a child can signal its monitor. Killed, its tree falls to the zygote, which kills
it; stopped, the controller kills it. The empty control group of a killed monitor is removed by a later zygote.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from dataclasses import asdict

from grader.sandbox import confine, processes
from grader.sandbox.isolation import layers, prctl
from grader.sandbox.isolation.cgroup import Group
from grader.sandbox.isolation.layers import Layers
from grader.sandbox.orders import Ending, Order, to_line

LOOK_SECONDS = 0.05


def oversee(
    order: Order, offered: Layers, readable: tuple[str, ...], channel: int, output: int, control: socket.socket
) -> None:
    """Fork the child and watch it to its end."""
    prctl.adopt_orphans()
    if select.select([control], [], [], 0)[0]:
        return  # the controller changed its mind while we were starting
    ready, ready_child = os.pipe()
    go_child, go = os.pipe()
    monitor = os.getpid()
    control.sendall(to_line({"monitor": monitor}))
    worn = Layers() if order.cuda else offered
    group = layers.group_of_monitor(worn)
    try:
        layers.prepare(worn, group, order.limits.memory_bytes, order.limits.processes)
        child = os.fork()
        if child == 0:
            prctl.die_with_parent(monitor)
            os.close(go)  # its end in the monitor: once the monitor is dead, waiting for it ends
            confinement = confine.Confinement(worn, monitor, readable)
            confine.run(order, confinement, channel, output, ready_child, go_child)
        for descriptor in (channel, output, ready_child, go_child):
            os.close(descriptor)
        _admit(child, group, go)
        Watch(child, order, worn, group, ready, control).run()
    finally:
        if group is not None:
            group.remove()


def _admit(child: int, group: Group | None, go: int) -> None:
    """Put the child into its control group, if any, and let it begin; it cannot begin when that fails."""
    try:
        if group is not None:
            group.adopt(child)
        os.write(go, b"g")
    except OSError as error:
        os.write(2, f"control group: {error}\n".encode())
    finally:
        os.close(go)


class Watch:
    """One child's life."""

    def __init__(
        self, child: int, order: Order, worn: Layers, group: Group | None, ready: int, control: socket.socket
    ) -> None:
        self.child = child
        self.limits = order.limits
        self.scratch = "" if worn.namespaces else order.scratch  # a view of its own limits itself
        self.group = group
        self.ready = ready
        self.control = control
        self.baseline: int | None = None  # bytes that a process of the tree held before the job began
        self.status: int | None = None
        self.limit: str | None = None
        self.value = 0.0
        self.cpu_seconds = 0.0  # of the dead
        self.peak_memory_bytes = 0
        self.oom_kills = _oom_kills()

    def run(self) -> None:
        """Watch, end the tree, report."""
        poll = select.poll()
        for descriptor in (self.control.fileno(), self.ready, _pidfd(self.child)):
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        interval = LOOK_SECONDS if hasattr(os, "pidfd_open") else LOOK_SECONDS / 10
        looked = time.monotonic()
        while self.status is None and self.limit is None:
            events = [descriptor for descriptor, _ in poll.poll(interval * 1000)]
            if self.ready in events:
                poll.unregister(self.ready)
                self._note_ready()
            if self.control.fileno() in events:
                break
            self._reap()
            if self.baseline is not None and time.monotonic() - looked >= LOOK_SECONDS:
                self._look()
                looked = time.monotonic()
        self._end()

    def _note_ready(self) -> None:
        words = os.read(self.ready, 64).split()
        os.close(self.ready)
        if words:
            self.baseline = int(words[0])
            self._say({"started": self.child})

    def _look(self) -> None:
        """Compare what the whole tree uses with the limits."""
        measures = [found for pid in processes.descendants(os.getpid()) if (found := processes.measure(pid))]
        cpu_seconds = self.cpu_seconds + sum(found.cpu_seconds for found in measures)
        memory = sum(max(0, found.memory_bytes - (self.baseline or 0)) for found in measures)
        tasks = sum(found.tasks for found in measures)
        for limit, value, most in (
            ("memory", memory, self.limits.memory_bytes),
            ("processes", tasks, self.limits.processes),
            ("cpu", cpu_seconds, self.limits.cpu_seconds + 1),
            ("disk", processes.folder_bytes(self.scratch), self.limits.disk_bytes),
        ):
            if value > most:
                self.limit, self.value = limit, value
        self._ask_group(memory, tasks)

    def _ask_group(self, memory: int, tasks: int) -> None:
        """What the kernel refused or killed by itself."""
        broken = self.group.broken() if self.group is not None and self.limit is None else None
        if broken is not None:
            self.limit, self.value = broken, memory if broken == "memory" else tasks

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
            self.peak_memory_bytes = max(self.peak_memory_bytes, usage.ru_maxrss * 1024)
            if pid == self.child:
                self.status = status

    def _end(self) -> None:
        processes.kill_session(self.child)
        processes.kill_below(os.getpid(), reap=self._reap)
        deadline = time.monotonic() + 5.0
        while self.status is None and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.001)
        self._ask_group(self.peak_memory_bytes, self.limits.processes)
        if self.limit is None:
            self._name_limit()
        if self.group is not None:
            self.group.remove()  # before the last word: whoever hears it may end this process
        self._say(asdict(self._ending()))

    def _name_limit(self) -> None:
        """Which limit the kernel enforced, if one explains how the child ended."""
        number = self._signal()
        killed = number == signal.SIGKILL
        if number == signal.SIGXCPU or (killed and self.cpu_seconds >= self.limits.cpu_seconds):
            self.limit, self.value = "cpu", self.cpu_seconds
        elif number == signal.SIGXFSZ:
            self.limit, self.value = "file", self.limits.file_bytes
        elif killed and _oom_kills() > self.oom_kills:
            self.limit, self.value = "memory", self.peak_memory_bytes

    def _ending(self) -> Ending:
        exited = self.status is not None and os.WIFEXITED(self.status)
        return Ending(
            ready=self.baseline is not None,
            exit_status=os.WEXITSTATUS(self.status or 0) if exited else None,
            signal=self._signal(),
            limit=self.limit,
            value=self.value,
            cpu_seconds=self.cpu_seconds,
            peak_memory_bytes=self.peak_memory_bytes,
        )

    def _signal(self) -> int | None:
        return os.WTERMSIG(self.status) if self.status is not None and os.WIFSIGNALED(self.status) else None

    def _say(self, value: dict[str, object]) -> None:
        try:
            self.control.sendall(to_line(value))
        except OSError:
            return  # nobody listens any more; the tree ends all the same


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _oom_kills() -> int:
    """How often the kernel killed a process for memory since it started."""
    try:
        with open("/proc/vmstat") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    except OSError:
        return 0

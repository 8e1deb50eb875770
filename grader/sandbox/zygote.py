"""The zygote: a process that has imported torch, has one thread and no secrets, and forks children on order.

It is started clean (`launcher.py`), knows nothing of submissions, and never reads a child's channel: it only hands it on.
Forking a process with threads can leave locks held for ever, so a zygote that finds a second thread in itself starts
over, knowing less; its orders wait meanwhile.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from grader.sandbox import monitor, processes
from grader.sandbox.isolation import layers, levels, prctl, probing, view
from grader.sandbox.orders import Order, receive_order, to_line
from grader.sandbox.removal import remove
from grader.sandbox.warmup import LESS, Mode, first_steps, idle_steps


def main(config: dict[str, Any]) -> None:
    """Serve orders until the controller is gone."""
    Zygote(config).run()


class Zygote:
    """Forks a monitor for each order, and keeps an eye on what monitors may leave behind."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.mode: Mode = config["mode"]
        self.control = socket.socket(fileno=config["control"])
        self.monitors: set[int] = set(config["monitors"])
        self.wake, self._wake_sender = socket.socketpair()
        self.readable = view.interpreter_paths()
        self.layers = self._find_layers()

    def run(self) -> None:
        """The main loop."""
        prctl.adopt_orphans()
        prctl.hide_memory()
        prctl.limit_arenas()
        self._listen_for_deaths()
        gc.disable()
        for step in first_steps(self.mode, self.config["preloads"]):
            step()
        self._settle()
        steps = idle_steps(self.mode, self.config["modules"])
        while True:
            readable, _, _ = select.select([self.control, self.wake], [], [], 0 if steps else None)
            if self.wake in readable:
                self.wake.recv(4096)
                self._reap()
            if self.control in readable:
                order = receive_order(self.control)
                if order is None:
                    break
                self._fork(*order)
            elif steps:
                self._try(steps.pop(0))
        self._leave()

    def _find_layers(self) -> layers.Layers:
        """What isolates children: tried once, told to the controller, kept when this zygote starts over."""
        if "layers" in self.config:
            return layers.Layers(**self.config["layers"])
        choice = self.config["isolation"]
        offered = layers.Layers() if choice == "none" else probing.probe(self.readable)
        found = levels.chosen(offered, choice)
        self.config["layers"] = found.to_json()
        self.control.sendall(to_line({"layers": found.to_json()}))
        return found

    def _listen_for_deaths(self) -> None:
        for end in (self.wake, self._wake_sender):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake_sender.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _settle(self) -> None:
        """Make forking safe and cheap: one thread, and no garbage collection that touches shared pages.

        Collection is off in the zygote for good, because it makes importing torch a quarter slower; children turn it on.
        """
        if processes.task_count() > 1 and self.mode in LESS:
            self._start_over(LESS[self.mode])
        gc.freeze()

    def _try(self, step: Any) -> None:
        try:
            step()
        except Exception as error:
            print(f"warm-up: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        self._settle()

    def _start_over(self, mode: Mode) -> None:
        """Become a zygote that knows less. Orders already sent stay in the control socket."""
        os.set_inheritable(self.control.fileno(), True)
        config = {**self.config, "mode": mode, "monitors": sorted(self.monitors)}
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:-1], json.dumps(config)])

    def _fork(self, order: Order, files: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become_monitor(order, files)
        self.monitors.add(pid)
        for descriptor in files:
            os.close(descriptor)

    def _become_monitor(self, order: Order, files: list[int]) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self.control, self.wake, self._wake_sender):
                inherited.close()
            channel, output, control = files
            monitor.oversee(order, self.layers, self.readable, channel, output, socket.socket(fileno=control))
        except BaseException:
            traceback.print_exc()  # to the log, from where the controller takes the reason
        finally:
            os._exit(0)

    def _reap(self) -> None:
        """Forget monitors that ended. One that was killed leaves its tree to us, and we kill it."""
        self._reap_all()
        processes.kill_below(os.getpid(), spare=frozenset(self.monitors), reap=self._reap_all)

    def _reap_all(self) -> None:
        while self._reap_one():
            pass

    def _reap_one(self) -> bool:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        self.monitors.discard(pid)
        return pid != 0

    def _leave(self) -> None:
        """The controller is gone: monitors notice that for themselves. Then remove what it can no longer remove."""
        deadline = time.monotonic() + 10.0
        while self.monitors and time.monotonic() < deadline:
            self._reap_all()
            time.sleep(0.005)
        processes.kill_below(os.getpid(), reap=self._reap_all)
        remove(Path(self.config["root"]))

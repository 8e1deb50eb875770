"""Starting a zygote, clean, and keeping it: a dead one is replaced for the next order."""

from __future__ import annotations

import contextlib
import json
import os
import site
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import grader
from grader.errors import SandboxUnavailable
from grader.sandbox import processes
from grader.sandbox.isolation import IsolationChoice, Layers
from grader.sandbox.orders import Order, send_order
from grader.sandbox.removal import remove
from grader.sandbox.warmup import Mode

PROBE_SECONDS = 60.0  # generous: a cold disk, a busy machine
BOOT = """
import json, site, sys
config = json.loads(sys.argv[-1])
for root in config["roots"]:
    site.addsitedir(root)
from grader.sandbox.zygote import main
main(config)
"""


class Launcher:
    """One kind of zygote: how it starts, how it is asked. Safe to use from several threads."""

    def __init__(
        self,
        mode: Mode,
        modules: Sequence[str],
        isolation: IsolationChoice = "auto",
        *,
        preloads: Sequence[str] = (),
        cuda: bool = False,
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="grader-"))
        self._mode = mode
        self._modules = list(modules)
        self._isolation = isolation
        self._preloads = list(preloads)
        self._cuda = cuda
        self._layers: Layers | None = None
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._start()

    def send(self, order: Order, files: tuple[int, int, int]) -> None:
        """Hand an order to the zygote, a new one if need be. Raises SandboxUnavailable when none lives long enough."""
        with self._lock:
            for _ in range(2):
                if self._process is None or self._process.poll() is not None:
                    self._start()
                with contextlib.suppress(OSError):
                    assert self._control is not None
                    send_order(self._control, order, files)
                    return
                self._stop()
        raise SandboxUnavailable("sandbox.zygote_died", reason=self.last_words())

    def layers(self) -> Layers:
        """What isolates its children, as soon as the zygote has tried it. Raises SandboxUnavailable."""
        with self._lock:
            if self._layers is None:
                self._layers = self._hear_layers()
            return self._layers

    def last_words(self) -> str:
        """The end of what the zygote wrote to its log; empty when it died silently."""
        try:
            return (self.root / "zygote.log").read_text(encoding="utf-8", errors="replace")[-500:].strip()
        except OSError:
            return ""

    @property
    def zygote_pid(self) -> int | None:
        """The zygote's process id; None when there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def close(self) -> None:
        """End the zygote and everything below it; idempotent."""
        with self._lock:
            self._stop()
        remove(self.root)

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair()
        config = {
            "mode": self._mode,
            "isolation": self._isolation,
            "preloads": self._preloads,
            "modules": self._modules,
            "control": theirs.fileno(),
            "monitors": [],
            "roots": _import_roots(),
            "root": str(self.root),
        }
        try:
            with theirs, open(self.root / "zygote.log", "wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-X", "utf8", "-c", BOOT, json.dumps(config)],
                    cwd="/",
                    env=_environment(self.root, self._preloads, cuda=self._cuda),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C in the terminal is for the controller alone
                )
        except OSError as error:
            ours.close()
            raise SandboxUnavailable("sandbox.zygote_died", reason=str(error)) from None
        self._control = ours

    def _hear_layers(self) -> Layers:
        if self._control is None:
            self._start()
        assert self._control is not None
        words = b""
        self._control.settimeout(PROBE_SECONDS)
        try:
            while not words.endswith(b"\n"):
                chunk = self._control.recv(1 << 16)
                if not chunk:
                    raise SandboxUnavailable("sandbox.zygote_died", reason=self.last_words())
                words += chunk
        except OSError as error:
            raise SandboxUnavailable("sandbox.zygote_died", reason=f"{error} {self.last_words()}") from None
        finally:
            self._control.settimeout(None)
        return Layers(**json.loads(words)["layers"])

    def _stop(self) -> None:
        if self._process is not None:
            processes.kill_below(self._process.pid, root_too=True)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._control is not None:
            self._control.close()
            self._control = None


def _environment(home: Path, preloads: Sequence[str], *, cuda: bool) -> dict[str, str]:
    """All that a zygote, and so every child, gets to know of the controller's environment."""
    kept = ["PATH", "LD_LIBRARY_PATH"]
    if cuda:
        kept += [name for name in os.environ if name.startswith(("CUDA_", "NVIDIA_"))]
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment.update(LANG="C.UTF-8", HOME=str(home), OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    # Threads that wait must sleep: spinning, two trainings on two cores take six times as long as one after the other.
    environment.update(OMP_WAIT_POLICY="PASSIVE", KMP_BLOCKTIME="0")
    if "keras" in preloads:
        environment["KERAS_BACKEND"] = "torch"
    if not cuda:
        environment["CUDA_VISIBLE_DEVICES"] = ""
    return environment


def _import_roots() -> list[str]:
    """Where this process finds its packages beyond the interpreter's own places, the working directory left out."""
    roots = [str(Path(grader.__file__).resolve().parents[1])]
    if site.ENABLE_USER_SITE:
        roots.append(site.getusersitepackages())
    roots += os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [root for root in roots if Path(root).is_absolute() and Path(root).is_dir()]

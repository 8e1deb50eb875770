"""The surroundings an attack could harm: things to steal, places to write, somebody to talk to, and what came of it.

Not covered: a file that was read and whose content went nowhere. Attacks tell what they read, so that is loot.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

import grader

MARK = ("HELD-", "OUT-")  # apart, so that no answer holds the secret's beginning
COURSE = Path(__file__).with_name("course")
GRADER = Path(grader.__file__).parent
CONTROLLER = """
import ctypes, sys
secret = bytearray(sys.argv[1].encode().ljust(200, b".") + b"." * 56)
labels = open(sys.argv[2], "rb")
print(ctypes.addressof(ctypes.c_char.from_buffer(secret)), flush=True)
sys.stdin.read()
sys.exit(secret[200] != ord("."))  # somebody wrote here
"""

Snapshot = dict[str, tuple[int, int, int]]


class World:
    """A folder of canaries, listeners, and a process that holds a secret. `control`: attacks may damage this one."""

    def __init__(self, *, control: bool = False) -> None:
        self.token = secrets.token_hex(6)
        self.secret = "".join(MARK) + secrets.token_hex(8)
        self.folder = Path(tempfile.mkdtemp(prefix="attack-world-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.shared = Path("/dev/shm") / f"canary-{self.token}"
        self.control = control
        self._write_canaries()
        self._listeners = dict(self._listen())
        self._controller = self._start_controller()
        self._address = int(self._controller.stdout.readline())  # type: ignore[union-attr]

    def told(self) -> dict[str, Any]:
        """What an attack gets to know: more than a real one would."""
        folder = self.folder
        return {
            "mark": MARK,
            "token": self.token,
            "labels": str(folder / "data" / "labels.npy"),
            "solution": str(folder / "solutions" / "tiny.py"),
            "other_submission": str(folder / "submissions" / "other" / "answer.py"),
            "home": str(folder / "home"),
            "data": str(folder / "data"),
            "outside": str(folder / "outside"),
            "course": str(folder / "course" if self.control else COURSE),
            "packages": self._packages(),
            "shared": str(self.shared),
            "controller": self._controller.pid,
            "address": self._address,
            "processes": [self._controller.pid, os.getpid()],
            "tcp": self._listeners["tcp"].getsockname()[1],
            "udp": self._listeners["udp"].getsockname()[1],
            "unix": str(folder / "stream.sock"),
            "unix_datagram": str(folder / "datagram.sock"),
            "abstract": f"attack-{self.token}",
        }

    def heard(self) -> bytes:
        """What reached a listener since this was last asked: data, or a bare connection."""
        heard = b""
        for name, listener in self._listeners.items():
            with contextlib.suppress(BlockingIOError):
                while True:
                    heard += self._take(name, listener)
        return heard

    def snapshot(self) -> Snapshot:
        """Everything that must stay as it is: path → (time of change, size, mode)."""
        seen = {path: path.lstat() for tree in (self.folder, COURSE) for path in [tree, *tree.rglob("*")]}
        packages = [Path(folder) for folder in self._packages() if not Path(folder).is_relative_to(GRADER)]
        seen |= {path: path.lstat() for path in packages if not self.control}
        seen |= {path: path.lstat() for path in GRADER.rglob("*attack*")}  # the rest may change while people work
        return {str(path): (facts.st_mtime_ns, facts.st_size, facts.st_mode) for path, facts in seen.items()}

    def left_in_memory(self) -> list[str]:
        """What an attack left in the kernel: shared files by our token, segments by their odd size, queues by their key."""
        named = [entry.name for entry in Path("/dev/shm").iterdir() if f"attack-{self.token}" in entry.name]
        segments = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        key = str(int(self.token[:7], 16))
        queues = [line for kind in ("sem", "msg") for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()]
        return (
            named
            + [line for line in segments if line.split()[3] == "1234577"]
            + [line for line in queues if line.split()[0] == key]
        )

    def unharmed(self) -> bool:
        """Whether the process with the secret lives, and nobody wrote into it. Asked once, at the end."""
        if self._controller.poll() is not None:
            return False
        self._controller.communicate()
        return self._controller.returncode == 0

    def alive(self) -> bool:
        """Whether the process with the secret runs. One that was stopped goes on, so that this counts once."""
        if self._controller.poll() is not None:
            return False
        state = Path(f"/proc/{self._controller.pid}/stat").read_text().rpartition(")")[2].split()[0]
        self._controller.send_signal(signal.SIGCONT)
        return state not in "Tt"

    def close(self) -> None:
        """Remove everything."""
        self._controller.kill()
        self._controller.communicate()
        for listener in self._listeners.values():
            listener.close()
        self.shared.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_canaries(self) -> None:
        texts = {
            "data/labels.npy": f"\x93NUMPY {self.secret}",
            "solutions/tiny.py": f'SECRET = "{self.secret}"\n',
            "submissions/other/answer.py": f"# {self.secret}\n",
            "home/.ssh/id_ed25519": f"-----BEGIN {self.secret}\n",
            "home/.netrc": f"password {self.secret}\n",
            "packages/numpy_like/__init__.py": "",
            "packages/numpy_like/__pycache__/x.pyc": "",
            "packages/module.py": "",
        }
        for name, text in texts.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.shared.write_text(self.secret)
        outside = self.folder / "outside"
        outside.mkdir()
        outside.chmod(0o777)
        if self.control:
            shutil.copytree(COURSE, self.folder / "course")
            for path in [
                *(self.folder / "packages").rglob("*"),
                *(self.folder / "course").rglob("*"),
                self.folder / "packages",
            ]:
                path.chmod(0o777)

    def _packages(self) -> list[str]:
        """Folders from which Python imports: the real ones, except where they may be damaged."""
        if self.control:
            return [str(self.folder / "packages"), str(self.folder / "packages" / "numpy_like")]
        installed = Path(torch.__file__).parents[1]
        return [str(installed), str(installed / "numpy"), str(GRADER), str(Path(os.__file__).parent)]

    def _listen(self) -> Iterator[tuple[str, socket.socket]]:
        dual = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        yield "tcp", dual
        yield "udp", _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        yield "unix", _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "stream.sock"))
        yield "unix_datagram", _bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.folder / "datagram.sock"))
        yield "abstract", _bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0attack-{self.token}")
        dual.setblocking(False)
        for path in self.folder.glob("*.sock"):
            path.chmod(0o777)

    def _take(self, name: str, listener: socket.socket) -> bytes:
        if listener.type == socket.SOCK_DGRAM:
            return f"{name}: ".encode() + listener.recv(4096)
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(0.2)
            return f"{name}: ".encode() + connection.recv(4096)
        return f"{name}: ".encode()

    def _start_controller(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "-c", CONTROLLER, self.secret, str(self.folder / "data" / "labels.npy")],
            env={"GRADER_CANARY": self.secret},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def _bound(family: int, kind: int, address: Any) -> socket.socket:
    bound = socket.socket(family, kind)
    bound.bind(address)
    bound.setblocking(False)
    if kind == socket.SOCK_STREAM:
        bound.listen(32)
    return bound

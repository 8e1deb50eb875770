"""Runs attacks with nothing around them that would stop them, so that it is seen what they do. Started by `test_controls`.

Reads one request a line (JSON), answers with one line. What holds is for this machine's sake alone: a memory and pids
group of its own, limits on files and time, namespaces that nobody else is in, an unprivileged user where root is not
needed. All is killed in the end.

    server ── init (reaps, finds who outlived) ── parent (watches) ── attack
                └─ bystander (only sleeps)
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from naive_judge import judge, judge_notebook

# Known before the forks, as in a grader; and nobody may be unable to read where the interpreter keeps them.
for _name in ("encodings.idna", "multiprocessing.shared_memory", "torch.distributed", "urllib.request"):
    importlib.import_module(_name)

NOBODY = 65534
NEWNS, NEWIPC, NEWPID, NEWNET, NEWUTS = 0x00020000, 0x08000000, 0x20000000, 0x40000000, 0x04000000
PRIVATE = 0x4000 | 0x40000  # MS_REC | MS_PRIVATE
LIBC = ctypes.CDLL(None, use_errno=True)
KEPT = 1 << 18


def main() -> None:
    """Serve requests until the input ends."""
    for line in sys.stdin:
        print(json.dumps(Run(json.loads(line)).seen()), flush=True)


class Run:
    """One attack on its own. `request` has what `test_controls` says of it."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.printed, self.stdout = os.pipe()
        self.line, self.result = socket.socketpair()
        self.told, self.tell = os.pipe()
        self.facts: dict[str, Any] = {}
        self.ended: set[str] = set()
        self.output: dict[int, bytes] = {self.printed: b"", self.line.fileno(): b""}
        self.sizes = dict.fromkeys(self.output, 0)

    def seen(self) -> dict[str, Any]:
        """What came of it, as the fields of `control_words.Seen`."""
        started = time.monotonic()
        init = os.fork()
        if init == 0:
            self._enter()
        for descriptor in (self.stdout, self.tell):
            os.close(descriptor)
        self.result.close()
        self._collect(started + self.request["seconds"])
        self.facts["seconds"] = time.monotonic() - started
        self._end(init)
        stdout, sent = (self.output[number].decode(errors="replace") for number in self.output)
        sizes = list(self.sizes.values())
        self.line.close()
        os.close(self.printed)
        os.close(self.told)
        return {**self.facts, "stdout": stdout, "stdout_bytes": sizes[0], "sent": sent, "sent_bytes": sizes[1]}

    # --- the server's side

    def _collect(self, deadline: float) -> None:
        """Read output, results and facts until init has nothing more to tell, or time is up."""
        lines, waiting = b"", {self.printed, self.line.fileno(), self.told}
        while self.told in waiting and (left := deadline - time.monotonic()) > 0:
            for descriptor in select.select(waiting, [], [], left)[0]:
                data = self._read(descriptor)
                if not data:
                    waiting.discard(descriptor)
                elif descriptor == self.told:
                    lines += data
                else:
                    self.sizes[descriptor] += len(data)
                    self.output[descriptor] = (self.output[descriptor] + data)[-KEPT:]
        for line in lines.splitlines():
            self.facts.update(json.loads(line))

    def _read(self, descriptor: int) -> bytes:
        try:
            return os.read(descriptor, 1 << 16)
        except ConnectionError:
            return b""

    def _end(self, init: int) -> None:
        for group in self.request["groups"]:
            for _ in range(20):
                pids = [int(pid) for pid in Path(group, "cgroup.procs").read_text().split()]
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                if not pids:
                    break
                time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.kill(init, signal.SIGKILL)
        os.waitpid(init, 0)

    # --- init

    def _enter(self) -> NoReturn:
        """Close what is the server's, take limits, make the namespaces, and become init."""
        try:
            for group in self.request["groups"]:
                Path(group, "cgroup.procs").write_text(str(os.getpid()))
            os.setsid()
            self._limit()
            if os.getuid() == 0:
                _require(LIBC.unshare(self._flags()))
                _require(LIBC.mount(None, b"/", None, PRIVATE, None))
            first = os.fork()
            if first:
                os.waitpid(first, 0)
            else:
                self._init()
        except BaseException as error:
            os.write(self.tell, json.dumps({"stdout": repr(error)}).encode() + b"\n")
        finally:
            os._exit(0)

    def _flags(self) -> int:
        flags = NEWNS | NEWIPC | NEWUTS
        flags |= NEWPID if self.request["own_processes"] else 0
        return flags | (NEWNET if self.request["own_network"] else 0)

    def _limit(self) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 2**16))

    def _init(self) -> None:
        LIBC.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        folder = self.request["folder"]
        if self.request["small_disk"]:
            _require(LIBC.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, b"size=16m,nr_inodes=2000,mode=777"))
        bystander, parent = os.fork(), -1
        if bystander == 0:
            self._give_up_root()
            time.sleep(60)
            os._exit(0)
        parent = os.fork()
        if parent == 0:
            self._parent()
        self._watch(bystander, parent)

    def _watch(self, bystander: int, parent: int) -> None:
        """Tell how the parent and the bystander ended, then whether anybody else is still there."""
        while True:
            pid, status = os.waitpid(-1, os.WUNTRACED)
            if pid == bystander:
                self.ended.add("bystander")
                self._tell(bystander=status)
            elif pid == parent and os.WIFSTOPPED(status):
                self._tell(parent_stopped=True)
                os.kill(parent, signal.SIGKILL)
            elif pid == parent:
                self._tell(parent=status)
                break
        time.sleep(0.2)  # who only takes leave is given the time
        if "bystander" not in self.ended:
            pid, status = os.waitpid(bystander, os.WNOHANG)
            if pid:
                self._tell(bystander=status)
            else:
                os.kill(bystander, signal.SIGKILL)
                os.waitpid(bystander, 0)
        self._tell(outlived=_anybody_left())
        self._tell(**self._disk(), removable=self._removable())

    def _tell(self, **facts: Any) -> None:
        os.write(self.tell, json.dumps(facts).encode() + b"\n")

    def _disk(self) -> dict[str, Any]:
        found = os.statvfs(self.request["folder"])
        return (
            {"free_bytes": found.f_bavail * found.f_bsize, "free_inodes": found.f_ffree}
            if self.request["small_disk"]
            else {}
        )

    def _removable(self) -> bool:
        """Whether the ordinary way to remove a folder removes this one."""
        if self.request["small_disk"]:
            return True
        self._give_up_root()
        try:
            for entry in list(os.scandir(self.request["folder"])):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
        except (OSError, RecursionError):
            return False
        return True

    # --- parent and attack

    def _parent(self) -> NoReturn:
        self._give_up_root()
        attack = os.fork()
        if attack == 0:
            self._attack()
        while True:
            _, status = os.waitpid(attack, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            self._tell(attack_stopped=True)
            os.kill(attack, signal.SIGKILL)
        self._tell(attack=status)
        os._exit(0)

    def _give_up_root(self) -> None:
        if os.getuid() == 0 and not self.request["as_root"]:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)

    def _attack(self) -> NoReturn:
        status = 0
        try:
            os.setpgid(0, 0)
            for target, source in enumerate(
                (os.open(os.devnull, os.O_RDONLY), self.stdout, self.stdout, self.result.fileno())
            ):
                os.dup2(source, target)
            labels = os.open(self.request["labels"], os.O_RDONLY)
            os.dup2(labels, 9)
            os.chdir(self.request["folder"])
            os.environ.update(self.request["environment"])
            sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))  # noqa: SIM115
            run = judge_notebook if self.request["answer"].endswith(".ipynb") else judge
            run(self.request["answer"], self.request["environment"]["GRADER_CANARY"])
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        except BaseException as error:
            print(f"RAISED {type(error).__name__}", flush=True)
        finally:
            _leave(status)


def _leave(status: int) -> NoReturn:
    """End as an interpreter does: threads are waited for, and exit handlers have their say."""
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status)


def _require(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _anybody_left() -> bool:
    """Whether a child of this process still runs."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


if __name__ == "__main__":
    main()

"""The shell of a notebook's kernel while grading: IPython's own, except that it starts no program and does not exit."""

from __future__ import annotations

from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.utils.text import LSString, SList

from grader.messages import Message
from grader.student.commands import answer_to, in_all_languages

MAX_NOTES = 20
# IPython runs these in a process of their own.
_CELL_MAGICS = (
    "bash",
    "sh",
    "cmd",
    "script",
    "perl",
    "ruby",
    "pypy",
    "python",
    "python2",
    "python3",
    "system",
    "sx",
    "!",
)
_INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")
NOT_RUN = 127  # what a POSIX shell answers to a command that it cannot find


class GradingShell(ZMQInteractiveShell):
    """Answers every shell command with a line of text. `skipped` are those lines, with the cell that was running."""

    cell: int = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        self.skipped: dict[tuple[str, int], Message] = {}
        super().__init__(*args, **options)

    def system(self, cmd: str) -> None:
        """Say that `cmd` was not run."""
        said = answer_to(cmd)
        print(in_all_languages(said), end="")
        self.user_ns["_exit_code"] = NOT_RUN
        if len(self.skipped) < MAX_NOTES:
            self.skipped.setdefault((str(said.args["command"]), self.cell), said)

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """No output, in the form that was asked for."""
        self.system(cmd)
        return SList() if split else LSString()

    def ask_exit(self) -> None:
        """End the cell as `sys.exit()` does: the kernel goes on, the cell has failed."""
        raise SystemExit("exit")

    def init_magics(self) -> None:
        """IPython's magics, those that start programs replaced."""
        super().init_magics()
        for name in _CELL_MAGICS:
            self.register_magic_function(self._cell_magic(name), "cell", name)
        for name in _INSTALLERS:
            self.register_magic_function(self._installer(name), "line", name)

    def _cell_magic(self, name: str) -> Any:
        return lambda line, cell: self.system(f"%%{name} {line}".rstrip())

    def _installer(self, name: str) -> Any:
        return lambda line: self.system(f"%{name} {line}")

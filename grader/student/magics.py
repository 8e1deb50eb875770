"""Notebook magics as plain Python, line for line.

``%time``-like magics leave their Python in place, shell lines become calls of ``get_ipython()`` (which does nothing while
grading), a cell in another language becomes empty. IPython's own transformer does the work and is imported only for
text that is not Python already.
"""

from __future__ import annotations

import ast
import re

PYTHON_CELL_MAGICS = frozenset(["time", "timeit", "capture", "prun", "python3", "python"])
_CELL_MAGIC = re.compile(r"%%(\w+)")
_BARE_INSTALL = re.compile(
    r"^(\s*)((?:pip3?|conda|mamba|apt|apt-get)\s+(?:-\S+\s+)*(?:install|uninstall|update|list)\b)"
)
_TIMED_LINE = re.compile(r"^(\s*)get_ipython\(\)\.run_line_magic\('(?:time|prun)', (.*)\)$")
_OPTIONS = re.compile(r"^(-\S+ +)+")
_HELP_LINE = re.compile(r"^\s*(\?{1,2}[\w.*]+|[\w.*]+\?{1,2})\s*$")


def to_python(text: str) -> tuple[str, str | None]:
    """The cell as Python with the same number of lines, and the name of the magic for which it was left out, if any."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    if match := _CELL_MAGIC.match(lines[first].strip()):
        if match[1] not in PYTHON_CELL_MAGICS:
            return "", match[1]
        lines[first] = ""
    return "\n".join(_transform(lines)), None


def _transform(lines: list[str]) -> list[str]:
    """Each magic replaced by a call on its first line; lines that it continued over become empty."""
    from IPython.core.inputtransformer2 import TransformerManager

    marked = [_BARE_INSTALL.sub(r"\1!\2", line) + "\n" for line in lines]
    manager = TransformerManager()  # type: ignore[no-untyped-call]
    manager.token_transformers = [each for each in manager.token_transformers if each.__name__ != "HelpEnd"]
    for _ in range(len(marked) + 1):
        changed, after = _one_step(manager, marked)
        if not changed:
            break
        marked = _same_length(marked, after)
    return [_plain(line.rstrip("\n")) for line in marked]


def _one_step(manager: object, lines: list[str]) -> tuple[bool, list[str]]:
    try:
        changed, after = manager.do_one_token_transform(lines)  # type: ignore[attr-defined]
    except SyntaxError:  # IPython gave up; Python's own error will say more
        return False, lines
    return bool(changed), list(after)


def _same_length(before: list[str], after: list[str]) -> list[str]:
    lost = len(before) - len(after)
    if lost <= 0:
        return after
    start = next((i for i, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(after) - 1)
    return after[: start + 1] + ["\n"] * lost + after[start + 1 :]


def _plain(line: str) -> str:
    """What is left to translate in one line: timed statements keep their Python, help requests vanish."""
    if match := _TIMED_LINE.match(line):
        return match[1] + (_OPTIONS.sub("", ast.literal_eval(match[2])) or "pass")
    if _HELP_LINE.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line

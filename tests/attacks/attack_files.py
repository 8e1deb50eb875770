"""The attacks as files: what each says of itself, and how it becomes an answer to an exercise.

An attack is ``FAMILY/NAME.py`` or ``.ipynb``. Its docstring (a notebook's first cell) begins with one line on what it
is, followed by ``Word: text`` lines that may be continued by indented ones:

    Tries:     what it does
    Must:      what has to happen
    Control:   what it achieves where nothing holds it, in the words of `CONTROLS`, behind "as root," or "inside" flags
    Acts:      when: load (default), build, forward, or itself where the file defines the network on its own
    Rides on:  nothing (default: a network without layers) or the right answer
    Deserves:  the points that the same answer is worth without the attack; 0, or 100 for the right answer
    Exercise:  which of the course beside this file; tiny, or tiny_notebook
    Variants:  words, one after another put in the place of ``VARIANT``
    Everyday:  yes, or one of the variants, where it runs in every run of the suite
    May be:    ungraded, where it breaks the grader's own code in its process: whose fault that is cannot be told for sure
    Harms:     "the machine" where it must not run without a real isolation
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

HERE = Path(__file__).parent
FAMILIES = ("resource", "exit", "theft", "network", "escape", "forgery", "notebook")
REQUIRED = ("Tries", "Must", "Control")
OPTIONAL = ("Acts", "Rides on", "Deserves", "Exercise", "Variants", "Everyday", "Harms", "May be")
TAILS = {
    "load": "class Tiny(nn.Module):\n    begin()\n    attack()\n\n",
    "build": "class Tiny(nn.Module):\n",
    "forward": "class Tiny(nn.Module):\n",
}
_WORD = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)?): +(.*)$")


@dataclass(frozen=True)
class Attack:
    """One attack, or one variant of it."""

    path: Path
    summary: str
    header: Mapping[str, str]
    variant: str = ""

    @property
    def family(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return f"{self.family}-{self.path.stem}" + (f"-{self.variant}" if self.variant else "")

    @property
    def exercise(self) -> str:
        return self.header.get("Exercise", "tiny_notebook" if self.notebook else "tiny")

    @property
    def notebook(self) -> bool:
        return self.path.suffix == ".ipynb"

    @property
    def deserves(self) -> float:
        return float(self.header.get("Deserves", 100 if self.rides else 0))

    @property
    def rides(self) -> bool:
        """Whether it rides on the right answer."""
        return self.header.get("Rides on", "nothing") != "nothing"

    @property
    def everyday(self) -> bool:
        return self.header.get("Everyday") in ("yes", self.variant or "yes")

    @property
    def harmful(self) -> bool:
        return "Harms" in self.header

    @property
    def announced(self) -> bool:
        """Whether it says that it acts, where it begins to."""
        return not self.notebook and self.header.get("Acts") != "itself"

    @property
    def may_be_ungraded(self) -> bool:
        return "May be" in self.header

    @property
    def control(self) -> str:
        return self.header["Control"]


@functools.cache
def attacks() -> tuple[Attack, ...]:
    """Every attack, its variants one by one. Raises ValueError for a header that says less than it must, or more."""
    return tuple(attack for path in files() for attack in _variants(path))


def files() -> list[Path]:
    """The files of the corpus."""
    return sorted(path for family in FAMILIES for path in (HERE / family).iterdir() if path.suffix in (".py", ".ipynb"))


def compose(attack: Attack, world: Mapping[str, Any]) -> bytes:
    """The answer that is handed in: what the harness tells, the attack, and a network where it brings none."""
    told = _prelude().replace("WORLD = {}", f"WORLD = {dict(world)!r}", 1)
    text = attack.path.read_text(encoding="utf-8").replace("VARIANT", attack.variant)
    if attack.notebook:
        notebook = nbformat.reads(text, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(told))
        return nbformat.writes(notebook).encode()
    return f"{told}\n\n{text}\n\n{_tail(attack)}".encode()


def _tail(attack: Attack) -> str:
    acts = attack.header.get("Acts", "load")
    if acts == "itself":
        return ""
    build, forward = (f"        {'begin(), attack()' if acts == place else 'pass'}\n" for place in ("build", "forward"))
    layers = "        self.hidden = nn.Linear(4, 3)\n        self.output = nn.Linear(3, 2)\n" if attack.rides else ""
    result = "self.output(torch.relu(self.hidden(x)))" if attack.rides else "x"
    return (
        f"{TAILS[acts]}    def __init__(self):\n        super().__init__()\n{layers}{build}        confess()\n\n"
        f"    def forward(self, x):\n{forward}        return {result}\n"
    )


@functools.cache
def _prelude() -> str:
    return (HERE / "prelude.py").read_text(encoding="utf-8")


def _variants(path: Path) -> Iterator[Attack]:
    summary, header = _header(path)
    for variant in header.get("Variants", "").split() or [""]:
        yield Attack(path, summary, header, variant)


def _header(path: Path) -> tuple[str, dict[str, str]]:
    summary, *lines = _docstring(path).strip().splitlines()
    header: dict[str, str] = {}
    word = ""
    for line in lines:
        if found := _WORD.match(line.strip()):
            word, header[found[1]] = found[1], found[2]
        elif line.strip() and word:
            header[word] += " " + line.strip()
    unknown = header.keys() - {*REQUIRED, *OPTIONAL}
    missing = [word for word in REQUIRED if not header.get(word)]
    if unknown or missing or not summary:
        raise ValueError(f"{path}: unknown in its header: {sorted(unknown)}, missing: {missing}")
    return summary, header


def _docstring(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return "".join(json.loads(text)["cells"][0]["source"])
    return ast.get_docstring(ast.parse(text)) or ""

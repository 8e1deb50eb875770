"""Reading a submission: bytes become cells of Python text, numbered the way the student sees them.

A ``.py`` file is one cell without a number; a notebook's code cells are numbered from 1. Line numbers never change on the
way: magics are replaced line by line, so every later message can point at the line in the student's editor.

Notebooks are read leniently from their JSON (formats 3 and 4, missing ids, foreign metadata): a notebook that its own
editor opens must not fail here because of a schema detail.
"""

from __future__ import annotations

import ast
import codecs
import functools
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.messages import Message
from grader.student import magics
from grader.student.syntax import describe_syntax_error
from grader.verdict import Finding, Location

MAX_CELLS = 2_000  # code cells of a notebook; reading five thousand took seconds
MAX_CHARACTERS = 2_000_000  # of code in a notebook: what a .py file may hold
MAX_DEPTH = 200  # nesting of the syntax tree; people stay below 60, and the analysis recurses
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")


class SourceProblem(Exception):
    """The submission cannot be read as Python. `finding` says why, in words for the student."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message.id)


@dataclass(frozen=True)
class Cell:
    """One piece of Python: `number` is the notebook's code cell (1-based), None for a ``.py`` file."""

    number: int | None
    text: str
    first_line: int = 1
    original: str = ""  # as the student wrote it, magics and all

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The parsed text. Raises SyntaxError where `read_source` was not the one who made this cell."""
        return parse(self.text)

    @functools.cached_property
    def lines(self) -> list[str]:
        """The text's lines, without their ends."""
        return self.text.split("\n")


@dataclass(frozen=True)
class Source:
    """A submission's code: its cells in order, and what was noticed on the way (skipped shell cells and the like)."""

    name: str
    cells: list[Cell]
    notes: list[Finding] = field(default_factory=list)
    notebook: bool = False

    def file_of(self, cell: int | None) -> str:
        """The file name that tracebacks show for a cell."""
        return self.name if cell is None else f"{self.name}[cell {cell}]"

    def at(self, cell: int | None, line: int | None) -> Location:
        """The place of a line of a cell."""
        return Location(self.name, line, cell)

    def location(self, file: str, line: int | None) -> Location | None:
        """The place of a line in a traceback; None where the file is not the student's."""
        cell = self.files.get(file)
        return None if cell is None else self.at(cell.number, line)

    @functools.cached_property
    def files(self) -> dict[str, Cell]:
        """Cells by the file name that tracebacks show."""
        return {self.file_of(cell.number): cell for cell in self.cells}


def read_source(data: bytes, name: str) -> Source:
    """The cells of a module or notebook. Raises SourceProblem, whose finding tells the student what is wrong."""
    if not data.strip():
        raise _problem("empty", name)
    text = _decode(data, name)
    if not text.strip():
        raise _problem("empty", name)
    texts = _cell_texts(text, name)
    notes: list[Finding] = []
    cells = [_read_cell(number, cell_text, name, notes) for number, cell_text in texts if cell_text.strip()]
    if not any(cell.text.strip() for cell in cells):
        raise _problem("no_code", name)
    if not any(cell.tree.body for cell in cells):
        raise _problem("only_comments", name)
    return Source(name, cells, notes, notebook=texts[0][0] is not None)


def parse(text: str) -> ast.Module:
    """The syntax tree, without the warnings Python has about the text (`"\\d"`, `is 1`)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _problem(id: str, name: str, *, cell: int | None = None, line: int | None = None, **args: Any) -> SourceProblem:
    message, hint = Message(f"source.{id}", {"file": name, **args}), Message(f"source.{id}_hint", {"file": name})
    return SourceProblem(Finding(message, hint, Location(name, line, cell)))


# --- bytes to text


def _decode(data: bytes, name: str) -> str:
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except (UnicodeError, LookupError, ValueError):
            continue
        if "\0" in text or (encoding == "cp949" and _CONTROL.search(text)):
            break
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    raise _problem("binary", name)


def _encodings(data: bytes) -> Iterator[str]:
    if data.startswith(codecs.BOM_UTF8):
        yield "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
        return
    for line in data.split(b"\n", 2)[:2]:
        if match := _COOKIE.match(line):
            yield match[1].decode("ascii", "replace")
    yield "utf-8"
    yield "cp949"  # what Windows editors in Korea still write; holds all of euc-kr


# --- text to cells


def _cell_texts(text: str, name: str) -> list[tuple[int | None, str]]:
    claims_notebook = name.lower().endswith(".ipynb")
    if not claims_notebook and not _looks_like_notebook(text):
        return [(None, text)]
    codes = notebook_cells(_notebook_json(text, name))
    if codes is None:
        raise _problem("not_a_notebook", name)
    if not any(code.strip() for code in codes):
        raise _problem("no_code", name)
    if len(codes) > MAX_CELLS:
        raise _problem("too_many_cells", name, found=len(codes), limit=MAX_CELLS)
    if sum(map(len, codes)) > MAX_CHARACTERS:
        raise _problem("too_much_code", name, found=sum(map(len, codes)), limit=MAX_CHARACTERS)
    for number, code in enumerate(codes, 1):
        if "\0" in code:
            raise _problem("binary", name, cell=number)
    return [(number, code) for number, code in enumerate(codes, 1)]


def _looks_like_notebook(text: str) -> bool:
    """Whether a file that is not called .ipynb is one all the same (renamed by hand or by a mail program)."""
    return text.lstrip().startswith("{") and ('"cells"' in text or '"worksheets"' in text) and '"nbformat"' in text


def _notebook_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise _problem("json_too_deep", name) from None
    except json.JSONDecodeError as error:
        if not text.lstrip().startswith("{"):
            raise _problem("not_a_notebook", name) from None
        truncated = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        kind = "json_truncated" if truncated else "json_bad"
        raise _problem(kind, name, line=error.lineno, json_line=error.lineno) from None
    except ValueError:  # a number with thousands of digits
        raise _problem("not_a_notebook", name) from None


def notebook_cells(notebook: Any) -> list[str] | None:
    """The text of every code cell, in order; None for what is not a notebook."""
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # formats 1 to 3
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or ()]
    if not isinstance(cells, list):
        return None
    codes = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return [_cell_text(cell.get("source", cell.get("input", ""))) for cell in codes]


def _cell_text(source: Any) -> str:
    text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


# --- cells to Python


def _read_cell(number: int | None, text: str, name: str, notes: list[Finding]) -> Cell:
    """The cell as plain Python; magics become calls, cells in another language become empty and a note."""
    try:
        python = text if _compiles(text, notebook=number is not None) else None
        if python is None:
            python, skipped = magics.to_python(text)
            if skipped:
                note = Message("source.cell_skipped", {"magic": skipped, "cell": number or 1})
                notes.append(Finding(note, None, Location(name, 1, number), "note"))
            _compile(python, notebook=number is not None)
        cell = Cell(number, python, original=text)
        if _depth(cell.tree) > MAX_DEPTH:
            raise _problem("code_too_deep", name, cell=number)
    except SyntaxError as error:
        raise SourceProblem(describe_syntax_error(error, text, name, number)) from None
    except (RecursionError, MemoryError):
        raise _problem("code_too_deep", name, cell=number) from None
    except ValueError:  # lone surrogates, NUL
        raise _problem("binary", name, cell=number) from None
    return cell


def _compiles(text: str, *, notebook: bool) -> bool:
    try:
        _compile(text, notebook=notebook)
    except SyntaxError:
        return False
    return True


def _compile(text: str, *, notebook: bool) -> None:
    """Compiling finds what parsing lets through, such as a `return` outside a function."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if notebook else 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "<submission>", "exec", flags=flags, dont_inherit=True)


def _depth(tree: ast.AST) -> int:
    """How deep the tree nests, counted without recursion."""
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth

"""What ARCHITECTURE.md promises about the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import errors

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60  # lines


def test_no_room_imports_upwards_or_across_the_trust_boundary() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("grader", ["torch", "numpy", "rich", "yaml", "pydantic", "click"]),
        ("grader.cli", ["torch", "numpy", "rich", "yaml", "pydantic"]),
        ("grader.exercises", ["torch", "numpy", "rich"]),
        ("grader.grading", ["torch", "torchvision", "sklearn", "pandas"]),
        ("grader.notebook", ["torch", "torchvision"]),
    ],
)
def test_importing_a_face_stays_cheap(module: str, absent: list[str]) -> None:
    program = f"import sys, {module}; print(*sorted(sys.modules.keys() & {set(absent)!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_exception_stands_under_its_parent_in_the_drawn_tree() -> None:
    raised = {
        kind.__name__: kind.__base__.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert raised.pop("GraderError") == "Exception"
    assert dict(_drawn(errors.__doc__ or "")) == raised


def _drawn(text: str) -> Iterator[tuple[str, str]]:
    """(class, parent) for each branch of a tree drawn with ├── and └──."""
    above: dict[int, str] = {}
    for line in text.splitlines():
        name = line.lstrip(" │├└─").partition(" ")[0]
        if "── " in line:
            depth = line.index("── ")
            above[depth] = name
            yield name, above[max((other for other in above if other < depth), default=-1)]
        elif name == "GraderError":
            above[-1] = name


def test_modules_and_functions_can_be_read_in_one_sitting() -> None:
    too_long = []
    for path in sorted((ROOT / "grader").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            too_long.append(path.name)
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        too_long += [f"{path.name}: {node.name}" for node in functions if _lines(node) > LONGEST_FUNCTION]
    assert too_long == []


def _lines(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1

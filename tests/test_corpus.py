"""The corpus is what it says: correct answers compute the same as the solution, wrong ones differ, notebooks are valid.

Judged with plain torch, so that the corpus can be trusted to test the grader.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import resource
import signal
import symtable
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import nbformat
import pytest
import torch
from corpus import EXERCISES, MARKER, Case, as_notebook, cases, notebook_line

COURSE = Path(__file__).parents[1]
TARGETS: dict[str, tuple[str, tuple[int, ...], tuple[int, ...], int]] = {  # class, arguments, one input, parameters
    "cnn_mnist_channels": ("CNN_classifier", (), (1, 28, 28), 3_254_186),
    "mlp_wafer": ("MLPClassifier_complex", (), (4096,), 2_231_048),
    "rnn_stock": ("RNNNet", (6, 32), (10, 6), 3_425),
}
BATCHES = (1, 8)
SPARE_BYTES = 2 * 2**30
WALL_SECONDS = 5
ALL = [case for exercise in EXERCISES for case in cases(exercise)]
CORRECT = [case for case in ALL if case.fails is None]
WRONG = [
    pytest.param(case, id=f"{case.exercise}-{case.name}", marks=pytest.mark.slow if case.slow else ())
    for case in ALL
    if case.fails is not None
]


def name(case: Case) -> str:
    return f"{case.exercise}-{case.name}"


@pytest.mark.parametrize("exercise", TARGETS)
def test_every_exercise_has_solution_stub_notebook_and_corpus(exercise: str) -> None:
    assert exercise in EXERCISES
    for path in (f"solutions/{exercise}.py", f"exercises/{exercise}.py", f"exercises/{exercise}.ipynb"):
        assert (COURSE / path).is_file()


@pytest.mark.parametrize("exercise", TARGETS)
def test_solution_has_the_parameters_of_the_course_table(exercise: str) -> None:
    assert sum(p.numel() for p in solution(exercise).parameters()) == TARGETS[exercise][3]


@pytest.mark.parametrize("exercise", TARGETS)
def test_untouched_stub_imports_and_offers_no_network(exercise: str) -> None:
    stub = target((COURSE / "exercises" / f"{exercise}.py").read_text(encoding="utf-8"), exercise)
    expected = TypeError if exercise == "cnn_mnist_channels" else NotImplementedError
    with pytest.raises(expected):
        model = stub(*TARGETS[exercise][1])
        assert not list(model.parameters())
        model(torch.rand(2, *TARGETS[exercise][2]))


@pytest.mark.parametrize("exercise", TARGETS)
def test_exercise_notebook_holds_the_class_of_the_stub(exercise: str) -> None:
    notebook = nbformat.read(COURSE / "exercises" / f"{exercise}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    stub = (COURSE / "exercises" / f"{exercise}.py").read_text(encoding="utf-8")
    assert code[1] in stub
    assert code[-1].endswith(f'grader.check("{exercise}", {TARGETS[exercise][0]})')
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("case", CORRECT, ids=name)
def test_correct_answer_computes_what_the_solution_computes(case: Case) -> None:
    assert difference(case) is None


@pytest.mark.parametrize("case", WRONG)
def test_wrong_answer_differs_from_the_solution(case: Case) -> None:
    if "cuda" in case.name and torch.cuda.is_available():
        pytest.skip("runs on this machine, which has a GPU")
    assert difference(case) is not None


@pytest.mark.parametrize("case", ALL, ids=name)
def test_cause_is_named_and_marked_at_most_once(case: Case) -> None:
    marks = [line for line in case.source.splitlines() if MARKER.search(line)]
    correct = case.name.startswith("correct_")
    assert (case.cause is None) == correct
    assert len(marks) <= (0 if correct else 1)
    assert case.fails is None or not correct


@pytest.mark.parametrize("case", ALL, ids=name)
def test_notebook_is_valid_and_keeps_every_line(case: Case) -> None:
    notebook = nbformat.reads(as_notebook(case).decode(), as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    written = [line for text in code[1:] for line in text.splitlines() if line.strip()]
    assert written == [line.rstrip() for line in case.source.splitlines() if line.strip()]
    place = notebook_line(case)
    assert (place is None) == (case.line is None)
    if place is not None:
        assert MARKER.search(code[place[0] - 1].splitlines()[place[1] - 1])


def difference(case: Case) -> str | None:
    """How the answer differs from the solution in what it computes; None where it does not."""
    try:
        with limits(), quiet():
            torch.manual_seed(0)
            answer = target(case.source, case.exercise)(*TARGETS[case.exercise][1])
            return _differing(solution(case.exercise), answer, TARGETS[case.exercise][2])
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"


def _differing(reference: torch.nn.Module, answer: torch.nn.Module, shape: tuple[int, ...]) -> str | None:
    expected, found = dict(reference.named_parameters()), dict(answer.named_parameters())
    if {key: p.shape for key, p in expected.items()} != {key: p.shape for key, p in found.items()}:
        return "parameters"
    if not all(p.isfinite().all() for p in found.values()):
        return "initial weights"
    with torch.no_grad():
        for key, parameter in found.items():
            parameter.copy_(expected[key])
    for size in BATCHES:
        batch = torch.randn(size, *shape)
        output = answer(batch)
        if output.shape != (wanted := reference(batch)).shape or not torch.allclose(output, wanted, atol=1e-5):
            return f"outputs for a batch of {size}"
    output.square().sum().backward()
    return None if all(p.grad is not None for p in found.values()) else "gradients"


@functools.cache
def solution(exercise: str) -> torch.nn.Module:
    """The reference network, seeded. Its biases are zero, so that outputs of both signs occur and an extra ReLU shows."""
    build = target((COURSE / "solutions" / f"{exercise}.py").read_text(encoding="utf-8"), exercise)
    torch.manual_seed(1)
    model: torch.nn.Module = build(*TARGETS[exercise][1])
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "bias" in key:
                parameter.zero_()
    return model


def target(source: str, exercise: str) -> Callable[..., Any]:
    """The class under test, from the statements it depends on: no downloads, plots or training are run."""
    namespace: dict[str, Any] = {"__name__": "answer"}
    exec(_slice(source, TARGETS[exercise][0]), namespace)
    found: Callable[..., Any] = namespace[TARGETS[exercise][0]]
    return found


def _slice(source: str, wanted: str) -> CodeType:
    body = ast.parse(source).body
    needed, kept = {wanted}, set[int]()
    for _ in body:
        for index, node in enumerate(body):
            if index not in kept and (_bound(node) & needed or "*" in _bound(node)):
                kept.add(index)
                needed |= _globals(symtable.symtable(ast.unparse(node), "answer", "exec"))
    return compile(ast.Module([body[index] for index in sorted(kept)], []), "answer", "exec")


def _globals(table: symtable.SymbolTable) -> set[str]:
    own = {s.get_name() for s in table.get_symbols() if s.is_global() or table.get_type() == "module"}
    return own.union(*map(_globals, table.get_children()))


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {n.id for goal in node.targets for n in ast.walk(goal) if isinstance(n, ast.Name)}
    return set()


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """An endless loop or a huge allocation ends in an exception."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    former = signal.signal(signal.SIGALRM, _interrupt)
    resource.setrlimit(resource.RLIMIT_AS, (used + SPARE_BYTES, hard))
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _interrupt(*_: object) -> None:
    raise TimeoutError("endless")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What the answer prints goes nowhere: some print megabytes."""
    with open("/dev/null", "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield

"""What was kept runs in one module; errors point at the student's lines, and only a needed definition ends the run."""

from __future__ import annotations

import inspect
import io
import json
import pickle

import pytest

from grader.student.execute import Executed, describe_error, execute, execute_all, explain, locate, trim
from grader.student.slicing import slice_source
from grader.student.source import Source, read_source
from grader.verdict import Finding, finding_from_json


def run(text: str, *targets: str) -> tuple[Executed, Source]:
    source = read_source(text.encode(), "answer.py")
    return execute(slice_source(source, targets or ("x",)), source), source


def cells(*texts: str) -> bytes:
    codes = [{"cell_type": "code", "source": text, "metadata": {}} for text in texts]
    return json.dumps({"cells": codes, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def failed(text: str) -> Finding:
    executed, _ = run(text)
    assert executed.error is not None
    for language in ("en", "ko"):
        assert executed.error.message.render(language)
        assert executed.error.hint is not None and executed.error.hint.render(language)
    return executed.error


def hint(text: str) -> str:
    found = failed(text).hint
    assert found is not None
    return found.id.removeprefix("source.raised_hint_")


def test_definitions_run_and_the_rest_does_not() -> None:
    executed, _ = run("a = 1\nx = a + 1\nraise SystemExit\n")

    assert executed.error is None and executed.module.x == 2
    assert executed.module.__name__ == "submission"


def test_names_may_be_given() -> None:
    source = read_source(b"x = given + 1\n", "answer.py")

    assert execute(slice_source(source, ["x"]), source, {"given": 41}).module.x == 42


def test_what_fails_is_located_in_the_deepest_line_of_the_student() -> None:
    executed, _ = run("def half(n):\n    return n / 0\n\nx = half(1)\ny = x\n", "y")

    error = executed.error
    assert error is not None and str(error.location) == "answer.py:2"
    assert executed.lost == ["x", "y"]
    reason = error.message.args["reason"]
    assert reason.args["frames"] == ["answer.py:4 in <module>: x = half(1)", "answer.py:2 in half: return n / 0"]
    assert "ZeroDivisionError: division by zero" in error.message.render("ko")


def test_the_trace_shows_no_frame_but_the_students() -> None:
    error = failed("import json\nx = json.loads('{')\n")

    assert error.message.args["reason"].args["frames"] == ["answer.py:2 in <module>: x = json.loads('{')"]


def test_a_failing_change_is_a_warning_and_the_run_goes_on() -> None:
    executed, _ = run("x = [1]\nx.append(1 / 0)\nx.append(2)\n")

    assert executed.error is None and executed.module.x == [1, 2]
    (warning,) = executed.warnings
    assert warning.severity == "warning" and str(warning.location) == "answer.py:2"
    assert "ZeroDivisionError" in warning.message.render("ko")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import no_such_package\nx = no_such_package\n", "module"),
        ("x = open('train.csv')\n", "file"),
        ("x = nn.Linear(1, 1)\n", "import"),
        ("x = undefined_name\n", "name"),
        ("x = f(___, 32)\ndef f(): pass\n", "name"),
        ("f = print\nx = f(___, 32)\n", "blank"),
        ("x = input()\n", "input"),
        ("x = exit_now = __import__('sys').exit(3)\n", "exit"),
        ("def f(): raise KeyboardInterrupt\nx = f()\n", "exit"),
        ("def f(): f()\nx = f()\n", "recursion"),
        ("def f(): raise MemoryError\nx = f()\n", "memory"),
        ("def f(a): pass\nx = f()\n", "arguments"),
        ("def f(): raise AssertionError('Torch not compiled with CUDA enabled')\nx = f()\n", "cuda"),
        ("def f(): raise RuntimeError('Found no NVIDIA driver on your system.')\nx = f()\n", "cuda"),
        ("def f(): raise RuntimeError('No CUDA GPUs are available')\nx = f()\n", "cuda"),
        ("def f(): raise RuntimeError('mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)')\nx = f()\n", "shapes"),
        ("from urllib.error import URLError\ndef f(): raise URLError('no')\nx = f()\n", "network"),
        ("x = {}['a']\n", "other"),
    ],
)
def test_known_errors_get_their_own_hint(text: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert hint(text) == expected


def test_an_exception_that_cannot_be_printed_is_survived() -> None:
    error = failed("class E(BaseException):\n    def __str__(self): raise self\ndef f(): raise E\nx = f()\n")

    assert error.message.args["reason"].args["text"] == "?"


def test_endless_recursion_gives_a_short_trace() -> None:
    assert len(failed("def f(): f()\nx = f()\n").message.args["reason"].args["frames"]) < 20


def test_errors_travel_as_json() -> None:
    source = read_source(b"x = 1 / 0\n", "answer.py")
    try:
        exec(compile("x = 1 / 0\n", "answer.py", "exec"))
    except ZeroDivisionError as error:
        described = json.loads(json.dumps(describe_error(error, source)))
        assert trim(error, source) == ["answer.py:1 in <module>: x = 1 / 0"]
        assert locate(error, source) == locate(error.__traceback__, source) == explain(error, source).location
    assert described["type"] == "ZeroDivisionError" and described["location"] == ["answer.py", 1, None]
    assert finding_from_json(described["finding"]).message.args["code"] == "x = 1 / 0"


def test_a_notebooks_lines_are_its_cells() -> None:
    source = read_source(cells("import math", "%%time\ndef f(n):\n    return math.log(n)", "x = f(0)"), "답.ipynb")

    executed = execute(slice_source(source, ["x"]), source)

    assert executed.error is not None and str(executed.error.location) == "답.ipynb[cell 2]:3"
    assert inspect.getsource(executed.module.f) == "def f(n):\n    return math.log(n)\n"


def test_the_source_of_a_class_can_be_had() -> None:
    text = "y = 1\nclass x:\n    def f(self):\n        return y\n"
    executed, _ = run(text)

    assert inspect.getsource(executed.module.x) == text.split("\n", 1)[1]
    assert inspect.getsource(executed.module.x.f).startswith("    def f")


def test_dataclasses_and_pickles_work_as_in_a_real_module() -> None:
    executed, _ = run(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass x:\n    a: int = 1\n"
    )

    assert pickle.loads(pickle.dumps(executed.module.x())) == executed.module.x()  # noqa: S301 - our own bytes
    assert executed.module.x.__annotations__ == {"a": "int"}


def test_shell_lines_do_nothing_and_say_so() -> None:
    source = read_source(cells("files = !ls\nx = files", "display(x)\n%matplotlib inline"), "answer.ipynb")

    executed = execute_all(source)

    assert executed.error is None and executed.module.x == []
    assert any("not run" in warning.message.render("en") for warning in executed.warnings)


def test_warnings_are_kept_as_notes() -> None:
    executed, _ = run("import warnings\ndef f():\n    warnings.warn('careful', stacklevel=2)\n    return 1\nx = f()\n")

    (note,) = executed.warnings
    assert note.severity == "note" and str(note.location) == "answer.py:5" and "careful" in note.message.render("ko")


def test_everything_runs_when_asked_for_and_stops_at_the_first_error() -> None:
    source = read_source(
        b"x = []\nx.append(1)\nif __name__ == '__main__':\n    x.append(2)\n1 / 0\ny = 1\n", "answer.py"
    )

    executed = execute_all(source)

    assert executed.module.x == [1, 2] and executed.lost == ["y"]
    assert executed.error is not None and str(executed.error.location) == "answer.py:5"


def test_a_model_that_is_a_global_is_built_and_changed() -> None:
    torch = pytest.importorskip("torch")
    executed, _ = run(
        "import torch.nn as nn\nlinear = nn.Sequential()\nlinear.add_module('fc1', nn.Linear(3, 2))\n"
        "nn.init.ones_(linear.fc1.weight)\nlinear.cuda()\n",
        "linear",
    )

    assert executed.error is None
    assert torch.equal(executed.module.linear.fc1.weight, torch.ones(2, 3))

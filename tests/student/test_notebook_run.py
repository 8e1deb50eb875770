"""A notebook runs as a whole in a real kernel, within its limits, and nothing of it is left."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from grader.student.notebook_run import NotebookRun, run_notebook
from grader.student.source import SourceProblem

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*cells: str, epilogue: str = "", cell_seconds: float = 30, total_seconds: float = 60) -> NotebookRun:
    codes = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    data = json.dumps({"cells": codes, "metadata": {"colab": {}}, "nbformat": 4, "nbformat_minor": 0})
    found = run_notebook(data.encode(), "답안.ipynb", cell_seconds, total_seconds, epilogue)
    if found.error is not None:
        for language in ("en", "ko"):
            assert found.error.message.render(language)
            assert found.error.hint is not None and found.error.hint.render(language)
    return found


def test_magics_and_shell_lines_really_run_and_the_epilogue_sees_the_result(scratch: Path) -> None:
    found = run(
        "%%time\nx = 1", "", "%%writefile made.txt\n내용", "lines = !cat made.txt\nx += 1", epilogue="print(x, lines)"
    )

    assert found.error is None and found.ran == [1, 3, 4]
    assert found.epilogue_output == "2 ['내용']\n"
    assert (scratch / "made.txt").exists()


def test_an_error_stops_the_run_and_names_cell_and_line() -> None:
    found = run("def f(a):\n    return 1 / a", "x = 3\nf(0)", "x = 4", epilogue="print(x)\nundefined")

    assert found.ran == [1] and found.error is not None
    assert str(found.error.location) == "답안.ipynb[cell 1]:2"
    assert found.error.message.args["frames"] == ["답안.ipynb[cell 2]:2: f(0)", "답안.ipynb[cell 1]:2: return 1 / a"]
    assert found.epilogue_output == "3\n"
    assert found.epilogue_error == "NameError: name 'undefined' is not defined"


def test_input_is_refused_not_waited_for() -> None:
    error = run("x = input()").error

    assert error is not None and error.hint is not None and error.hint.id == "source.raised_hint_input"


def test_a_cell_and_its_children_end_at_the_limit(scratch: Path) -> None:
    loop = "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nopen('pid', 'w').write(str(child.pid))\nwhile True: pass"

    found = run("x = 1", loop, epilogue="print(x)", cell_seconds=1)

    assert found.error is not None and found.error.message.id == "source.cell_timeout"
    assert found.ran == [1] and found.epilogue_output == ""
    assert not _runs(int((scratch / "pid").read_text()))


def test_the_whole_has_a_deadline_of_its_own() -> None:
    error = run("while True: pass", cell_seconds=30, total_seconds=1).error

    assert error is not None and error.message.id == "source.notebook_timeout"


def test_a_kernel_that_ends_itself_is_a_finding() -> None:
    error = run("x = 1", "import os\nos._exit(0)").error

    assert error is not None and error.message.id == "source.kernel_died" and error.location is not None
    assert error.location.cell == 2


def test_what_cannot_be_read_starts_no_kernel() -> None:
    with pytest.raises(SourceProblem):
        run_notebook(b"{", "answer.ipynb", 1, 1)


def _runs(pid: int) -> bool:
    """Whether the process is still at work; one that waits for its parent to notice is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False

"""`grader.check` in a notebook: it hands over the cells that were run, and shows the report where it is called."""

from __future__ import annotations

import ast
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import Grading, Interrupted, passed

import grader
from grader.errors import CourseError, UsageError
from grader.submissions.live import answer_cells, live_submission, notebook_bytes

DEFINITION = "import torch\n\nclass Mine(torch.nn.Module):\n    pass"


class Shell:
    """What is used of IPython's shell."""

    def __init__(self, *cells: str, page: bool = True, **names: object) -> None:
        self.history_manager = types.SimpleNamespace(input_hist_raw=["", *cells])
        self.user_ns = {"In": ["", *cells], **names}
        self.published: list[dict[str, str]] = []
        self.display_pub = types.SimpleNamespace(publish=self.published.append)
        if page:
            self.kernel = object()

    @staticmethod
    def transform_cell(cell: str) -> str:
        return "\n".join(line if not line.startswith(("%", "!")) else "get_ipython()" for line in cell.split("\n"))


def cells_of(data: bytes) -> list[str]:
    return [cell["source"] for cell in json.loads(data)["cells"]]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, course: Path, grading: Grading) -> Iterator[Any]:
    """Call it with a shell: from then on this process looks like a notebook with that history."""

    def live(shell: Shell) -> Shell:
        ipython = types.ModuleType("IPython")
        ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        return shell

    yield live


def test_cells_stand_where_the_student_sees_them() -> None:
    history = ["%matplotlib inline", DEFINITION, "", "import grader\ngrader.check('small')", "x = = 1", "y = 2"]
    assert answer_cells(history, Shell.transform_cell) == ["%matplotlib inline", DEFINITION, "", "", "", "y = 2"]


def test_a_check_among_other_code_is_left_out_and_lines_keep_their_numbers() -> None:
    (cell,) = answer_cells(["a = 1\nreport = grader.check(\n    'small',\n)\nb = 2"])
    assert cell == "a = 1\n\n\n\nb = 2"


def test_the_cells_make_a_notebook_that_nbformat_accepts() -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.reads(notebook_bytes(["x = '한글'", "y"]).decode(), as_version=4)
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == ["x = '한글'", "y"]


def test_a_target_of_another_name_gets_the_name_that_is_asked_for(live: Any, grading: Grading) -> None:
    mine = type("Mine", (), {})
    live(Shell(DEFINITION, "grader.check('small', Mine)", Mine=mine))
    grader.check("small", mine)
    submission = grading.asked[0][0]
    assert (submission.kind, submission.name) == ("ipynb", "notebook")
    assert cells_of(submission.data) == [DEFINITION, "", "Net = Mine"]


def test_a_global_is_found_by_its_name_and_the_right_name_needs_no_alias() -> None:
    model = object()
    named = live_submission("model", model, Shell("net = 1", net=model))
    assert cells_of(named.data) == ["net = 1", "model = net"]
    assert cells_of(live_submission("net", model, Shell("net = 1", net=model)).data) == ["net = 1"]
    assert cells_of(live_submission("net", None, Shell("net = 1")).data) == ["net = 1"]


def test_a_page_gets_html_and_plain_text_of_the_same_report(live: Any, grading: Grading) -> None:
    shell = live(Shell(DEFINITION))
    grading.answer = passed("small", "<script>alert(1)</script>")
    report = grader.check("small", lang="ko", training=False)
    (shown,) = shell.published
    assert report.points == 60 and grading.asked[0][2].training is False
    assert "60/60" in shown["text/plain"] and "통과" in shown["text/html"]
    assert "<script>" not in shown["text/html"] and "&lt;script&gt;" in shown["text/html"]


def test_an_interrupt_still_shows_what_was_done(live: Any, grading: Grading) -> None:
    shell = live(Shell(DEFINITION))
    grading.answer = Interrupted(passed("small", "notebook"))
    grader.check("small")
    assert len(shell.published) == 1


def test_nothing_run_yet(live: Any) -> None:
    live(Shell("grader.check('small')"))
    with pytest.raises(UsageError, match="no code to grade"):
        grader.check("small")


def test_ipython_shows_the_message_instead_of_a_traceback(live: Any) -> None:
    live(Shell(DEFINITION))
    with pytest.raises(CourseError) as caught:
        grader.check("smal", lang="ko")
    assert "small" in "".join(caught.value._render_traceback_())  # type: ignore[attr-defined]


def test_outside_ipython_the_file_of_the_target_is_graded(
    course: Path, grading: Grading, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    Path("my_answer.py").write_bytes("# -*- coding: cp949 -*-\n# 답\nclass Mine: ...".encode("cp949"))
    monkeypatch.syspath_prepend(Path.cwd())
    import my_answer  # type: ignore[import-not-found]

    grader.check("small", my_answer.Mine)
    submission = grading.asked[0][0]
    assert (submission.kind, submission.name) == ("py", "my_answer.py")
    assert ast.unparse(ast.parse(submission.data)).endswith("Net = Mine")
    assert capsys.readouterr().out.startswith("EXERCISE small")


@pytest.mark.parametrize("target", [None, 3, object()])
def test_outside_ipython_a_target_without_a_file_is_explained(
    course: Path, grading: Grading, monkeypatch: pytest.MonkeyPatch, target: object
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    with pytest.raises(UsageError, match="cannot be found"):
        grader.check("small", target)


def test_a_real_ipython_shell_has_what_is_used_here() -> None:
    pytest.importorskip("IPython")
    from IPython.core.history import HistoryManager
    from IPython.core.inputtransformer2 import TransformerManager
    from IPython.core.interactiveshell import InteractiveShell

    assert hasattr(HistoryManager, "input_hist_raw") and hasattr(InteractiveShell, "transform_cell")
    assert hasattr(InteractiveShell, "init_display_pub")
    assert answer_cells(["%%time\nx = 1", "!ls\n%matplotlib inline\ny = 2"], TransformerManager().transform_cell) == [
        "%%time\nx = 1",
        "!ls\n%matplotlib inline\ny = 2",
    ]

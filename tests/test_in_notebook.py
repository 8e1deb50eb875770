"""`grader.check` in a live notebook: the same processes and the same report as for a file."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
ANSWER = (ROOT / "tests/submissions/rnn_stock/wrong_time_step.py").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the kernel's client
def test_a_class_from_the_cell_history_is_graded_like_a_file_with_its_cell_named(tmp_path: Path) -> None:
    check = f"import grader\ngrader.check('rnn_stock', MyNet, training=False, lang='en', course={str(ROOT)!r})"
    cells = ["%pwd", ANSWER.replace("RNNNet", "MyNet"), check]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    outputs = notebook.cells[-1].outputs
    text = "\n".join(output.get("data", {}).get("text/plain", "") or output.get("text", "") for output in outputs)
    line = 1 + next(i for i, row in enumerate(ANSWER.split("\n")) if "# CAUSE" in row)
    assert "PASS layers 30/30" in text, text
    assert "FAIL forward" in text
    assert f"[cell 2]:{line}" in text
    html = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    assert "<" in html and "<script" not in html

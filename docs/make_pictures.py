"""Draws docs/images/report.svg: the terminal report on a typical wrong answer, graded for real.

python docs/make_pictures.py
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from grader.exercises import find_course
from grader.grading import Options, grade
from grader.reports.terminal import render_terminal
from grader.submissions import find_submission

ROOT = Path(__file__).resolve().parents[1]
EXERCISE = "cnn_mnist_channels"
ANSWER = ROOT / "tests" / "submissions" / EXERCISE / "wrong_in_channels.py"
PICTURE = ROOT / "docs" / "images" / "report.svg"
WIDTH = 120
GREY, RED, GREEN, YELLOW = (150, 150, 150), (255, 107, 107), (126, 211, 110), (240, 200, 90)
BLUE, MAGENTA, CYAN, WHITE = (110, 160, 255), (210, 140, 240), (100, 205, 220), (225, 225, 225)
BLACK = (24, 26, 31)
THEME = TerminalTheme(
    BLACK,
    WHITE,
    [BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE],
    [GREY, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE],
)


def main() -> None:
    """Grade and draw."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(shutil.copy(ANSWER, Path(folder) / "answer.py"))
        report = grade(find_submission(answer), find_course(ROOT).exercise(EXERCISE), Options(device="cpu"))
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="standard")
    render_terminal(report, "en", console)
    command = f"grader check {EXERCISE} answer.py"
    picture = console.export_svg(title=command, theme=THEME, unique_id="report")
    picture = re.sub(r"\s*@font-face {.*?}", "", picture, flags=re.DOTALL)  # no font is fetched from elsewhere
    PICTURE.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()

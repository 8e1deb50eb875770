"""`grader.check` for a notebook: the cells that were run, graded in processes of their own.

The live kernel only hands over source text. Nothing of its state is graded, so whatever it holds (a CUDA context, variables
from deleted cells) cannot change the verdict, and an answer that works only because of such a leftover is found out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.errors import GraderError
from grader.messages import Language

if TYPE_CHECKING:
    from grader.reports import Report
    from grader.reports.progress import StatusLine

PAGE_WIDTH = 100  # columns of the report in a notebook page


def check(
    exercise: str,
    target: object | None = None,
    *,
    lang: Language | None = None,
    data: Literal["auto", "real", "standin"] = "auto",
    device: Literal["auto", "cpu", "cuda"] = "auto",
    isolation: Literal["auto", "strict", "none"] = "auto",
    course: str | Path | None = None,
    training: bool = True,
) -> Report:
    """Grade the answer in this notebook, show the report, and return it.

    `target` is the answer, e.g. the class itself; it may have another name than the exercise asks for. Without it the
    exercise's own name is looked up in the cells. Outside a notebook the file that defines `target` is graded.

    Raises:
        UsageError: no such exercise, no code to grade, or a target without source.
        RubricError: the exercise's rubric has mistakes.
    """
    from grader.reports.language import reader_language

    screen = _Screen(reader_language(lang))
    running = {"data": data, "device": device, "isolation": isolation, "training": training}
    try:
        return _grade(exercise, target, None if course is None else Path(course), running, screen)
    except GraderError as error:
        screen.tell_instead_of_traceback(error)
        raise


def _grade(exercise: str, target: object, course: Path | None, running: dict[str, Any], screen: _Screen) -> Report:
    from grader.exercises import find_course
    from grader.grading import Interrupted, Options, grade
    from grader.submissions.live import live_submission

    chosen = find_course(course, Path.cwd()).exercise(exercise)
    submission = live_submission(chosen.rubric.target.name, target, screen.shell)
    progress = screen.progress()
    try:
        report: Report = grade(submission, chosen, Options(**running), progress)
    except Interrupted as stop:
        report = stop.report
    finally:
        if progress is not None:
            progress.clear()
    screen.show(report)
    return report


class _Screen:
    """Shows progress and report where this code runs: a notebook page, a terminal, or a pipe."""

    def __init__(self, language: Language) -> None:
        ipython = sys.modules.get("IPython")  # where it runs it is imported already
        self.language = language
        self.shell: Any = ipython.get_ipython() if ipython is not None else None
        self.page = getattr(self.shell, "kernel", None) is not None

    def progress(self) -> StatusLine | None:
        if not self.page and not sys.stdout.isatty():
            return None
        from grader.reports.progress import StatusLine

        return StatusLine(sys.stdout, self.language)

    def show(self, report: Report) -> None:
        from grader.reports.plain import render_plain

        plain = render_plain(report, self.language)
        if self.page:
            from grader.reports.notebook_page import render_page

            html = render_page(report, self.language, width=PAGE_WIDTH)
            self.shell.display_pub.publish({"text/plain": plain, "text/html": html})
        elif sys.stdout.isatty():
            from rich.console import Console

            from grader.reports.terminal import render_terminal

            render_terminal(report, self.language, Console(file=sys.stdout, force_jupyter=False))
        else:
            sys.stdout.write(plain)

    def tell_instead_of_traceback(self, error: GraderError) -> None:
        """IPython asks an exception for its own rendering: a student sees the message, in their language, and no frames."""
        from grader.reports.neutral import neutral

        text = neutral(error.text(self.language), characters=8000, lines=120)
        error._render_traceback_ = lambda: text.split("\n")  # type: ignore[attr-defined]

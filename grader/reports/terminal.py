"""A report on a terminal: one screen, the points first, then each check with what went wrong and where.

Colour is never the only sign: every outcome has a symbol and a word. Everything shown is a `Text`, never a markup string.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.messages import Language, message
from grader.reports import wording
from grader.reports.neutral import one_line, render
from grader.reports.report import Report
from grader.reports.sparkline import sparkline
from grader.verdict import Curve, Finding, Outcome, ShapeRow, Verdict

SYMBOLS = {
    Outcome.PASSED: ("✔", "green"),
    Outcome.FAILED: ("✘", "red"),
    Outcome.ERROR: ("✘", "red"),
    Outcome.TIMEOUT: ("✘", "red"),
    Outcome.OUT_OF_MEMORY: ("✘", "red"),
    Outcome.SKIPPED: ("–", "bright_black"),
    Outcome.UNGRADED: ("?", "magenta"),
}
SEVERITIES = {"error": ("✘", "red"), "warning": ("⚠", "yellow"), "note": ("·", "bright_black")}
NARROW = 72  # columns below which indents shrink, and rows that are right leave their operation out
NARROW_TABLE = 56  # … and below which even shapes have to wrap
MAX_FINDINGS = 6
MAX_BAR = 48


def render_terminal(report: Report, language: Language, console: Console) -> None:
    """Print the report on `console`, at its width."""
    console.print(Group(*_Screen(language, console.width).parts(report)), highlight=False, markup=False, emoji=False)


class _Screen:
    """Renderables for one language and one width."""

    def __init__(self, language: Language, width: int) -> None:
        self.language = language
        self.width = width
        self.indent = 2 if width < NARROW else 4

    def parts(self, report: Report) -> Iterator[RenderableType]:
        yield from self._header(report)
        later: list[tuple[str, Finding]] = []
        columns = self._columns(report)
        for verdict in report.verdicts:
            told = wording.told(verdict, self.language)
            yield self._headline(verdict, told.summary, columns)
            yield from self._below(verdict, told.below)
            later += [(verdict.check, finding) for finding in told.later]
        yield from self._remarks("remarks", [*later, *(("", finding) for finding in report.findings)])
        yield from self._remarks("for_instructor", [("", flag) for flag in report.flags])
        yield from self._footer(report)

    def _text(self, name: str, style: str = "", **args: object) -> Text:
        return Text(render(message(f"reports.{name}", **args), self.language), style)

    def _header(self, report: Report) -> Iterator[RenderableType]:
        title = Text(one_line(report.heading(self.language)), "bold")
        yield title
        names = (one_line(name, characters=80) for name in (report.exercise, report.submission))
        yield Text(" · ".join(names), "bright_black")
        yield Text()
        yield self._points(report)
        if report.interrupted:
            yield self._text("interrupted", "yellow")
        if loud := wording.standin(report, self.language):
            yield Text(f" ⚠ {loud} ", "bold black on yellow")
        yield Text()

    def _points(self, report: Report) -> Text:
        """The points and a bar, and how it ended: behind the bar, or below it where the line is too short."""
        _, colour = SYMBOLS[report.outcome]
        line = Text(" ")
        line.append(wording.points(report.points), f"bold {colour}")
        line.append(f" / {wording.points(report.max_points)}  ", "bold")
        line.append_text(_bar(report, min(MAX_BAR, self.width // 2 - 8)))
        ending = Text(wording.total(report, self.language), colour)
        gap = "  " if line.cell_len + 2 + ending.cell_len <= self.width else "\n "
        return line.append(gap).append_text(ending)

    def _columns(self, report: Report) -> tuple[int, int, int]:
        words = [self._text(verdict.outcome.value).cell_len for verdict in report.verdicts]
        checks = [cell_len(one_line(verdict.check, characters=24)) for verdict in report.verdicts]
        scores = [len(wording.score(verdict)) for verdict in report.verdicts]
        return max(words, default=0), max(checks, default=0), max(scores, default=0)

    def _headline(self, verdict: Verdict, summary: str, columns: tuple[int, int, int]) -> RenderableType:
        symbol, colour = SYMBOLS[verdict.outcome]
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=1)
        for width, right in zip(columns, ("left", "left", "right"), strict=True):
            grid.add_column(width=width, no_wrap=True, justify="right" if right == "right" else "left")
        grid.add_column(overflow="fold")
        told = Text(summary, "bright_black" if verdict.outcome is Outcome.SKIPPED else "")
        if verdict.provisional:
            told.append(" · " * bool(summary)).append_text(self._text("provisional", "yellow"))
        word = self._text(verdict.outcome.value, colour)
        check = Text(one_line(verdict.check, characters=24), "bold")
        beside = Padding(told, (0, 0, 0, 1), expand=False)
        grid.add_row(Text(symbol, colour), word, check, Text(wording.score(verdict)), beside)
        return grid

    def _below(self, verdict: Verdict, findings: tuple[Finding, ...]) -> Iterator[RenderableType]:
        for finding in findings[:MAX_FINDINGS]:
            yield self._finding(finding)
        if len(findings) > MAX_FINDINGS:
            yield self._indented(self._text("more", "bright_black", count=len(findings) - MAX_FINDINGS))
        start, stop = wording.shape_window(verdict)
        if stop:
            yield self._indented(self._shapes(verdict.shapes[start:stop]))
        if stop - start < len(verdict.shapes) and stop:
            yield self._indented(self._text("rows_left", "bright_black", count=len(verdict.shapes) - (stop - start)))
        if verdict.curve is not None:
            yield from (self._indented(line) for line in self._curve(verdict.curve))

    def _indented(self, content: RenderableType) -> RenderableType:
        return Padding(content, (0, 0, 0, self.indent), expand=False)

    def _finding(self, finding: Finding, prefix: str = "") -> RenderableType:
        """Symbol and text, the place behind it, and the hint on a line of its own."""
        symbol, colour = SEVERITIES[finding.severity]
        told = Text.assemble((prefix, "bold"), render(finding.message, self.language))
        if finding.location is not None:
            told.append("  ").append(one_line(str(finding.location), characters=80), "cyan")
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=1)
        grid.add_column(overflow="fold")
        grid.add_row(Text(symbol, colour), told)
        if finding.hint is not None:
            grid.add_row(Text("→", "green"), Text(render(finding.hint, self.language)))
        return self._indented(grid)

    def _shapes(self, rows: Sequence[ShapeRow]) -> RenderableType:
        """The table of shapes; a row that is wrong is marked by a symbol as well as by colour."""
        table = Table(
            box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bright_black", collapse_padding=True
        )
        table.add_column(Text())
        table.add_column(self._text("layer"), overflow="fold", max_width=24)
        table.add_column(self._text("operation"), overflow="fold")
        table.add_column(self._text("found"), no_wrap=self.width >= NARROW_TABLE)
        table.add_column(self._text("expected"), no_wrap=self.width >= NARROW_TABLE)
        for row in rows:
            style = "" if row.ok else "red"
            found = Text(one_line(row.found), style) if row.found is not None else self._text("never_ran", style)
            operation = row.operation if self.width >= NARROW or not row.ok else ""
            cells = [Text(one_line(row.name, characters=60)), Text(one_line(operation, characters=120)), found]
            mark = Text("✔", "green") if row.ok else Text("✘", "red")
            table.add_row(mark, *cells, Text(one_line(row.expected or "")))
        return table

    def _curve(self, curve: Curve) -> Iterator[Text]:
        if curve.losses:
            values = [loss for _, loss in curve.losses]
            line = Text.assemble(self._text("loss", "bright_black"), f" {wording.number(values[0])} ")
            line.append(sparkline(values, min(40, self.width // 3)), "cyan").append(f" {wording.number(values[-1])}  ")
            yield line.append_text(self._text("steps", first=curve.losses[0][0], last=curve.losses[-1][0]))
        if len(curve.scores) > 1:
            shown = " → ".join(wording.number(value) for _, value in curve.scores[-6:])
            cut = "… → " * (len(curve.scores) > 6)
            yield Text.assemble((f"{one_line(curve.metric)} ", "bright_black"), cut + shown)

    def _remarks(self, title: str, findings: list[tuple[str, Finding]]) -> Iterator[RenderableType]:
        if not findings:
            return
        yield Text()
        yield self._text(title, "bold")
        for check, finding in findings[: MAX_FINDINGS * 2]:
            yield self._finding(finding, f"{one_line(check)}: " if check else "")
        if len(findings) > MAX_FINDINGS * 2:
            yield self._indented(self._text("more", "bright_black", count=len(findings) - MAX_FINDINGS * 2))

    def _footer(self, report: Report) -> Iterator[RenderableType]:
        yield Text()
        for line in wording.provenance_lines(report, self.language):
            yield Text(line, "bright_black")


def _bar(report: Report, width: int) -> Text:
    """Points earned, points not graded, points lost, in three different characters."""
    whole = report.max_points or 1.0
    earned = int(width * min(1.0, max(0.0, report.points / whole)))
    kept = int(width * min(1.0, max(0.0, (report.points + report.ungraded_points) / whole)))
    waiting = max(0, kept - earned)
    bar = Text("█" * earned, "green")
    bar.append("▒" * waiting, "magenta")
    return bar.append("░" * (width - earned - waiting), "bright_black")

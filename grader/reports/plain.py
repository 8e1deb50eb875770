"""A report as plain text, for pipes and logs: no colour, no drawing, one stable form.

A line about a check begins at the margin with a word that never changes (``PASS``, ``FAIL``, ``ERROR``, ``TIMEOUT``, ``MEMORY``,
``SKIP``, ``UNGRADED``), the check and its points. Whatever belongs to it is indented, and a continued text begins with ``|``,
so nothing that a submission says can pass for a verdict line or for a workflow command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.messages import Language, message
from grader.reports import wording
from grader.reports.escaping import log_text
from grader.reports.neutral import one_line, render
from grader.reports.report import Report
from grader.verdict import Curve, Finding, Outcome, Verdict

WORDS = {
    Outcome.PASSED: "PASS",
    Outcome.FAILED: "FAIL",
    Outcome.ERROR: "ERROR",
    Outcome.TIMEOUT: "TIMEOUT",
    Outcome.OUT_OF_MEMORY: "MEMORY",
    Outcome.SKIPPED: "SKIP",
    Outcome.UNGRADED: "UNGRADED",
}


def render_plain(report: Report, language: Language = "en") -> str:
    """The report as lines of text, ending in a newline."""
    return "\n".join(map(log_text, _lines(report, language))) + "\n"


def _lines(report: Report, language: Language) -> Iterator[str]:
    yield f"EXERCISE {one_line(report.exercise)} {one_line(report.heading(language))}"
    yield f"SUBMISSION {one_line(report.submission)}"
    later: list[tuple[str, Finding]] = []
    for verdict in report.verdicts:
        told = wording.told(verdict, language)
        yield from _verdict(verdict, told, language)
        later += [(verdict.check, finding) for finding in told.later]
    points = f"{wording.points(report.points)}/{wording.points(report.max_points)}"
    yield f"TOTAL {points} {WORDS[report.outcome]} {wording.total(report, language)}"
    if report.interrupted:
        yield "  " + render(message("reports.interrupted"), language)
    for check, finding in [*later, *(("", finding) for finding in report.findings)]:
        yield from _finding(finding, language, f"{one_line(check)}: " if check else "")
    for flag in report.flags:
        yield from _finding(flag, language, render(message("reports.for_instructor"), language) + ": ")
    if loud := wording.standin(report, language):
        yield from _indented("  note ", loud)
    for line in wording.provenance_lines(report, language):
        yield from _indented("  ", line)


def _verdict(verdict: Verdict, told: wording.Told, language: Language) -> Iterator[str]:
    head = f"{WORDS[verdict.outcome]} {one_line(verdict.check)} {wording.score(verdict)}"
    tag = render(message("reports.provisional"), language) if verdict.provisional else ""
    summary, *rest = " · ".join(part for part in (told.summary, tag) if part).split("\n")
    yield f"{head} {summary}".rstrip()
    yield from (f"    | {line}" for line in rest)
    for finding in told.below:
        yield from _finding(finding, language)
    start, stop = wording.shape_window(verdict)
    for row in verdict.shapes[start:stop]:
        found, expected = (one_line(shape or "-") for shape in (row.found, row.expected))
        cells = (one_line(row.name), one_line(row.operation), f"found {found}", f"expected {expected}")
        yield "  shape " + " | ".join((*cells, "ok" if row.ok else "WRONG"))
    if stop and len(verdict.shapes) > stop - start:
        yield "  " + render(message("reports.rows_left", count=len(verdict.shapes) - (stop - start)), language)
    if verdict.curve is not None:
        yield from _curve(verdict.curve)


def _curve(curve: Curve) -> Iterator[str]:
    if curve.losses:
        picked = [curve.losses[index * (len(curve.losses) - 1) // 7] for index in range(8)]
        yield "  loss " + " ".join(f"{step}:{wording.number(loss)}" for step, loss in dict(picked).items())
    if curve.scores:
        scores = " ".join(f"{step}:{wording.number(value)}" for step, value in curve.scores[-8:])
        yield f"  {one_line(curve.metric)} {scores} threshold {wording.number(curve.threshold)}"


def _finding(finding: Finding, language: Language, prefix: str = "") -> Iterator[str]:
    place = f" {one_line(str(finding.location), characters=80)}" if finding.location is not None else ""
    yield from _indented(f"  {finding.severity}{place}: {prefix}", render(finding.message, language))
    if finding.hint is not None:
        yield from _indented("    hint: ", render(finding.hint, language))


def _indented(head: str, text: str) -> Iterable[str]:
    first, *rest = text.split("\n")
    return [head + first, *(f"    | {line}" for line in rest)]

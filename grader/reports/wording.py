"""The short texts that every written report shares: outcome words, numbers, one-line summaries."""

from __future__ import annotations

from dataclasses import dataclass

from grader.messages import Language, message
from grader.reports.neutral import one_line, render
from grader.reports.report import Report
from grader.verdict import Curve, Finding, Outcome, Verdict

NEEDS_SHAPES = frozenset({Outcome.FAILED, Outcome.ERROR})
MAX_SHAPE_ROWS = 20
MAX_PLACES = 12


def number(value: float) -> str:
    """A measured value with four significant digits; NaN and infinities by name."""
    return f"{value:.4g}"


def points(value: float) -> str:
    """Points with at most two decimals: ``30``, ``12.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(verdict: Verdict) -> str:
    """``20/30``; an ungraded check has no number on the left, for it has none."""
    earned = "–" if verdict.outcome is Outcome.UNGRADED else points(verdict.points)
    return f"{earned}/{points(verdict.max_points)}"


def total(report: Report, language: Language) -> str:
    """One line that says how the whole ended."""
    if report.interrupted:
        return render(message("reports.total_interrupted"), language)
    if report.outcome is Outcome.UNGRADED:
        return render(message("reports.total_ungraded", points=points(report.ungraded_points)), language)
    if report.outcome is Outcome.PASSED:
        return render(message("reports.total_passed"), language)
    missed = sum(verdict.outcome is not Outcome.PASSED for verdict in report.verdicts)
    return render(message("reports.total_failed", count=missed, total=len(report.verdicts)), language)


@dataclass(frozen=True)
class Told:
    """What is said of one check: a summary beside it, `below` under it and `later` at the end of the report."""

    summary: str
    below: tuple[Finding, ...] = ()
    later: tuple[Finding, ...] = ()


def told(verdict: Verdict, language: Language) -> Told:
    """A finding that fits on the line stands there and is not repeated; remarks on a passed check wait for the end."""
    findings = list(verdict.findings)
    lead = next((item for item in findings if _fits_beside(item, verdict)), None)
    measured = _measured(verdict, language)
    if lead is not None and not measured:
        findings.remove(lead)
    summary = measured or (render(lead.message, language) if lead is not None else "")
    if verdict.outcome is Outcome.PASSED:
        return Told(summary, later=tuple(findings))
    return Told(summary, below=tuple(findings))


def _fits_beside(finding: Finding, verdict: Verdict) -> bool:
    plain = finding.hint is None and finding.location is None
    if verdict.outcome is Outcome.PASSED:
        return plain and finding.severity == "note"
    return plain and verdict.outcome in (Outcome.SKIPPED, Outcome.UNGRADED, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY)


def _measured(verdict: Verdict, language: Language) -> str:
    if verdict.outcome in (Outcome.SKIPPED, Outcome.UNGRADED):
        return ""
    if verdict.curve is not None and verdict.curve.scores:
        return best_score(verdict.curve, language)
    if verdict.shapes:
        fitting = sum(row.ok for row in verdict.shapes)
        return render(message("reports.shapes_fit", fitting=fitting, total=len(verdict.shapes)), language)
    return ""


def best_score(curve: Curve, language: Language) -> str:
    """The best evaluation against the threshold, e.g. ``accuracy 0.9712 (needs at least 0.95)``."""
    values = [value for _, value in curve.scores]
    known = [value for value in values if value == value]
    best = (max if curve.higher_is_better else min)(known) if known else values[-1]
    arguments = {"metric": one_line(curve.metric), "value": number(best), "threshold": number(curve.threshold)}
    if curve.higher_is_better:
        return render(message("reports.metric_at_least", **arguments), language)
    return render(message("reports.metric_at_most", **arguments), language)


def shape_window(verdict: Verdict) -> tuple[int, int]:
    """Which shape rows to show, as ``start, stop``: all, or those around the first that is wrong. Empty when none matter."""
    rows = verdict.shapes
    wrong = next((index for index, row in enumerate(rows) if not row.ok), None)
    if wrong is None and verdict.outcome not in NEEDS_SHAPES:
        return 0, 0
    start = max(0, min((wrong or 0) - MAX_SHAPE_ROWS // 3, len(rows) - MAX_SHAPE_ROWS))
    return start, min(len(rows), start + MAX_SHAPE_ROWS)


def provenance_lines(report: Report, language: Language) -> list[str]:
    """How the report came to be: one line of facts, then what ran, what was left out, and which verdicts rest on claims."""
    lines = [" · ".join(_facts(report, language))]
    origin = report.provenance
    if origin.ran:
        lines.append(_places("ran", origin.ran, language))
    if origin.left:
        lines.append(_places("left", origin.left, language))
    if origin.isolation is not None and origin.isolation.missing:
        lines.append(render(message("reports.isolation_missing", count=len(origin.isolation.missing)), language))
    if report.claimed:
        lines.append(render(message("reports.claims", checks=list(report.claimed)), language))
    return lines


def standin(report: Report, language: Language) -> str:
    """The loud line about stand-in data, or nothing."""
    data = report.provenance.data
    if data is None or not data.standin:
        return ""
    return render(message("reports.standin", name=data.name, origin=data.origin), language)


def _facts(report: Report, language: Language) -> list[str]:
    origin, facts = report.provenance, []
    if origin.data is not None:
        known = origin.data.variant in ("full", "subset", "standin")
        variant = message(f"reports.variant_{origin.data.variant}") if known else origin.data.variant
        facts.append(message("reports.data", name=origin.data.name, variant=variant))
    if origin.device:
        facts.append(message("reports.device", device=origin.device))
    if origin.seeds:
        facts.append(message("reports.seeds", seeds=list(origin.seeds)))
    if origin.isolation is not None:
        facts.append(message("reports.isolation", level=origin.isolation.level))
    facts.append(message("reports.seconds", seconds=f"{origin.wall_seconds:.1f}"))
    if origin.grader:
        facts.append(message("reports.version", version=origin.grader))
    return [render(fact, language) for fact in facts]


def _places(kind: str, places: tuple[str, ...], language: Language) -> str:
    shown = [one_line(place, characters=60) for place in places[:MAX_PLACES]]
    shown += ["…"] if len(places) > MAX_PLACES else []
    return render(message(f"reports.{kind}", places=shown), language)

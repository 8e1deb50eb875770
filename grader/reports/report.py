"""A report: everything that grading one submission found out, as plain data.

Every face (terminal, JSON, notebook) shows a `Report` and adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.messages import Language, Message
from grader.verdict import Finding, Outcome, Verdict

FULL_MARKS, SOMETHING_FAILED, SOMETHING_UNGRADED = 0, 1, 3


@dataclass(frozen=True)
class DataRecord:
    """The data set that training used."""

    name: str
    variant: str  # "full", "subset" or "standin"
    origin: str = ""  # where it came from: a folder, an address, a generator
    digest: str = ""

    @property
    def standin(self) -> bool:
        """Whether this only stands in for the real data."""
        return self.variant == "standin"


@dataclass(frozen=True)
class IsolationRecord:
    """How the student's code was confined. `missing` says which layers could not be had here."""

    level: str
    missing: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """What is needed to understand a report later and to reach it again."""

    grader: str = ""
    python: str = ""
    torch: str = ""
    numpy: str = ""
    device: str = ""
    threads: int = 1
    seeds: tuple[int, ...] = ()
    data: DataRecord | None = None
    isolation: IsolationRecord | None = None
    fingerprint: str = ""
    rubric_digest: str = ""
    started: str = ""  # ISO 8601, UTC
    wall_seconds: float = 0.0
    ran: tuple[str, ...] = ()  # "answer.py:1-12" or "cell 3", in order
    left: tuple[str, ...] = ()
    replay: str = ""  # the command that grades this again
    probe_seed: int | None = None  # of what the submission was tried with, beside training


@dataclass(frozen=True)
class Report:
    """The verdicts on one submission. `findings` concern the submission as a whole, a verdict's own only its check.

    `flags` are for the instructor: what may deserve a look, and has cost no point. `outputs` are what the cells of a
    notebook that ran whole have shown, as claimed: ``cell``, ``type`` (text, html, svg, png or jpeg) and ``data``, in which
    nothing is harmless yet (`rich_output.safe_html`).
    """

    exercise: str
    title: Mapping[str, str]  # by language
    submission: str
    verdicts: tuple[Verdict, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False
    flags: tuple[Finding, ...] = ()
    outputs: tuple[Mapping[str, Any], ...] = ()

    @property
    def points(self) -> float:
        """Points earned in the checks that were graded."""
        return sum(verdict.points for verdict in self.verdicts if verdict.outcome is not Outcome.UNGRADED)

    @property
    def max_points(self) -> float:
        """Points of all checks, ungraded ones included."""
        return sum(verdict.max_points for verdict in self.verdicts)

    @property
    def ungraded_points(self) -> float:
        """Points of the checks that we could not grade: neither earned nor lost."""
        return sum(verdict.max_points for verdict in self.verdicts if verdict.outcome is Outcome.UNGRADED)

    @property
    def outcome(self) -> Outcome:
        """`UNGRADED` when anything is, else `PASSED` when every check passed, else `FAILED`."""
        outcomes = {verdict.outcome for verdict in self.verdicts}
        if self.interrupted or not outcomes or Outcome.UNGRADED in outcomes:
            return Outcome.UNGRADED
        return Outcome.PASSED if outcomes == {Outcome.PASSED} else Outcome.FAILED

    @property
    def exit_code(self) -> int:
        """0 for full marks, 1 when something failed, 3 when something is ungraded."""
        codes = {Outcome.PASSED: FULL_MARKS, Outcome.UNGRADED: SOMETHING_UNGRADED}
        return codes.get(self.outcome, SOMETHING_FAILED)

    @property
    def claimed(self) -> tuple[str, ...]:
        """The checks whose verdict rests on what the student's code says of itself."""
        return tuple(verdict.check for verdict in self.verdicts if verdict.claimed)

    @property
    def provisional(self) -> tuple[str, ...]:
        """The checks whose verdict was reached on stand-in data."""
        return tuple(verdict.check for verdict in self.verdicts if verdict.provisional)

    def heading(self, language: Language) -> str:
        """The exercise's title in `language`, or in another one, or its id."""
        return self.title.get(language) or next(iter(self.title.values()), "") or self.exercise

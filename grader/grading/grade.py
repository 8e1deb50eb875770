"""`grade`: gather evidence, judge it, write the report."""

from __future__ import annotations

import datetime
import hashlib
import platform
import shlex
import time
from importlib import metadata

from grader import __version__
from grader.errors import SandboxUnavailable
from grader.evidence.fingerprint import fingerprint
from grader.exercises import Exercise
from grader.grading.gather import Gathering, thread_count
from grader.grading.options import OnProgress, Options
from grader.judging.case import Fault
from grader.judging.checks import CHECKS
from grader.judging.checks.kind import Judgement
from grader.judging.checks.source import SourceSettings
from grader.judging.checks.training import TrainingSettings
from grader.judging.flags import flags
from grader.messages import Message, message
from grader.reports.report import DataRecord, IsolationRecord, Provenance, Report
from grader.rubric import Check
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import SubmissionFile
from grader.verdict import Finding, Outcome, Verdict

MAX_NOT_TAKEN = 8  # files that lay beside the answer and were refused; people need a few, not thousands


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while grading. Nothing is left running; `report` holds what was known by then."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def grade(
    submission: SubmissionFile,
    exercise: Exercise,
    options: Options | None = None,
    on_progress: OnProgress | None = None,
    sandbox: Sandbox | None = None,
) -> Report:
    """The report on `submission`.

    `sandbox` is used and left open; without one, one is opened and closed. The student's faults are verdicts in the
    report, and so are ours, as `ungraded`.

    Raises:
        SandboxUnavailable: the isolation asked for cannot be had here.
        RubricError: the exercise's rubric has mistakes.
        Interrupted: on Ctrl-C, with the partial report.
    """
    options = options or Options()
    started, clock = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
    used = sandbox or open_sandbox(options.isolation)
    gathering = Gathering(submission, exercise, options, used, on_progress or (lambda progress: None))
    interrupted = False
    try:
        gathering.run()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        isolation = _isolation(used)  # a sandbox that is closed cannot tell any more
        if sandbox is None:
            used.close()
    report = Report(
        exercise.id,
        exercise.rubric.title.model_dump(),
        submission.name,
        judge(gathering, interrupted=interrupted),
        _provenance(gathering, isolation, started, time.monotonic() - clock),
        (*gathering.case.findings("notes"), *(_not_taken(refused) for refused in submission.refused[:MAX_NOT_TAKEN])),
        interrupted,
        flags(gathering.case, _training(exercise)),
        tuple(gathering.case.evidence.load.get("outputs", ())),
    )
    if interrupted:
        raise Interrupted(report)
    return report


def _not_taken(refused: Message) -> Finding:
    return Finding(message("submissions.not_taken", refused=refused), severity="warning")


def judge(gathering: Gathering, *, interrupted: bool = False) -> tuple[Verdict, ...]:
    """The verdicts of all checks of the rubric, in its order, on what was gathered."""
    checks = list(gathering.exercise.rubric.checks)
    if not any(check.kind == "source" for check in checks):
        checks.insert(0, Check("source", "source", SourceSettings()))
    return tuple(_verdict(check, gathering, interrupted) for check in checks)


def _verdict(check: Check, gathering: Gathering, interrupted: bool) -> Verdict:
    judgement = _ungraded(check, gathering, interrupted) or CHECKS[check.kind].judge(
        gathering.case, check.settings, check.name
    )
    findings = list(judgement.findings)
    hint = check.settings.hint
    if hint is not None and judgement.result in (Outcome.FAILED, Outcome.ERROR):
        findings.append(Finding(message("judging.rubric_hint", ko=hint.ko, en=hint.en), severity="note"))
    wall_seconds = judgement.details.pop("wall_seconds", 0.0)
    return Verdict(
        check.name,
        judgement.result,
        round(check.points * judgement.share, 2),
        check.points,
        tuple(findings),
        judgement.claimed,
        judgement.provisional,
        tuple(judgement.shapes),
        judgement.curve,
        wall_seconds if isinstance(wall_seconds, float) else 0.0,
        judgement.details,
    )


def _ungraded(check: Check, gathering: Gathering, interrupted: bool) -> Judgement | None:
    """A stage that failed through no fault of the answer takes every check that needs it along, and no point."""
    evidence = gathering.case.evidence
    names = [stage if stage != "training" else f"training:{check.name}" for stage in CHECKS[check.kind].stages]
    for name in names:
        fault = evidence.faults.get(name)
        if fault is not None and fault.outcome is Outcome.UNGRADED:
            return _not_graded(fault)
        if fault is not None:
            return None
    if check.kind == "training" and not gathering.options.training:
        return _not_graded(Fault(Outcome.UNGRADED, message("judging.left_out")))
    unfinished = check.name not in evidence.training if check.kind == "training" else evidence.capture is None
    if interrupted and (unfinished or check.kind == "training"):
        return _not_graded(Fault(Outcome.UNGRADED, message("judging.interrupted")))
    return None


def _not_graded(fault: Fault) -> Judgement:
    return Judgement(0.0, [Finding(fault.message, severity="warning")], Outcome.UNGRADED)


def _isolation(sandbox: Sandbox) -> IsolationRecord | None:
    """What confined the submission; None where no process could be started, which its verdicts say."""
    try:
        return IsolationRecord(sandbox.isolation.level, sandbox.isolation.missing)
    except SandboxUnavailable:
        return None


def _provenance(
    gathering: Gathering, isolation: IsolationRecord | None, started: datetime.datetime, seconds: float
) -> Provenance:
    evidence, data = gathering.case.evidence, gathering.data
    return Provenance(
        grader=__version__,
        python=platform.python_version(),
        torch=metadata.version("torch"),
        numpy=metadata.version("numpy"),
        device=gathering.device,
        threads=thread_count(),
        seeds=tuple(seed + gathering.seed for seed in _rubric_seeds(gathering.exercise)),
        data=None if data is None else DataRecord(data.name, data.variant, data.origin, data.digest),
        isolation=isolation,
        fingerprint=_fingerprint(gathering),
        rubric_digest=gathering.exercise.rubric.digest,
        started=started.isoformat(timespec="seconds"),
        wall_seconds=seconds,
        ran=tuple(evidence.load.get("ran", ())),
        left=tuple(evidence.load.get("left", ())),
        replay=_replay(gathering),
        probe_seed=gathering.probes.seed,
    )


def _training(exercise: Exercise) -> dict[str, TrainingSettings]:
    """The training checks of the rubric, by name."""
    checks = ((check.name, check.settings) for check in exercise.rubric.checks)
    return {name: settings for name, settings in checks if isinstance(settings, TrainingSettings)}


def _rubric_seeds(exercise: Exercise) -> tuple[int, ...]:
    return next((settings.seeds for settings in _training(exercise).values()), (0,))


def _fingerprint(gathering: Gathering) -> str:
    """Equal fingerprints train to equal results: everything that decides the result is in it."""
    evidence = gathering.case.evidence
    if evidence.graphs is None:
        return ""
    recipes = [check.settings.model_dump() for check in gathering.exercise.rubric.checks if check.kind == "training"]
    data = gathering.data.digest if gathering.data else ""
    versions = [metadata.version("torch"), platform.machine()]
    state = {key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in gathering.students_tensors.items()}
    context = [recipes, data, versions, gathering.device, thread_count(), gathering.seed, state]
    return fingerprint(evidence.graphs, evidence.specs, *context)


def _replay(gathering: Gathering) -> str:
    options = gathering.options
    words = ["grader", "check", gathering.exercise.id, str(gathering.submission.path)]
    if gathering.data is not None:
        words += ["--data", "standin" if gathering.data.variant == "standin" else "real"]
    words += ["--device", gathering.device]
    if options.seed is not None:
        words += ["--seed", str(options.seed)]
    if gathering.probes.seed != options.seed:
        words += ["--probe-seed", str(gathering.probes.seed)]
    return shlex.join(words)

"""Gathering evidence: the stages in order, each in the process where it belongs, each failure with its owner."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from grader.datasets import DataSplit, open_dataset, torchvision_root
from grader.errors import GraderError, GraphRefused
from grader.evidence.frames import Array
from grader.exercises import Exercise
from grader.grading import referee, reference, stages
from grader.grading.affording import require_training
from grader.grading.faults import StageFailed, fault_of
from grader.grading.options import OnProgress, Options, Progress
from grader.grading.probes import draw_probes
from grader.judging.case import Case, Evidence, Fault, runs_well
from grader.judging.checks import CHECKS
from grader.judging.checks.training import TrainingSettings
from grader.messages import message
from grader.rubric import Check
from grader.sandbox import Child, Limits, Sandbox
from grader.submissions import SubmissionFile
from grader.verdict import Outcome

GRADIENT_TRIES = 3


class Gathering:
    """One submission on its way from file to evidence. `case` grows and can be judged at any moment."""

    def __init__(
        self,
        submission: SubmissionFile,
        exercise: Exercise,
        options: Options,
        sandbox: Sandbox,
        on_progress: OnProgress,
    ) -> None:
        self.submission = submission
        self.exercise = exercise
        self.options = options
        self.sandbox = sandbox
        self.on_progress = on_progress
        self.case = Case(stages.expectation(exercise), Evidence())
        self.device = resolve_device(options.device)
        self.probes = draw_probes(options.seed if options.probe_seed is None else options.probe_seed)
        self.captured = stages.Captured({})
        self.students_tensors: Mapping[str, Array] = {}  # the part of the initial state that nobody drew
        self.data: DataSplit | None = None
        self.data_root: Path | None = None  # where a submission may find torchvision's files
        self.children = ExitStack()
        self._reference: reference.Reference | None = None
        self._pending: reference.PendingReference | None = None
        self._evaluator: Child | None = None

    @property
    def seed(self) -> int:
        """Seed of the model that is built, and of drawn weights and batches in training."""
        return self.options.seed or 0

    def run(self) -> None:
        """Run every stage that a check of the rubric needs. A stage that fails leaves a `Fault` and ends the run."""
        needed: set[str] = {stage for check in self.exercise.rubric.checks for stage in CHECKS[check.kind].stages}
        with self.children:
            self.data_root = torchvision_root() if b"torchvision" in self.submission.data else None
            student = self._start_student()
            self._start_reference()
            first = (("load", self._load), ("capture", self._build), ("shapes", self._run_model))
            if not all(self._stage(name, partial(stage, student)) for name, stage in first):
                return
            self._examine(needed, student)
            for check in self.exercise.rubric.checks if self.options.training else ():
                if isinstance(check.settings, TrainingSettings):
                    self._stage(f"training:{check.name}", partial(self._train, check, student))

    def _load(self, student: Child) -> None:
        root = str(self.data_root) if self.data_root else None
        self.case.evidence.load = stages.load(student, self.submission, self.exercise, root)

    def _build(self, student: Child) -> None:
        if not self.case.evidence.load.get("defined") or self.case.evidence.load.get("untouched"):
            return
        self.case.evidence.capture = stages.build(student, self.exercise, self.seed, self.probes)

    def _run_model(self, student: Child) -> None:
        if (self.case.evidence.capture or {}).get("built"):
            self.captured = stages.capture(student, self.exercise, self.seed, self.probes, self.case.evidence)

    def _examine(self, needed: set[str], student: Child) -> None:
        evidence = self.case.evidence
        if self._pending is not None:
            self._stage("shapes", self._examine_reference, ours=True)
        if evidence.graphs is not None and not self._stage("shapes", self._examine_shapes):
            return
        if not runs_well(self.case):
            return
        if "forward" in needed and self._reference is not None:
            self._stage("forward", partial(self._compare_outputs, student))
        if "gradients" in needed:
            self._stage("gradients", partial(self._examine_gradients, student))

    def _examine_reference(self) -> None:
        assert self._pending is not None
        self._reference = self._pending.result()
        self.case.evidence.reference = self._reference.facts

    def _examine_shapes(self) -> None:
        evidence = self.case.evidence
        assert evidence.graphs is not None
        child = self._start_evaluator()
        tensors, wanted = self.captured.tensors, self.device
        self.device = stages.load_graph(child, evidence.graphs, evidence.specs, tensors, wanted)
        if self.options.device == "cuda" and self.device != "cuda":
            raise StageFailed(Fault(Outcome.UNGRADED, message("judging.no_cuda")))
        evidence.facts = stages.shapes(child, self.case.expected, self.probes["shapes"])

    def _compare_outputs(self, student: Child) -> None:
        assert self._reference is not None
        if self._evaluator is None:
            self.case.evidence.forward = reference.compare_claimed(student, self.case, self._reference)
        else:
            self.case.evidence.forward = reference.compare(self._evaluator, self.case, self._reference)

    def _examine_gradients(self, student: Child) -> None:
        norms: dict[str, float | None] = {}
        for seed in range(GRADIENT_TRIES):
            norms = stages.stronger(norms, self._gradients(student, self.probes["gradients"] + seed))
            if 0.0 not in norms.values():  # by chance no unit of a narrow layer was active; a lost connection is None
                break
        self.case.evidence.gradients = norms

    def _gradients(self, student: Child, seed: int) -> dict[str, float | None]:
        if self._evaluator is None:
            return stages.gradients(student, self.case.expected, seed)
        stages.draw_initial(self._evaluator, seed, self.captured, students=False)
        return stages.gradients(self._evaluator, self.case.expected, seed)

    def _train(self, check: Check, student: Child) -> None:
        settings = check.settings
        assert isinstance(settings, TrainingSettings)
        if not runs_well(self.case):
            return

        def on_download(name: str, done: int, total: int | None) -> None:
            self.on_progress(Progress("data", check.name, done, total))

        self.data = open_dataset(settings.data, self.options.data, settings.options, on_download)
        run = referee.open_run(check.name, settings, self.data, self.case.expected, self.on_progress, self.probes)
        self._require_affordable(settings, self.data)
        started = time.monotonic()
        weaker = self.case.evidence.graphs is None
        child = student if weaker else self._evaluator
        assert child is not None
        try:
            if self.exercise.rubric.trained_by == "submission":
                if not weaker:  # earlier stages left other weights in the evaluator
                    stages.draw_initial(child, self.seed, self.captured, students=True)
                referee.predict(run, child)
            else:
                prepare = (lambda seed: None) if weaker else self._prepare
                referee.train(run, child, self._seeds(settings), prepare, request="fit" if weaker else "train")
        finally:
            wall_seconds = time.monotonic() - started
            self.case.evidence.training = {
                **self.case.evidence.training,
                check.name: run.facts(weaker_path=weaker, wall_seconds=wall_seconds),
            }

    def _require_affordable(self, settings: TrainingSettings, data: DataSplit) -> None:
        evidence, trains = self.case.evidence, self.exercise.rubric.trained_by == "grader"
        if evidence.graphs is not None:
            require_training(evidence.graphs, evidence.specs, self.case.expected, settings, data, trains=trains)

    def _prepare(self, seed: int) -> None:
        assert self._evaluator is not None
        students = self.exercise.rubric.initial_state == "student"
        self.students_tensors = stages.draw_initial(self._evaluator, seed, self.captured, students=students)

    def _seeds(self, settings: TrainingSettings) -> tuple[int, ...]:
        return tuple(seed + self.seed for seed in settings.seeds)

    def _stage(self, name: str, action: Callable[[], None], *, ours: bool = False) -> bool:
        """Run one stage; False when it failed, with the `Fault` noted. `ours`: no student had a hand in it."""
        self.on_progress(Progress(name.partition(":")[0], name.partition(":")[2] or None))
        try:
            action()
        except StageFailed as failed:
            fault = failed.fault
        except GraphRefused as refused:
            fault = Fault(Outcome.ERROR, refused.message)
        except (GraderError, OSError) as error:
            fault = fault_of(error)
        else:
            return True
        if ours:
            fault = Fault(Outcome.UNGRADED, message("judging.ours", reason=fault.message))
        self.case.evidence.faults.setdefault(name, fault)
        return False

    def _start_student(self) -> Child:
        limits = {name: value for name, value in self.exercise.rubric.limits.model_dump().items() if value is not None}
        if "cpu_seconds" in limits:
            limits["cpu_seconds"] = int(limits["cpu_seconds"])
        if any(isinstance(check.settings, TrainingSettings) for check in self.exercise.rubric.checks):
            limits.setdefault("cpu_seconds", int(self._budget()))
        readable = (self.data_root,) if self.data_root else ()
        return self.children.enter_context(self.sandbox.start("student", Limits(**limits), readable=readable))

    def _start_reference(self) -> None:
        """Let the reference be computed while the student's code loads."""
        if self.case.expected.network is not None:
            limits = self._limits(Limits().wall_seconds)
            pending = reference.PendingReference(self.sandbox, self.case.expected, self.probes["forward"], limits)
            self._pending = self.children.enter_context(pending)

    def _start_evaluator(self) -> Child:
        limits = self._limits(Limits().wall_seconds)
        child = self.sandbox.start("evaluator", limits, device=self.device, threads=thread_count())
        self._evaluator = self.children.enter_context(child)
        return child

    def _limits(self, wall_seconds: float) -> Limits:
        return Limits(wall_seconds=wall_seconds, cpu_seconds=int(self._budget() * thread_count()))

    def _budget(self) -> float:
        """Seconds that all training of this rubric may take, and some for the rest."""
        checks = [check.settings for check in self.exercise.rubric.checks]
        return 120 + sum(item.budget_seconds * len(item.seeds) for item in checks if isinstance(item, TrainingSettings))


def thread_count() -> int:
    """Threads for training: the cores this process may use, at most eight."""
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity else os.cpu_count() or 1, 8)


def resolve_device(choice: str) -> str:
    """The device to train on. "auto" looks for an NVIDIA driver without importing torch."""
    if choice != "auto":
        return choice
    return "cuda" if Path("/dev/nvidia0").exists() else "cpu"

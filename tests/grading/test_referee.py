"""The controller's side of training: labels stay here, the metric is computed here, and a child's words are held to form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import gathered, judged, net

from grader.datasets.split import ArrayFile, DataSplit
from grader.errors import ChildTimeout, ProtocolError
from grader.evidence.frames import Frame
from grader.grading import gather, referee
from grader.grading.faults import StageFailed
from grader.grading.gather import Gathering
from grader.grading.options import Options, Progress
from grader.grading.probes import Probes
from grader.grading.second_look import LOOK_SIZE
from grader.judging.case import Expectation
from grader.judging.checks.training import RecipeSettings, Threshold, TrainingSettings
from grader.sandbox import Limits
from grader.verdict import Outcome

LABELS = np.arange(10) % 3
EXPECTED = Expectation("Net", (6,), "float32", (2, 5), None, True)


def split(folder: Path, *, regression: bool = False, baseline: float | None = None) -> DataSplit:
    generator = np.random.default_rng(0)
    centers = generator.standard_normal((3, 6)).astype("float32") * 3
    labels = np.arange(60) % 3
    arrays = {
        "train_inputs": centers[labels] + generator.standard_normal((60, 6)).astype("float32") * 0.1,
        "train_targets": labels.astype("float32").reshape(-1, 1) if regression else labels,
        "test_inputs": centers[LABELS],
        "test_targets": LABELS.astype("float32").reshape(-1, 1) if regression else LABELS,
    }
    files = {}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
        files[name] = ArrayFile(folder / f"{name}.npy", array.shape, array.dtype.name)
    task: Any = "regression" if regression else "classification"
    return DataSplit(
        "clusters", "full", "here", task, (6,), 1.0, ("a", "b", "c"), files["train_inputs"], files["train_targets"],
        files["test_inputs"], baseline, "digest", files["test_targets"],
    )  # fmt: skip


def settings_of(**changes: Any) -> TrainingSettings:
    recipe = RecipeSettings(batch_size=20, max_epochs=2)
    base: dict[str, Any] = {"points": 1, "data": "clusters", "accuracy": Threshold(full=0.9), "recipe": recipe}
    return TrainingSettings(**(base | changes))


class Scripted:
    """A child that sends what the test wrote down, and notes what it is sent."""

    limits = Limits()

    def __init__(self, answers: Sequence[Frame] | Callable[[], Frame]) -> None:
        self.answers = iter(answers) if isinstance(answers, Sequence) else iter(answers, None)
        self.sent: list[Frame] = []

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        self.sent.append(frame)

    def receive(self, wall_seconds: float | None = None) -> Frame:
        return next(self.answers)

    def ask(self, frame: Frame, files: tuple[int, ...] = (), wall_seconds: float | None = None) -> Frame:
        self.send(frame, files)
        return self.receive(wall_seconds)


def evaluation(step: int, predictions: Any = LABELS, losses: Any = ((1, 0.5),)) -> Frame:
    return Frame({"evaluation": step, "losses": losses}, {"predictions": np.asarray(predictions)})


def again(labels: Any = LABELS) -> Frame:
    """Predictions for the changed copy: each of the ten items a hundred times, in order."""
    return Frame({"look": 6}, {"predictions": np.repeat(np.asarray(labels), LOOK_SIZE // 10)})


DONE = Frame({"done": True, "steps": 6})
WRONG = np.zeros(10, int)


def run_of(tmp_path: Path, told: list[Progress] | None = None, **changes: Any) -> referee.Run:
    on_progress = told.append if told is not None else lambda progress: None
    return referee.open_run("training", settings_of(**changes), split(tmp_path), EXPECTED, on_progress, Probes(0))


def train(run: referee.Run, child: Scripted, seeds: tuple[int, ...] = (0,), request: str = "train") -> list[int]:
    prepared: list[int] = []
    referee.train(run, child, seeds, prepared.append, request=request)  # type: ignore[arg-type]
    return prepared


def test_it_stops_at_the_first_look_that_clears_the_bar(tmp_path: Path) -> None:
    """The child is told to stop, and no other seed is tried."""
    run, child = run_of(tmp_path), Scripted([evaluation(3, WRONG), evaluation(6), again(), DONE])
    assert train(run, child, (4, 5)) == [4]
    assert [frame.body.get("go_on", "-") for frame in child.sent] == ["-", True, "-", False]
    assert [(item.seed, item.step) for item in run.evaluations] == [(4, 3), (4, 6)] and run.cleared
    assert run.evaluations[0].score == pytest.approx(0.4) and run.evaluations[1].score == 1


def test_another_seed_is_tried_only_when_one_falls_short(tmp_path: Path) -> None:
    """Each seed starts afresh; losses shown are the last seed's."""
    run = run_of(tmp_path)
    child = Scripted([evaluation(6, WRONG), DONE, evaluation(6, losses=((1, 9.0), (2, 8.0))), again(), DONE])
    assert train(run, child, (0, 1, 2)) == [0, 1]
    assert [frame.body["recipe"]["seed"] for frame in child.sent if "recipe" in frame.body] == [0, 1]
    assert run.losses == [(1, 9.0), (2, 8.0)]


def test_nothing_that_is_sent_holds_a_held_out_label(tmp_path: Path) -> None:
    """Three descriptors go along: training inputs, training targets, test inputs; and the body knows no threshold. So do
    some test inputs to be tried before training."""
    run, child = run_of(tmp_path), Scripted([DONE])
    opened: list[tuple[int, ...]] = []
    child.send = lambda frame, files=(): (child.sent.append(frame), opened.append(files))  # type: ignore[method-assign, assignment]
    train(run, child)
    assert len(opened[0]) == 3
    assert child.sent[0].body.keys() == {"request", "recipe", "shape", "scale", "dtype", "loss", "target", "arguments"}
    assert child.sent[0].tensors.keys() == {"inputs"}
    shown = split(tmp_path).test_inputs.load()
    assert np.array_equal(np.unique(child.sent[0].tensors["inputs"], axis=0), np.unique(shown, axis=0))


@pytest.mark.parametrize(
    ("predictions", "score"),
    [(LABELS, 1.0), (LABELS.reshape(-1, 1), 1.0), (LABELS[:9], None), (np.zeros((10, 3)), None), (np.array(1), None),
     (np.full(10, np.nan), 0.0), (LABELS.astype("float32"), 1.0), (np.zeros(0), None)],
)  # fmt: skip
def test_accuracy_is_the_share_of_right_answers_or_no_number(
    tmp_path: Path, predictions: Any, score: float | None
) -> None:
    """Predictions of another size have no accuracy: NaN, which clears no bar."""
    found = run_of(tmp_path).score(np.asarray(predictions))
    assert math.isnan(found) if score is None else found == score
    assert not settings_of().clears(math.nan, 0.0)


def test_regression_is_measured_against_the_naive_forecast(tmp_path: Path) -> None:
    """Root mean square error over the baseline; a missing baseline or another size is no number."""
    changes: dict[str, Any] = {"accuracy": None, "rmse_ratio": Threshold(full=0.5)}
    data = split(tmp_path, regression=True, baseline=2.0)
    run = referee.open_run("training", settings_of(**changes), data, EXPECTED, lambda progress: None, Probes(0))
    targets = data.held_out_targets()
    assert run.score(targets + 1) == pytest.approx(0.5) and run.score((targets + 1).reshape(-1)) == pytest.approx(0.5)
    assert math.isnan(run.score(targets[:5])) and math.isnan(run.score(np.zeros((10, 10))))
    assert (
        run.settings.clears(0.5, 0.5) and not run.settings.clears(0.51, 0.5) and not run.settings.clears(math.nan, 0.5)
    )


@pytest.mark.parametrize(
    "frame",
    [
        Frame({"evaluation": 3, "losses": []}),
        Frame({"evaluation": "three", "losses": []}, {"predictions": LABELS}),
        Frame({"evaluation": math.inf, "losses": []}, {"predictions": LABELS}),
        Frame({"evaluation": 3}, {"predictions": LABELS}),
        Frame({"evaluation": 3, "losses": [1, 2]}, {"predictions": LABELS}),
        Frame({"evaluation": 3, "losses": [[1, 10**400]]}, {"predictions": LABELS}),
        Frame({"progress": 1}),
        Frame({"progress": None, "steps": 3, "loss": 1.0}),
        Frame({"progress": 1, "steps": 3, "loss": "low"}),
        Frame({"diverged": True, "steps": "?"}),
    ],
)
def test_garbled_words_of_a_child_are_its_own_fault(tmp_path: Path, frame: Frame) -> None:
    """On the weaker path they come from a student's process: ProtocolError, never an internal error."""
    with pytest.raises(ProtocolError):
        train(run_of(tmp_path), Scripted([frame, DONE]), request="fit")


def test_predictions_that_are_missing_are_the_childs_fault(tmp_path: Path) -> None:
    """The same for a network that the submission trained itself."""
    with pytest.raises(ProtocolError):
        referee.predict(run_of(tmp_path), Scripted([Frame({})]))  # type: ignore[arg-type]


def test_a_childs_failure_is_the_submissions(tmp_path: Path) -> None:
    """An exception in the middle of training ends it with the exception's words."""
    with pytest.raises(StageFailed) as failed:
        train(run_of(tmp_path), Scripted([Frame({"failed": "error", "type": "RuntimeError", "text": "no way"})]))
    assert failed.value.fault.outcome is Outcome.ERROR
    assert "RuntimeError: no way" in failed.value.fault.message.render("en")


def test_divergence_is_noted_and_the_next_seed_tried(tmp_path: Path) -> None:
    """NaN is a result."""
    run = run_of(tmp_path)
    assert train(
        run, Scripted([Frame({"done": True, "steps": 4, "diverged": math.nan}), evaluation(6), again(), DONE]), (0, 1)
    ) == [0, 1]
    assert run.cleared


def test_a_seed_has_a_budget(tmp_path: Path) -> None:
    """However much progress it reports."""
    run = run_of(tmp_path, budget_seconds=0.05)
    busy = Scripted(lambda: Frame({"progress": 1, "steps": 9, "loss": 1.0}))
    with pytest.raises(ChildTimeout):
        train(run, busy)


def test_progress_is_passed_on(tmp_path: Path) -> None:
    """Step, steps, loss, and the last score known."""
    told: list[Progress] = []
    run = run_of(tmp_path, told)
    train(run, Scripted([evaluation(3, WRONG), Frame({"progress": 4, "steps": 6, "loss": 0.25}), DONE]))
    assert (told[0].step, told[0].score) == (3, pytest.approx(0.4))
    assert (told[1].step, told[1].steps, told[1].loss, told[1].score) == (4, 6, 0.25, pytest.approx(0.4))


def test_what_the_rubric_and_the_data_disagree_on_is_ours(tmp_path: Path) -> None:
    """No threshold for this variant, or items of another size: ungraded."""
    for settings, expected in (
        (settings_of(accuracy=Threshold(standin=0.9)), EXPECTED),
        (settings_of(), Expectation("Net", (7,), "float32", (2,), None, True)),
    ):
        with pytest.raises(StageFailed) as failed:
            referee.open_run("training", settings, split(tmp_path), expected, lambda progress: None, Probes(0))
        assert failed.value.fault.outcome is Outcome.UNGRADED and failed.value.fault.message.render("ko")


# --- two looks that decide nothing -----------------------------------------------------------------------------------


def untrained(predictions: Any) -> Frame:
    return Frame({"untrained": True}, {"predictions": np.asarray(predictions)})


def test_the_network_is_looked_at_before_training_once(tmp_path: Path) -> None:
    """At the first seed, on items as they are; what guessing reaches stands beside it."""
    run, child = run_of(tmp_path), Scripted([untrained(LABELS), evaluation(6, WRONG), DONE, evaluation(6, WRONG), DONE])
    train(run, child, (0, 1))
    assert run.looks.untrained == 1 and run.looks.guessing == pytest.approx(0.4)
    assert [len(frame.tensors) for frame in child.sent if "recipe" in frame.body] == [1, 0]


def test_a_network_that_clears_the_bar_is_tried_on_a_changed_copy(tmp_path: Path) -> None:
    """The same items, as they were predicted and as they are predicted now. Nobody sees the labels."""
    run, child = run_of(tmp_path), Scripted([evaluation(3, WRONG), evaluation(6), again(WRONG), DONE])
    train(run, child)
    assert (run.looks.plain, run.looks.perturbed) == (1, pytest.approx(0.4)) and run.cleared
    (copy,) = [frame for frame in child.sent if not frame.body]
    assert copy.tensors["inputs"].shape == (LOOK_SIZE, 6) and copy.tensors.keys() == {"inputs"}


@pytest.mark.parametrize(
    "answer",
    [
        Frame({"failed": "error", "type": "KeyError", "text": "?"}),
        Frame({}),
        Frame({"look": 1}, {"predictions": np.zeros(3)}),
    ],
)
def test_failing_on_the_changed_copy_loses_nothing(tmp_path: Path, answer: Frame) -> None:
    """The bar was cleared; that there is no answer is noted."""
    run = run_of(tmp_path)
    train(run, Scripted([evaluation(6), answer, DONE]))
    assert run.cleared and math.isnan(run.looks.perturbed or 0)


def test_a_child_that_dies_on_the_changed_copy_loses_nothing(tmp_path: Path) -> None:
    """Neither does one that runs out of time there."""

    def dying() -> Frame:
        raise ChildTimeout("sandbox.timeout", seconds=1)

    run, child = run_of(tmp_path), Scripted([evaluation(6)])
    child.ask = lambda frame, files=(), wall_seconds=None: dying()  # type: ignore[method-assign]
    train(run, child)
    assert run.cleared and math.isnan(run.looks.perturbed or 0)


def test_names_are_not_perturbed(tmp_path: Path) -> None:
    """Whole numbers that stand for words have no neighbours."""
    expected = Expectation("Net", (6,), "int64", (2, 5), None, True)
    run = referee.open_run("training", settings_of(), split(tmp_path), expected, lambda progress: None, Probes(0))
    train(run, Scripted([evaluation(6), DONE]))
    assert run.cleared and run.looks.perturbed is None


# --- the whole way, with both children as threads ---------------------------------------------------------------------

RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: TARGET
input: [batch, 6]
network:
  fc1: Linear(6, 8)
  fc2: Linear(8, 3)
  forward: fc1 > relu > fc2
checks:
  forward: 1
  gradients: 1
  training:
    points: 1
    data: clusters
    accuracy: {full: 0.9}
    recipe: {optimizer: Adam, learning_rate: 0.02, batch_size: 10, max_epochs: 20}
    seeds: [0]
"""
NET = net("self.fc1 = nn.Linear(6, 8)\nself.fc2 = nn.Linear(8, 3)", "return self.fc2(torch.relu(self.fc1(x)))")
BRANCH = NET.replace("return self", "if x.sum() > 1e9:\n            x = x * 0\n        return self")
TRAINED = """
model = Net()
torch.manual_seed(0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
inputs = torch.tensor(INPUTS)
for _ in range(60):
    optimizer.zero_grad()
    F.cross_entropy(model(inputs), torch.arange(60) % 3).backward()
    optimizer.step()
"""


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Gathering]:
    data = split(tmp_path)
    monkeypatch.setattr(gather, "open_dataset", lambda *_, **__: data)
    options = Options(device="cpu")
    return lambda text, rubric: gathered(text, rubric, tmp_path, options)


@pytest.mark.parametrize("text", [NET, BRANCH], ids=["graph", "no graph"])
def test_the_grader_trains_the_network(grade: Callable[[str, str], Gathering], text: str) -> None:
    """As a graph in the evaluator or, without one, in the student's process; both reach the bar and are judged alike."""
    gathering = grade(text, RUBRIC.replace("TARGET", "Net"))
    found = judged(gathering)
    assert {name: judgement.share for name, judgement in found.items()} == dict.fromkeys(found, 1.0)
    assert found["training"].claimed == (text is BRANCH)
    curve = found["training"].curve
    assert curve is not None and curve.losses and curve.scores[-1][1] >= 0.9
    assert [step for step, _ in curve.losses] == sorted({step for step, _ in curve.losses})


@pytest.mark.parametrize("text", [NET, BRANCH], ids=["graph", "no graph"])
@pytest.mark.parametrize("trained", [True, False])
def test_a_network_the_submission_trained_is_judged_as_it_left_it(
    grade: Callable[[str, str], Gathering], tmp_path: Path, text: str, trained: bool
) -> None:
    """Transplanted weights and drawn states of earlier checks leave no trace in what is predicted."""
    rubric = RUBRIC.replace("TARGET", "{name: model, kind: global}\nrun: all\ntrained_by: submission")
    inputs = np.load(tmp_path / "train_inputs.npy").tolist()
    ending = TRAINED.replace("INPUTS", repr(inputs)) if trained else "\ntorch.manual_seed(0)\nmodel = Net()\n"
    found = judged(grade(text + ending, rubric))
    assert found["forward"].share == found["gradients"].share == 1
    assert found["training"].share == float(trained)


def test_a_network_that_raises_while_it_trains_is_the_students_error(grade: Callable[[str, str], Gathering]) -> None:
    """The exception's type, no points, and nothing of ours; its words may tell of hidden inputs."""
    text = BRANCH.replace(
        "if x.sum()", "if self.training and x.sum() < 1e9:\n            raise KeyError('답')\n        if x.sum()"
    )
    found = judged(grade(text, RUBRIC.replace("TARGET", "Net")))["training"]
    words = found.findings[0].message.render("en")
    assert found.result is Outcome.ERROR and "KeyError" in words and "답" not in words


def test_a_network_that_cannot_learn_falls_short(grade: Callable[[str, str], Gathering]) -> None:
    """The best score, the bar, and how many seeds were tried."""
    rubric = (
        RUBRIC.replace("TARGET", "Net").replace("learning_rate: 0.02", "learning_rate: 1e-9").replace("[0]", "[0, 1]")
    )
    found = judged(grade(NET, rubric))["training"]
    assert found.share == 0 and found.findings[0].message.id == "judging.accuracy_short"
    assert found.findings[0].message.args["seeds"] == 2 and found.findings[0].message.args["expected"] == "90.00%"

"""Rubrics that are right, and every mistake of those that are not, at its line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.messages import catalog
from grader.rubric import InvalidRubric, Rubric, Vocabulary, load_rubric, parse_rubric

Parse = Callable[[str], Rubric]
Problems = Callable[[str], list[str]]

HEAD = "exercise: net\ntitle: {ko: 망, en: Net}\n"
WHOLE = f"""{HEAD}section: 5
target: Net
input: [batch, 1, 28, 28]
network:
  second: Linear(16, 8)
  first: Linear(784, 16)
  forward: flatten > first > relu > second
checks:
  layers: 30
  training:
    points: 12.5
    data: mnist
    accuracy: {{full: 0.95, standin: 93e-2}}
    recipe: {{learning_rate: 2e-3, seeds: [3, 4]}}
    hint: {{ko: 살펴보세요., en: Look.}}
  layers_again: {{kind: layers, points: 5}}
limits: {{memory: 1.5 GB, output: 64KiB, wall_seconds: 20}}
"""
SHORT = f"{HEAD}target: Net\nchecks: {{source: 1}}\n"


def test_a_whole_rubric_is_read(parse: Parse) -> None:
    rubric = parse(WHOLE)
    assert rubric.target.name == "Net" and rubric.target.kind == "class"
    assert rubric.input == ("batch", 1, 28, 28) and rubric.sample_shape == (1, 28, 28)
    assert rubric.network is not None
    assert list(rubric.network.layers) == ["second", "first"]
    assert rubric.network.forward == "flatten > first > relu > second"
    assert [(check.name, check.kind, check.points) for check in rubric.checks] == [
        ("layers", "layers", 30),
        ("training", "training", 12.5),
        ("layers_again", "layers", 5),
    ]
    assert rubric.checks[1].settings.recipe.seeds == (3, 4)  # type: ignore[attr-defined]
    assert rubric.max_points == 47.5
    assert rubric.limits.memory_bytes == 1_500_000_000 and rubric.limits.output_bytes == 65_536


def test_only_what_differs_from_a_default_is_written(parse: Parse) -> None:
    rubric = parse(SHORT)
    assert (rubric.dtype, rubric.batches, rubric.names, rubric.initial_state) == (
        "float32",
        (1, 2, 5),
        "fixed",
        "default",
    )
    assert (rubric.run, rubric.trained_by) == ("needed", "grader")
    assert rubric.limits.wall_seconds is None


def test_a_target_may_be_a_mapping(parse: Parse) -> None:
    rubric = parse(SHORT.replace("Net\nchecks", "{name: 망, arguments: {hidden_dim: 32, bias: no}}\nchecks"))
    assert rubric.target.name == "망"
    assert rubric.target.arguments == {"hidden_dim": 32, "bias": "no"}


def test_a_rubric_is_frozen(parse: Parse) -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(SHORT).section = 3  # type: ignore[misc]


def test_the_digest_depends_on_content_and_not_on_layout(parse: Parse) -> None:
    assert parse(SHORT).digest == parse(f"# comment\n{SHORT}dtype: float32\n").digest
    assert len(parse(SHORT).digest) == 64
    changed = [
        SHORT.replace("source: 1", "source: 2"),
        SHORT.replace("source", "x: {kind: source, points: 1}, source"),
        SHORT + "names: free\n",
    ]
    assert len({parse(text).digest for text in [SHORT, *changed]}) == 4


def test_the_digest_depends_on_the_order_of_layers_and_checks(parse: Parse) -> None:
    first = parse(SHORT.replace("{source: 1}", "{source: 1, a: {kind: source, points: 1}}"))
    assert first.digest != parse(SHORT.replace("{source: 1}", "{a: {kind: source, points: 1}, source: 1}")).digest


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("targets: x", "net.yaml:5:1: `targets` is not known here. Did you mean `target`?"),
        ("section: five", 'net.yaml:5:10: Found "five", but a whole number is expected here.'),
        ("section: true", "net.yaml:5:10: Found true, but a whole number is expected here."),
        ("section: 0", "net.yaml:5:10: Found 0, but this must be ≥ 1."),
        ("dtype: int8", 'net.yaml:5:8: Found "int8", but this must be one of `float32`, `float64`, `int64`.'),
        ("run: no", 'net.yaml:5:6: Found "no", but this must be one of `needed`, `all`.'),
        ("batches: 3", "net.yaml:5:10: Found 3, but a list is expected here."),
        ("batches: [1, x, 0]", 'net.yaml:5:14: Found "x", but a whole number is expected here.'),
        ("batches: []", "net.yaml:5:10: This must not be empty."),
        ("input: [1, 28]", "net.yaml:5:8: The input is a list that begins with the word `batch`"),
        ("input: [batch, 28, -1]", "net.yaml:5:20: After `batch`, each size must be a whole number greater than 0."),
        ("limits: {memroy: 1 GB}", "net.yaml:5:10: `memroy` is not known here. Did you mean `memory`?"),
        ("limits: {memory: lots}", "net.yaml:5:18: `lots` is no size."),
        ("limits: {memory: 0}", "net.yaml:5:18: Found 0, but this must be > 0."),
        ("limits: {wall_seconds: .inf}", "net.yaml:5:24: Found Infinity, but a finite number is expected here."),
        ("cell_seconds: 3", "net.yaml:5:1: `cell_seconds` has a meaning only with `run: all`."),
        ("trained_by: submission", "net.yaml:5:13: `trained_by: submission` has a meaning only with `run: all`."),
        ("run: all\ncell_seconds: 900", "net.yaml:6:15: `cell_seconds` must not be greater than `total_seconds`."),
        ("network: {a: L(), forward: a}", "net.yaml:5:1: A described network needs `input:` too"),
        ("network: {a: L()}", "net.yaml:5:1: The key `forward` is missing here."),
        ("network: {a: 3, forward: a}", "net.yaml:5:14: Found 3, but text is expected here."),
        ("network: {a: L(), b: M, forward: a}", "net.yaml:5:22: The network cannot be read: `M` is not a layer."),
        ("network: {a: L(), forward: a > x}", "net.yaml:5:28: The network cannot be read: `x` is neither"),
        ("network: relu", 'net.yaml:5:10: Found "relu", but a mapping'),
    ],
)
def test_a_mistake_is_told_in_our_words_at_its_place(problems: Problems, line: str, expected: str) -> None:
    assert problems(f"{SHORT}{line}\n")[0].startswith(expected)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("{kind: class}", "net.yaml:3:1: The key `name` is missing here."),
        ("{name: a b}", "net.yaml:3:16: `a b` cannot be a name in Python code."),
        ("class", "net.yaml:3:9: `class` cannot be a name in Python code."),
        ("{name: a, kind: klass}", 'net.yaml:3:25: Found "klass", but this must be one of `class`, `function`'),
        ("{name: a, kind: global, arguments: {b: 1}}", "net.yaml:3:33: A global variable is not called"),
        (
            "{name: a, arguments: {b: [1]}}",
            "net.yaml:3:34: Found [1], but true or false, a whole number, a number or text",
        ),
        ("{name: a, arguemnts: {}}", "net.yaml:3:19: `arguemnts` is not known here. Did you mean `arguments`?"),
        ("3", "net.yaml:3:9: Found 3, but a mapping (`key: value`) is expected here."),
    ],
)
def test_mistakes_in_the_target(problems: Problems, target: str, expected: str) -> None:
    assert problems(SHORT.replace("target: Net", f"target: {target}"))[0].startswith(expected)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ("{}", "net.yaml:4:9: This must not be empty."),
        ("[layers]", 'net.yaml:4:9: Found ["layers"], but a mapping'),
        ("{layers: ten}", 'net.yaml:4:18: Found "ten", but a number or a mapping (`key: value`) is expected here.'),
        ("{layers: true}", "net.yaml:4:18: Found true, but a number or a mapping"),
        ("{layers: -1}", "net.yaml:4:18: Found -1, but this must be ≥ 0."),
        ("{layers: 3}", "net.yaml:4:10: `layers` compares with the right network, and none is described."),
        (
            "{training: {points: 1, data: mnist, accuracy: 0.9}}",
            "net.yaml:4:10: `training` runs the network, and the shape of its input is not given.",
        ),
        ("{source: 0}", "net.yaml:4:1: All checks together are worth 0 points."),
        ("{layers: {}}", "net.yaml:4:10: The key `points` is missing here."),
        ("{layers: {points: '3'}}", 'net.yaml:4:27: Found "3", but a number is expected here.'),
        ("{layers: {points: 1, pionts: 2}}", "net.yaml:4:30: `pionts` is not known here. Did you mean `points`?"),
        ("{layer: 3}", "net.yaml:4:10: `layer` is not known here. Did you mean `layers`? (A check with a name"),
        ("{x: {kind: layer, points: 1}}", "net.yaml:4:20: `layer` is not known here. Did you mean `layers`?"),
        (
            "{x: {kind: 3, points: 1}}",
            "net.yaml:4:20: Found 3, but this must be one of `source`, `layers`, `forward`, `training`.",
        ),
        ("{layers: {points: 1, hint: {ko: 예}}}", "net.yaml:4:30: The key `en` is missing here."),
        ("{layers: {points: 1, hint: {ko: 예, en: ''}}}", "net.yaml:4:48: This must not be empty."),
    ],
)
def test_mistakes_in_the_checks(problems: Problems, checks: str, expected: str) -> None:
    assert problems(SHORT.replace("{source: 1}", checks))[0].startswith(expected)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        ("high", ['4:55: Found "high", but a number or a mapping (`key: value`) is expected here.']),
        ("{full: 0.9}", ["4:45: The key `standin` is missing here."]),
        ("{full: 0.9, standin: x}", ['4:76: Found "x", but a number is expected here.']),
        ("{full: 1, standin: 1, sub: 1}", ["4:77: `sub` is not known here. Known are: full, standin."]),
    ],
)
def test_of_a_union_only_the_branch_that_was_meant_complains(
    problems: Problems, accuracy: str, expected: list[str]
) -> None:
    checks = f"{{training: {{points: 1, data: mnist, accuracy: {accuracy}}}}}"
    assert problems(SHORT.replace("{source: 1}", checks)) == [f"net.yaml:{line}" for line in expected]


def test_unknown_keys_deep_in_the_settings_get_a_suggestion(problems: Problems) -> None:
    found = problems(WHOLE.replace("learning_rate", "learning_rat"))
    assert found == ["net.yaml:16:14: `learning_rat` is not known here. Did you mean `learning_rate`?"]


def test_all_mistakes_are_told_at_once_in_their_order(problems: Problems) -> None:
    text = WHOLE.replace("section: 5", "section: x").replace("data: mnist", "date: mnist").replace("Linear(16, 8)", "L")
    found = [problem.split(" ")[0] for problem in problems(text)]
    assert found == ["net.yaml:3:10:", "net.yaml:7:11:", "net.yaml:12:3:", "net.yaml:14:5:"]


def test_missing_keys_of_the_whole_file_are_told(problems: Problems) -> None:
    assert problems("exercise: net\n") == [
        "net.yaml:1:1: The key `title` is missing here.",
        "net.yaml:1:1: The key `target` is missing here.",
        "net.yaml:1:1: The key `checks` is missing here.",
    ]


@pytest.mark.parametrize("text", ["", "just text", "[1]"])
def test_a_file_that_is_no_mapping_is_refused(problems: Problems, text: str) -> None:
    assert problems(text)[0].startswith("net.yaml:1:1: Found ")


def test_the_exercise_must_be_called_like_the_file(problems: Problems) -> None:
    found = problems(SHORT.replace("exercise: net", "exercise: other") + "section: x\n")
    assert [problem.split(" ")[0] for problem in found] == ["net.yaml:1:11:", "net.yaml:5:10:"]


def test_mistakes_can_be_read_in_korean(parse: Parse) -> None:
    with pytest.raises(InvalidRubric) as caught:
        parse(f"{SHORT}targets: x\n")
    assert "혹시 `target` 아닌가요?" in caught.value.text("ko")
    assert str(caught.value).startswith("The rubric has 1 mistake(s):\nnet.yaml:5:1: ")


def test_every_message_can_be_filled_in_with_the_same_arguments_in_both_languages() -> None:
    import string

    for room in ("rubric", "course", "submissions"):
        for name, entry in catalog(room).items():
            fields = [
                {field for _, field, _, _ in string.Formatter().parse(entry[lang]) if field} for lang in ("en", "ko")
            ]
            assert fields[0] == fields[1], (room, name)


def test_a_file_is_read_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SHORT.replace("\n", "\r\n").encode())
    assert load_rubric(path, vocabulary) == parse_rubric(SHORT, "net.yaml", vocabulary)


@pytest.mark.parametrize(
    ("data", "expected"),
    [("a: 1\nb: 가".encode("cp949"), ":2:1: This line is not UTF-8"), (b"\xff" * 1_000_002, ":1:1: A rubric may be")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, vocabulary: Vocabulary, data: bytes, expected: str) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(data)
    with pytest.raises(RubricError) as caught:
        load_rubric(path, vocabulary)
    assert f"{path}{expected}" in str(caught.value)


def test_a_file_that_is_not_there_is_a_rubric_error(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RubricError, match="cannot be read: No such file"):
        load_rubric(tmp_path / "net.yaml", vocabulary)

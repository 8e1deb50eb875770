"""What `pip install` puts on a student's machine."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
builders = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling, which the dev extra installs")


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files in the wheel."""
    builder = builders.WheelBuilder(str(ROOT))
    (wheel,) = builder.build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(wheel) as content:
        return {name: content.read(name) for name in content.namelist()}


@pytest.mark.parametrize(
    ("folder", "pattern"), [("exercises", "*.py"), ("exercises", "*.ipynb"), ("rubrics", "*.yaml")]
)
def test_the_wheel_carries_the_course(carried: dict[str, bytes], folder: str, pattern: str) -> None:
    wanted = {f"grader/course/{folder}/{path.name}" for path in (ROOT / folder).glob(pattern)}
    assert wanted
    assert wanted <= carried.keys()


def test_the_wheel_carries_messages_and_the_type_marker(carried: dict[str, bytes]) -> None:
    wanted = {f"grader/messages/{path.name}" for path in (ROOT / "grader" / "messages").glob("*.yaml")}
    assert wanted | {"grader/py.typed"} <= carried.keys()


def test_no_right_answer_is_in_the_wheel(carried: dict[str, bytes]) -> None:
    answers = [*(ROOT / "solutions").glob("*.py"), *(ROOT / "tests" / "submissions").rglob("correct_*.py")]
    assert answers
    assert {path.read_bytes() for path in answers}.isdisjoint(carried.values())
    assert all(name.startswith(("grader/", "grader_dl-")) for name in carried)

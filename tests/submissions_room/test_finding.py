"""From a path to the one file to check, or to a message that says what to do."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submissions import find_submission
from grader.submissions.finding import MAX_BYTES


def refusal(path: Path, language: str = "en") -> str:
    with pytest.raises(SubmissionError) as caught:
        find_submission(path)
    assert str(path) in caught.value.text("ko")
    return caught.value.text("en")


@pytest.mark.parametrize(
    ("name", "kind"), [("answer.py", "py"), ("답안 1.ipynb", "ipynb"), ("A.PY", "py"), (".hidden.py", "py")]
)
def test_a_file_is_taken_as_it_is(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    found = find_submission(tmp_path / name)
    assert (found.path, found.name, found.kind) == (tmp_path / name, name, kind)
    assert found.data == b"\xef\xbb\xbfx = 1\r\n"


def test_an_empty_file_is_a_submission(tmp_path: Path) -> None:
    (tmp_path / "answer.py").touch()
    assert find_submission(tmp_path / "answer.py").data == b""


def test_the_only_candidate_of_a_folder_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "제출 폴더"
    for other in (".git", "__pycache__", ".ipynb_checkpoints", "folder.py"):
        (folder / other).mkdir(parents=True)
    for ignored in (
        "data.csv",
        ".hidden.py",
        "._answer.py",
        "__pycache__/a.py",
        ".ipynb_checkpoints/a-checkpoint.ipynb",
    ):
        (folder / ignored).write_text("")
    (folder / "answer.ipynb").write_text("{}")
    assert find_submission(folder).name == "answer.ipynb"


def test_several_candidates_are_named(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.py"):
        (tmp_path / name).touch()
    text = refusal(tmp_path)
    assert "`a.py`, `b.ipynb`" in text
    assert "grader check EXERCISE FILE" in text


def test_of_very_many_candidates_some_are_named(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"a{number:02}.py").touch()
    assert "`a07.py`, …" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [(["answer.py", "net"], "answer.py"), (["net"], "net.ipynb"), (["none", "Net", "answer"], None)],
)
def test_a_preferred_name_decides(tmp_path: Path, prefer: list[str], expected: str | None) -> None:
    for name in ("answer.py", "answer.ipynb", "net.ipynb"):
        (tmp_path / name).touch()
    if expected is None:
        with pytest.raises(SubmissionError):
            find_submission(tmp_path, prefer)
    else:
        assert find_submission(tmp_path, prefer).name == expected


def test_a_folder_without_a_candidate_says_so(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").touch()
    assert "holds no Python file (.py) and no notebook (.ipynb)" in refusal(tmp_path)


def test_a_missing_path_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "answer.py").touch()
    (tmp_path / "answer.txt").touch()
    assert refusal(tmp_path / "anwser.py").endswith("Did you mean `answer.py`?")
    assert "Check the name" in refusal(tmp_path / "zzz")
    assert "Check the name" in refusal(tmp_path / "no folder" / "answer.py")


def test_hangul_is_found_in_either_unicode_form(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "답안.py")
    (tmp_path / decomposed).write_text("x")
    found = find_submission(tmp_path / "답안.py")
    assert found.name == "답안.py"
    assert found.path.name == decomposed


@pytest.mark.parametrize("name", ["answer.txt", "answer", "answer.ipynb.zip"])
def test_other_kinds_of_file_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert "neither a Python file" in refusal(tmp_path / name)


@pytest.mark.parametrize(("kind", "advice"), [("ipynb", "Clear the outputs"), ("py", "code only")])
def test_a_large_file_is_refused_with_its_size(tmp_path: Path, kind: str, advice: str) -> None:
    path = tmp_path / f"answer.{kind}"
    path.touch()
    os.truncate(path, MAX_BYTES[kind])  # type: ignore[index]
    assert len(find_submission(path).data) == MAX_BYTES[kind]  # type: ignore[index]
    os.truncate(path, 100_000_000)
    text = refusal(path)
    assert "100.0 MB" in text and advice in text


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "answer.py")
    assert "not an ordinary file" in refusal(tmp_path / "answer.py")
    assert "holds no Python file" in refusal(tmp_path)


def test_devices_and_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not an ordinary file" in refusal(Path("/dev/zero"))
    monkeypatch.chdir(tmp_path)  # a socket's path may be short only
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("answer.py")
        assert "not an ordinary file" in refusal(Path("answer.py"))


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "answer.py"
    path.touch()

    def refuse(*args: object, **kwargs: object) -> None:  # root may read everything, so modes prove nothing
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read: Permission denied" in refusal(path)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answer.py").symlink_to(tmp_path / "answer.py")
    with pytest.raises(SubmissionError):
        find_submission(tmp_path / "answer.py")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError):
        find_submission(tmp_path / ("a" * 5000 + ".py"))


def test_names_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\n\u202eb.py"
    path.write_text("x")
    assert find_submission(path).name == "a�[31m��b.py"

"""From a path to the one file to check, or to a message that says what to do."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest
from crafted import STORED, Crafted, listed, utf8, zipped

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


@pytest.mark.parametrize("name", ["answer.txt", "answer", "answer.zip.txt"])
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
    assert "`answer.py`: it is not an ordinary file" in refusal(tmp_path)


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

    monkeypatch.setattr(os, "open", refuse)
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


def test_links_that_lead_out_of_a_folder_are_named(tmp_path: Path) -> None:
    folder, secret = tmp_path / "hw", tmp_path / "solution.py"
    folder.mkdir()
    secret.write_text("answer = 42\n")
    (folder / "link.py").symlink_to(secret)
    assert "`link.py`: it is a link that leads out of the submission" in refusal(folder)
    (folder / "zero.py").symlink_to("/dev/zero")
    (folder / "loop.py").symlink_to(folder / "loop.py")
    assert "Refused (3)" in refusal(folder)
    (folder / "answer.py").write_text("x = 1\n")
    found = find_submission(folder)
    assert (found.name, found.data) == ("answer.py", b"x = 1\n")
    assert [str(refused.args["entry"]) for refused in found.refused] == ["link.py", "loop.py", "zero.py"]


def test_a_link_within_a_folder_and_a_link_that_is_named_are_followed(tmp_path: Path) -> None:
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "v2.txt").write_text("x = 2\n")
    (tmp_path / "hw" / "answer.py").symlink_to("v2.txt")
    (tmp_path / "mine.py").symlink_to("hw/v2.txt")
    for path, name in ((tmp_path / "hw", "answer.py"), (tmp_path / "mine.py", "mine.py")):
        found = find_submission(path)
        assert (found.name, found.path.name, found.data) == (name, name, b"x = 2\n")


def test_the_candidate_of_a_zip_file_is_read_without_unpacking(tmp_path: Path) -> None:
    names = ["hw/답안.ipynb", "hw/tests/test.py", "hw/data.csv", "hw/.hidden.py", "__MACOSX/hw/._답안.ipynb"]
    (tmp_path / "HW.ZIP").write_bytes(zipped(*(utf8(name, name.encode()) for name in names)))
    found = find_submission(tmp_path / "HW.ZIP")
    assert (found.name, found.kind, found.data.decode()) == ("답안.ipynb", "ipynb", "hw/답안.ipynb")
    assert found.path == tmp_path / "HW.ZIP" and found.refused == ()
    assert listed(tmp_path) == ["HW.ZIP"]


def test_a_preferred_name_decides_in_a_zip_file_too(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    path.write_bytes(zipped(utf8("a/net.py", b"1"), utf8("b/other.py"), utf8("net.py/net.py")))
    assert "`a/net.py`, `b/other.py`" in refusal(path)
    assert find_submission(path, ["other"]).name == "other.py"
    path.write_bytes(zipped(utf8("net.py", b"1"), utf8("net.ipynb"), utf8("other.py")))
    assert find_submission(path, ["net.py", "net"]).data == b"1"


def test_what_a_zip_file_holds_and_cannot_be_taken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    path.write_bytes(zipped(utf8("../answer.py"), utf8("data.zip"), utf8("answer.txt")))
    text = refusal(path)
    assert "Refused (2)" in text and "`../answer.py`" in text and "`data.zip`" in text
    path.write_bytes(zipped(utf8("../answer.py"), utf8("answer.py"), utf8("data.zip")))
    assert [message.args["entry"] for message in find_submission(path).refused] == ["../answer.py"]
    path.write_bytes(zipped(Crafted(b"answer.py", checksum=7)))
    assert "`answer.py`: it is damaged" in refusal(path)
    path.write_bytes(zipped(utf8("report.pdf")))
    assert "holds no Python file (.py) and no notebook (.ipynb)" in refusal(path)


def test_a_large_file_in_a_zip_file_is_refused_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "hw.zip").write_bytes(zipped(Crafted(b"answer.py", bytes(2_100_000), method=STORED)))
    assert "2.1 MB" in refusal(tmp_path / "hw.zip")

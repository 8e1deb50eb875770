"""A folder is looked through by the rules of an archive, and nothing in it is opened or followed."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submissions.ingest import Caps, Ingested
from grader.submissions.surveying import survey


def said(result: Ingested) -> str:
    return "\n".join(refused.render("en") for refused in result.refused)


def test_files_at_any_depth_are_taken_in_order(tmp_path: Path) -> None:
    (tmp_path / "나").mkdir()
    (tmp_path / "b.py").write_text("12345")
    (tmp_path / "나" / unicodedata.normalize("NFD", "가.ipynb")).write_text("{}")
    result = survey(tmp_path)
    assert result.total_bytes == 7 and result.refused == ()
    assert all((tmp_path / path).is_file() for path in result.taken) and result.taken[0] == "b.py"


def test_links_pipes_sockets_and_devices_are_named_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may be short only
    os.mkfifo("pipe.py")
    Path("passwd.py").symlink_to("/etc/passwd")
    Path("up").symlink_to("..")
    Path("good.py").touch()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        result = survey(tmp_path)
    assert result.taken == ("good.py",)
    assert said(result).splitlines() == [
        "`passwd.py`: it is a link; put the file itself there",
        "`pipe.py`: it is a pipe and no file",
        "`socket.py`: it is a device, a socket or something else that is no file",
        "`up`: it is a link; put the file itself there",
    ]


def test_names_are_held_to_the_rules_of_archives(tmp_path: Path) -> None:
    bad = ["nul.py", "a\\b.py", "a\x1b.py", "\u202ea.py", "аnswer.py", "A.py", "a.py", "hw.zip"]
    for name in [*bad, "good.py", ".DS_Store"]:
        (tmp_path / name).touch()
    (tmp_path / os.fsdecode("답안.py".encode("cp949"))).touch()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").touch()
    result = survey(tmp_path)
    assert result.taken == ("good.py",) and len(result.refused) == len(bad) + 1
    assert "not in UTF-8" in said(result)
    assert result.skipped == (".DS_Store", "__pycache__")


def test_depth_and_sizes_refuse_an_entry_by_name(tmp_path: Path) -> None:
    deep = tmp_path / "d/d/d/d"
    deep.mkdir(parents=True)
    for folder in (deep, deep.parent):
        (folder / "a.py").touch()
    (tmp_path / "big.bin").touch()
    os.truncate(tmp_path / "big.bin", 10**12)
    result = survey(tmp_path, Caps(depth=3))
    assert result.taken == ("d/d/d/a.py",)
    assert "`d/d/d/d`: it lies too deep" in said(result) and "`big.bin`: it has 1000000.0 MB" in said(result)


@pytest.mark.parametrize(
    ("caps", "words"), [(Caps(entries=3), "more than 3 entries"), (Caps(total_bytes=25), "`2.py`")]
)
def test_too_much_ends_the_look(tmp_path: Path, caps: Caps, words: str) -> None:
    for number in range(9):
        (tmp_path / f"{number}.py").write_text("0123456789")
    with pytest.raises(SubmissionError) as caught:
        survey(tmp_path, caps)
    assert words in caught.value.text("en") and str(tmp_path) in caught.value.text("ko")


def test_a_link_to_a_folder_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(OSError):
        survey(tmp_path / "link")

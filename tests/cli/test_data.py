"""`grader data`: table, fetch, verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli.data import command


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No data, no network, a cache of its own."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GRADER_OFFLINE", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("GRADER_DATA", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_table_in_a_pipe_is_plain_and_aligned() -> None:
    result = run()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["mnist", "fashion_mnist", "wafer", "stock"]
    assert len({line.index("stand-in") for line in lines[1:]}) == 1
    assert "\t" not in result.stdout and "\x1b" not in result.stdout


def test_korean_by_option_and_by_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "데이터셋" in run("--lang", "ko").stdout
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert "데이터셋" in run().stdout
    assert "data set" in run("verify", "--lang", "en").stdout


def test_absent_folder_is_pointed_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "absent"))
    assert str(tmp_path / "absent") in run().stderr


def test_verify_fails_on_a_damaged_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "wm811k").mkdir()
    (tmp_path / "wm811k/wm811k_64x64.npz").write_bytes(b"rubbish")
    monkeypatch.setenv("GRADER_DATA", str(tmp_path))
    result = run("verify")
    assert result.exit_code == 1
    assert "DAMAGED" in result.stdout


def test_verify_passes_where_nothing_is_damaged() -> None:
    assert run("verify").exit_code == 0


def test_fetch_tries_every_name_and_says_what_failed() -> None:
    result = run("fetch", "mnist", "wafer")
    assert result.exit_code == 1
    assert "GRADER_OFFLINE" in result.stderr and "wm811k_64x64.npz" in result.stderr


def test_fetch_of_an_unknown_name_is_wrong_use() -> None:
    assert run("fetch", "minst").exit_code == 2


def test_help_needs_neither_torch_nor_numpy() -> None:
    code = "import sys, grader.cli.data; sys.exit(any(name in sys.modules for name in ('torch', 'numpy')))"
    subprocess.run([sys.executable, "-c", code], check=True)

"""Where data are looked for, what is cached, and what happens when something is wrong."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import data_status, dataset_names, fetch_dataset, open_dataset
from grader.datasets.idx_images import IdxImages
from grader.datasets.wafer import Wafer
from grader.errors import DataUnavailable

LABELS = "MNIST/raw/t10k-labels-idx1-ubyte.gz"


def test_names_are_known() -> None:
    assert dataset_names() == ("mnist", "fashion_mnist", "wafer", "stock")


@pytest.mark.parametrize("name", ["MNIST", "minst", "fashion-mnist"])
def test_unknown_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(DataUnavailable) as caught:
        open_dataset(name)
    assert caught.value.message.id == "datasets.unknown_name_near"
    assert caught.value.message.args["near"] in dataset_names()


def test_name_like_no_other_lists_all() -> None:
    with pytest.raises(DataUnavailable, match="mnist, fashion_mnist, wafer, stock"):
        open_dataset("zzz")


def test_option_of_a_data_set_without_options_is_refused() -> None:
    with pytest.raises(DataUnavailable, match="takes no options"):
        open_dataset("mnist", "standin", {"window": 3})


def test_real_data_come_first(real_data: Path) -> None:
    data = open_dataset("stock")
    assert (data.variant, data.origin) == ("full", "$GRADER_DATA")


def test_cache_comes_second(copy_data, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = copy_data("stocks")
    (cache / "data").mkdir(parents=True)
    (copied / "stocks").rename(cache / "data" / "stocks")
    assert open_dataset("stock").origin == "cache"


def test_standin_comes_last(no_data: None) -> None:
    data = open_dataset("stock")
    assert (data.variant, data.origin) == ("standin", "generated prices")


def test_standin_on_demand_ignores_real_data(real_data: Path) -> None:
    assert open_dataset("stock", "standin").variant == "standin"


@pytest.mark.parametrize("name", ["mnist", "wafer", "stock"])
def test_real_refuses_a_standin_and_says_where_it_looked(no_data: None, cache: Path, name: str) -> None:
    with pytest.raises(DataUnavailable) as caught:
        open_dataset(name, "real")
    assert caught.value.message.id == "datasets.missing"
    for text in (caught.value.text("en"), caught.value.text("ko")):
        assert str(cache / "data") in text


def test_damaged_file_names_both_checksums_and_is_not_passed_over(copy_data) -> None:
    path = copy_data("MNIST") / LABELS
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(DataUnavailable) as caught:
        open_dataset("mnist")
    assert caught.value.message.id == "datasets.damaged"
    assert "ec29112dd5afa0611ce80d1b7f02629c" in str(caught.value)
    assert caught.value.message.args["found"] in str(caught.value)
    with pytest.raises(DataUnavailable, match="damaged"):
        fetch_dataset("mnist")


@pytest.mark.parametrize("content", [b"\xff\xfe rubbish", b"Date,Close\n" + b"9" * 200_000], ids=["bytes", "field"])
def test_file_without_checksum_is_held_to_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "stocks").mkdir()
    (tmp_path / "stocks" / "AMZN.csv").write_bytes(content)
    monkeypatch.setenv("GRADER_DATA", str(tmp_path))
    with pytest.raises(DataUnavailable) as caught:
        open_dataset("stock", options={"features": ["Close"]})
    assert caught.value.message.id == "datasets.damaged_content"


def test_folder_with_sha256sums_is_held_to_it(copy_data, real_data: Path) -> None:
    folder = copy_data("stocks")
    (folder / "SHA256SUMS").write_text((real_data / "SHA256SUMS").read_text())
    assert open_dataset("stock").variant == "full"
    path = folder / "stocks" / "AMZN.csv"
    path.write_text(path.read_text().replace("3277.709961", "3277.709962"))
    with pytest.raises(DataUnavailable, match="damaged"):
        open_dataset("stock")


def test_second_run_neither_hashes_nor_decodes(copy_data) -> None:
    """The bytes are poisoned behind an unchanged size and time: who reads them again fails."""
    folder = copy_data("MNIST")
    first = open_dataset("mnist")
    for path in folder.rglob("*.gz"):
        status = path.stat()
        path.write_bytes(b"\0" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert open_dataset("mnist") == first


def test_changed_time_means_reading_again(copy_data) -> None:
    folder = copy_data("MNIST")
    open_dataset("mnist")
    path = folder / LABELS
    path.write_bytes(b"\0" * path.stat().st_size)
    os.utime(path, ns=(0, 0))
    with pytest.raises(DataUnavailable, match="damaged"):
        open_dataset("mnist")


def test_standin_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_dataset("mnist", "standin")
    monkeypatch.setattr(IdxImages, "generate", None)
    assert open_dataset("mnist", "standin") == first


def test_cached_array_that_lost_bytes_is_made_anew() -> None:
    first = open_dataset("stock", "standin")
    os.truncate(first.train_inputs.path, 200)
    again = open_dataset("stock", "standin")
    assert again == first
    assert again.train_inputs.load().shape == again.train_inputs.shape


def test_nothing_is_written_beside_the_data(copy_data) -> None:
    folder = copy_data("stocks")
    before = sorted(folder.rglob("*"))
    for path in (folder, folder / "stocks"):
        path.chmod(0o555)
    open_dataset("stock")
    assert sorted(folder.rglob("*")) == before


def test_cache_holds_no_temporary_folder_afterwards(cache: Path) -> None:
    open_dataset("stock", "standin")
    assert not list(cache.rglob(".*"))


def test_full_disk_is_named_and_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataUnavailable) as caught:
        open_dataset("stock", "standin")
    assert caught.value.message.id == "datasets.disk_full"
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_cache_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataUnavailable) as caught:
        open_dataset("stock", "standin")
    assert caught.value.message.id == "datasets.not_writable"


def test_lost_race_takes_the_winners_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes make the same arrays: the second to finish finds the folder there, and both can read."""
    generate, calls = Wafer.generate, []

    def interrupted(self: Wafer, options: dict[str, object]):
        calls.append(1)
        if len(calls) == 1:
            open_dataset("wafer", "standin")
        return generate(self, options)

    monkeypatch.setattr(Wafer, "generate", interrupted)
    data = open_dataset("wafer", "standin")
    assert len(calls) == 2
    assert data.train_inputs.load().shape == (8000, 64, 64)


def test_array_file_is_mapped_and_its_descriptor_is_read_only() -> None:
    file = open_dataset("stock", "standin").train_inputs
    assert isinstance(file.load(), np.memmap)
    descriptor = file.open()
    try:
        assert os.read(descriptor, 6) == b"\x93NUMPY"
        with pytest.raises(OSError):
            os.write(descriptor, b"x")
    finally:
        os.close(descriptor)


def test_held_out_targets_do_not_show() -> None:
    data = open_dataset("stock", "standin")
    assert "test_targets" not in repr(data)
    assert len(data.held_out_targets()) == data.test_inputs.shape[0]


def test_status_of_a_bare_machine(no_data: None) -> None:
    for status in data_status():
        assert (status.folder, status.variant, status.verified) == (None, "standin", None)


def test_status_of_real_data(real_data: Path) -> None:
    assert all(status.verified is None for status in data_status())
    assert all(status.verified for status in data_status(verify_now=True))
    assert all(status.verified and status.folder == real_data and status.bytes > 10_000 for status in data_status())


def test_status_of_a_damaged_file(copy_data) -> None:
    path = copy_data("MNIST") / LABELS
    path.write_bytes(b"rubbish")
    assert data_status(verify_now=True)[0].verified is False

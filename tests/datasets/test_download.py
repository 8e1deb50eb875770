"""Downloads, from a mirror on this machine."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import download, fetch_dataset, open_dataset, providers
from grader.datasets.idx_images import PARTS, IdxImages
from grader.errors import DataUnavailable


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with four small idx files, and the address at which it is served."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for part in PARTS:
        array = np.arange(4 if "labels" in part else 4 * 28 * 28).astype(np.uint8)
        shape = (4,) if "labels" in part else (4, 28, 28)
        header = bytes((0, 0, 8, len(shape))) + b"".join(side.to_bytes(4, "big") for side in shape)
        (folder / f"{part}.gz").write_bytes(gzip.compress(header + array.tobytes(), mtime=0))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def small(mirror: tuple[Path, str], no_data: None, monkeypatch: pytest.MonkeyPatch) -> IdxImages:
    """A data set "small" that lies on the mirror; the network may be used."""
    folder, address = mirror
    packed = [(folder / f"{part}.gz").read_bytes() for part in PARTS]
    sums = tuple((hashlib.md5(data).hexdigest(), len(data)) for data in packed)
    provider = IdxImages("small", "Small", sums, tuple("0123456789"), (address,))
    monkeypatch.setitem(providers.PROVIDERS, "small", provider)
    monkeypatch.setenv("GRADER_OFFLINE", "0")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return provider


def replace(provider: IdxImages, monkeypatch: pytest.MonkeyPatch, mirrors: tuple[str, ...]) -> None:
    changed = IdxImages("small", provider.folder, provider.sums, provider.classes, mirrors)
    monkeypatch.setitem(providers.PROVIDERS, "small", changed)


def test_download_shows_progress_and_lands_in_the_cache(small: IdxImages, cache: Path) -> None:
    seen: dict[str, tuple[int, int | None]] = {}
    data = open_dataset("small", progress=lambda label, done, total: seen.update({label: (done, total)}))
    assert (data.variant, data.origin) == ("full", "download")
    assert seen == {f"{part}.gz": (size, size) for part, (_, size) in zip(PARTS, small.sums, strict=True)}
    again = open_dataset("small", "real")
    assert (again.origin, again.digest) == ("cache", data.digest)
    assert not list(cache.rglob(".*"))


def test_offline_is_not_asked(small: IdxImages, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_OFFLINE", "1")
    assert open_dataset("small").variant == "standin"
    assert not (cache / "data").exists()
    with pytest.raises(DataUnavailable, match="GRADER_OFFLINE"):
        open_dataset("small", "real")


@pytest.mark.parametrize("content", [b"<html>sign in first</html>", b"x" * 5000], ids=["short", "long"])
def test_wrong_bytes_from_a_mirror_are_not_kept(
    small: IdxImages, mirror: tuple[Path, str], cache: Path, content: bytes
) -> None:
    (mirror[0] / f"{PARTS[1]}.gz").write_bytes(content)
    assert open_dataset("small").variant == "standin"
    assert not list(cache.rglob(f"*{PARTS[1]}*"))
    with pytest.raises(DataUnavailable, match="expected"):
        open_dataset("small", "real")


def test_second_mirror_helps_out(small: IdxImages, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    replace(small, monkeypatch, (mirror[1] + "nowhere/", mirror[1]))
    assert open_dataset("small").variant == "full"


def test_damaged_download_is_replaced(small: IdxImages) -> None:
    path = fetch_dataset("small") / small.files({})[0].path
    path.write_bytes(b"rubbish")
    with pytest.raises(DataUnavailable, match="damaged"):
        open_dataset("small")
    fetch_dataset("small")
    assert open_dataset("small").variant == "full"


def test_silent_mirror_is_given_up_soon_and_only_once(small: IdxImages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(download, "STALL_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        replace(small, monkeypatch, (f"http://127.0.0.1:{silent.getsockname()[1]}/",))
        assert open_dataset("small").variant == "standin"
    begun = time.monotonic()
    with pytest.raises(DataUnavailable, match="no answer"):
        open_dataset("small", "real")
    assert time.monotonic() - begun < 0.1


def test_what_no_mirror_has_says_so(no_data: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_OFFLINE", "0")
    with pytest.raises(DataUnavailable, match="cannot be downloaded"):
        fetch_dataset("wafer")

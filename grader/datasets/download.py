"""Downloads from the mirrors that torchvision uses: whole and checked, or not at all, and quick to give up."""

from __future__ import annotations

import hashlib
import http.client
import os
import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO

from grader.datasets.checksums import verify
from grader.datasets.places import Progress, download_folder
from grader.datasets.provider import Options, Provider, SourceFile
from grader.datasets.store import write_errors, write_file
from grader.errors import DataUnavailable
from grader.messages import Message

ANSWER_SECONDS = 3.0  # for a mirror to begin its answer, name lookup included
STALL_SECONDS = 15.0  # without a byte, once it has begun
BLOCK_BYTES = 1 << 16
_failures: dict[str, Message] = {}  # data sets that could not be fetched; not tried again in this process


def fetch(provider: Provider, options: Options, progress: Progress | None) -> Message | None:
    """Bring the real files into the cache; None when they are all there, else the reason why not.

    Files already there are kept if they are sound, and replaced if not.

    Raises:
        DataUnavailable: The disk is full, or the cache cannot be written.
    """
    if not provider.mirrors:
        return Message("datasets.no_mirror", {"name": provider.name})
    if os.environ.get("GRADER_OFFLINE") == "1":
        return Message("datasets.offline")
    if provider.name not in _failures:
        try:
            for file in provider.files(options):
                _fetch_file(provider, file, progress)
            return None
        except (OSError, http.client.HTTPException) as error:
            _failures[provider.name] = Message("datasets.download_failed", {"reason": _reason(error)})
    return _failures[provider.name]


def _fetch_file(provider: Provider, file: SourceFile, progress: Progress | None) -> None:
    target = download_folder() / file.path
    if _is_sound(file):
        return
    for mirror in provider.mirrors:
        url = urllib.parse.urljoin(mirror, target.name)
        try:
            return write_file(target, lambda building, url=url: _download(url, building, file, progress))  # type: ignore[misc]
        except (OSError, http.client.HTTPException) as error:
            last = error
    raise last


def _is_sound(file: SourceFile) -> bool:
    try:
        verify(download_folder(), file)
        return True
    except (OSError, DataUnavailable):
        return False


def _download(url: str, building: Path, file: SourceFile, progress: Progress | None) -> None:
    md5, done = hashlib.md5(usedforsecurity=False), 0
    with _answer(url) as source, building.open("wb") as out:
        while block := source.read(BLOCK_BYTES):
            with write_errors(building):
                out.write(block)
            md5.update(block)
            done += len(block)
            if file.bytes is not None and done > file.bytes:
                raise OSError(f"{url}: more than the {file.bytes} bytes expected")
            if progress:
                progress(Path(file.path).name, done, file.bytes)
    if file.md5 and md5.hexdigest() != file.md5:
        raise OSError(f"{url}: md5 {md5.hexdigest()}, expected {file.md5}")


def _answer(url: str) -> IO[bytes]:
    """The begun answer to a request. Raises OSError after ANSWER_SECONDS: a name lookup heeds no socket timeout."""
    result: queue.SimpleQueue[IO[bytes] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            result.put(urllib.request.urlopen(url, timeout=STALL_SECONDS))
        except Exception as error:  # handed to the caller, who raises it
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            result.put(error)

    threading.Thread(target=ask, daemon=True, name="grader-download").start()
    try:
        answer = result.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"{url}: no answer within {ANSWER_SECONDS:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _reason(error: Exception) -> str:
    detail = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(detail) or type(error).__name__

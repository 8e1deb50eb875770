"""Archives: zip files with hostile names, kinds and fields, unpacked below a folder that nothing may leave."""

from __future__ import annotations

import functools
import io
import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path
from random import Random

from mutation import changed_bytes

from grader.errors import SubmissionError
from grader.submissions.ingest import Caps
from grader.submissions.unpacking import unpack

CAPS = Caps(
    entries=40, total_bytes=200_000, archive_bytes=10**6, entry_bytes=50_000, depth=4, ratio=50, ratio_from_bytes=10_000
)
NAMES = (
    "answer.py", "folder/answer.py", "folder/", "../up.py", "/rooted.py", "a/../../up.py", "C:\\windows.py", "\\\\host\\share.py",
    "nul\0.py", "\u202eyp.rewsna", "a\u0301.py", "\u00e1.py", "Answer.py", "CON", "a" * 300, "/".join("deep" * 1 for _ in range(9)),
    "con\u200bceal.py", "line\nbreak.py", ".", "..", "", "a//b.py", "./c.py", "inner.zip", "__MACOSX/._x", "\uff0e\uff0e/up.py", "~/x",
)  # fmt: skip
KINDS = (
    stat.S_IFREG,
    stat.S_IFREG,
    stat.S_IFREG,
    stat.S_IFLNK,
    stat.S_IFIFO,
    stat.S_IFCHR,
    stat.S_IFDIR,
    stat.S_IFSOCK,
    0,
)


class Archives:
    """Mutated zip files through `unpack`."""

    def __init__(self) -> None:
        self.place = Path()

    def __enter__(self) -> Archives:
        self.place = Path(tempfile.mkdtemp(prefix="fuzz-"))
        (self.place / "neighbour.py").write_text("kept")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.place)

    def draw(self, random: Random) -> bytes:
        """Some entries, and in half of the cases damage to the bytes that describe them."""
        data = _archive(random)
        return changed_bytes(data, random) if random.random() < 0.6 else data

    def check(self, data: bytes) -> str:
        """Refused, or plain files below the folder and nothing else anywhere."""
        archive, folder = self.place / "in.zip", self.place / "out"
        archive.write_bytes(data)
        folder.mkdir()
        try:
            found = unpack(archive, folder, CAPS)
        except SubmissionError as error:
            assert error.text("en") and error.text("ko")
            assert not list(folder.iterdir()), "a refused archive left something behind"
            return "refused"
        else:
            for message in found.refused:
                assert message.render("en") and message.render("ko")
            _inspect(folder, set(found.taken))
            return "taken" if found.taken else "nothing taken"
        finally:
            shutil.rmtree(folder)
            assert {path.name for path in self.place.iterdir()} == {"in.zip", "neighbour.py"}
            assert (self.place / "neighbour.py").read_text() == "kept"


def _inspect(folder: Path, taken: set[str]) -> None:
    total, files = 0, set()
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            facts = (Path(place) / name).lstat()
            assert stat.S_ISDIR(facts.st_mode) or stat.S_ISREG(facts.st_mode), name
            assert not facts.st_mode & 0o7077, oct(facts.st_mode)
        for name in names:
            total += (Path(place) / name).lstat().st_size
            files.add(str((Path(place) / name).relative_to(folder)))
    assert files == taken
    assert total <= CAPS.total_bytes and len(files) <= CAPS.entries


def _archive(random: Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for _ in range(random.choice((0, 1, 2, 3, 5, 60))):
            entry = zipfile.ZipInfo(random.choice(NAMES) if random.random() < 0.6 else f"file{random.randrange(50)}.py")
            entry.external_attr = (random.choice(KINDS) | random.choice((0o644, 0o4777, 0))) << 16
            entry.compress_type = archive.compression
            archive.writestr(entry, _content(random.randrange(6)))
        archive.comment = random.choice((b"", b"PK\5\6" * 3))
    return stream.getvalue()


@functools.cache
def _content(kind: int) -> bytes:
    zeros = bytes(60_000) if kind == 4 else bytes(30_000)
    return (b"", b"x = 1\n", b"../../target", zeros, zeros, b"PK\3\4" * 100)[kind]

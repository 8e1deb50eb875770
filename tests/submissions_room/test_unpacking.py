"""What comes out of an archive lies below the folder, is what was declared, and everything else is named."""

from __future__ import annotations

import io
import os
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from crafted import BLOCK, CHARACTER, LINK, PIPE, SOCKET, STORED, Crafted, listed, utf8, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submissions.ingest import Caps, Ingested
from grader.submissions.unpacking import unpack

GOOD = Crafted(b"good.py", b"good = True\n")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def unpacked(out: Path, *entries: Crafted, caps: Caps | None = None, data: bytes | None = None) -> Ingested:
    archive = out.parent / "hw.zip"
    archive.write_bytes(zipped(*entries) if data is None else data)
    return unpack(archive, out, caps)


def said(result: Ingested, language: str = "en") -> str:
    return "\n".join(refused.render(language) for refused in result.refused)  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_ordinary_entries_are_written_with_plain_rights(out: Path) -> None:
    entries = [GOOD, utf8("과제/답안 1.ipynb", b"{}", mode=0o104777), Crafted(b"data/", b"", method=STORED)]
    result = unpacked(out, *entries)
    assert files(out) == {"good.py": b"good = True\n", "과제/답안 1.ipynb": b"{}"}
    assert result == Ingested(("good.py", "과제/답안 1.ipynb"), total_bytes=14)
    assert stat.S_IMODE((out / "과제/답안 1.ipynb").stat().st_mode) == 0o600
    assert stat.S_IMODE((out / "과제").stat().st_mode) == 0o700


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [True, False])
def test_what_usual_programs_write_is_taken_whole(out: Path, method: int, streamed: bool) -> None:
    content = os.urandom(200_000) + b"0" * 300_000

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return not streamed

        def seek(self, *where: int) -> int:
            if streamed:
                raise OSError
            return super().seek(*where)

        def tell(self) -> int:
            if streamed:
                raise OSError
            return super().tell()

    made = Pipe()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("hw/data.bin", content)
        archive.writestr("hw/empty.py", b"")
    result = unpacked(out, data=made.getvalue())
    assert result.refused == () and files(out) == {"hw/data.bin": content, "hw/empty.py": b""}


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("답안.py".encode("cp949"), 0, "답안.py"),  # the Windows shell
        ("답안.py".encode(), 0, "답안.py"),  # a Mac, which leaves the mark out
        (unicodedata.normalize("NFD", "답안.py").encode(), 0x800, "답안.py"),
        ("é.py".encode("cp437"), 0, "é.py"),
    ],
)
def test_names_are_decoded_as_their_writer_meant_them(out: Path, raw: bytes, flags: int, name: str) -> None:
    assert unpacked(out, Crafted(raw, flags=flags)).taken == (name,)
    assert listed(out) == [name]


BAD = [
    (utf8("../evil.py"), "../evil.py", "leads out"),
    (utf8("a/../../evil.py"), "a/../../evil.py", "leads out"),
    (utf8("a/‥/evil.py"), "a/‥/evil.py", "leads out"),
    (utf8(".."), "..", "leads out"),
    (utf8("/etc/evil.py"), "/etc/evil.py", "root or at a drive"),
    (utf8("//host/share/evil.py"), "//host/share/evil.py", "root or at a drive"),
    (utf8("C:/evil.py"), "C:/evil.py", "root or at a drive"),
    (utf8("c:evil.py"), "c:evil.py", "root or at a drive"),
    (utf8("..\\evil.py"), "..\\evil.py", "backslash"),
    (utf8("\\\\host\\share\\evil.py"), "\\\\host\\share\\evil.py", "backslash"),
    (utf8("evil.py\0.txt"), "evil.py�.txt", "U+0000"),
    (utf8("evil\n.py"), "evil�.py", "U+000A"),
    (utf8("evil\x1b[2J.py"), "evil�[2J.py", "U+001B"),
    (utf8("evil\u202eyp.txt"), "evil�yp.txt", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    (utf8("evil\u2066.py"), "evil�.py", "U+2066"),
    (utf8("evil\u200b.py"), "evil�.py", "U+200B ZERO WIDTH SPACE"),
    (utf8("evil\u3164.py"), "evil�.py", "U+3164 HANGUL FILLER"),
    (utf8("evil\ue000.py"), "evil�.py", "U+E000"),
    (utf8("аnswer.py"), "аnswer.py", "U+0430 CYRILLIC SMALL LETTER A"),
    (utf8("evil/sοlution.py"), "evil/sοlution.py", "GREEK SMALL LETTER OMICRON"),
    (utf8("CON"), "CON", "device on Windows"),
    (utf8("evil/nul.tar.py"), "evil/nul.tar.py", "device on Windows"),
    (utf8("com¹.py"), "com¹.py", "device on Windows"),
    (utf8("d/" * 17 + "evil.py"), "evil.py", "too deep"),
    (utf8("e" * 256), "eee", "too long"),
    (utf8("evil.py", mode=LINK), "evil.py", "is a link"),
    (utf8("evil/", mode=LINK), "evil/", "is a link"),
    (utf8("evil.py", mode=PIPE), "evil.py", "is a pipe"),
    (utf8("evil.py", mode=CHARACTER), "evil.py", "a device"),
    (utf8("evil.py", mode=BLOCK), "evil.py", "a device"),
    (utf8("evil.py", mode=SOCKET), "evil.py", "a device"),
    (Crafted(b"evil.py", flags=0x1), "evil.py", "encrypted"),
    (Crafted(b"evil.py", method=99), "evil.py", "method 99"),
    (Crafted(b"evil.py", method=14), "evil.py", "method 14"),
    (Crafted(b"evil.py", local_name=b"good.py"), "evil.py", "damaged"),
    (Crafted(b"evil.py", checksum=1), "evil.py", "damaged"),
    (Crafted(b"evil.py", packed=b"\xff\xff\xff"), "evil.py", "damaged"),
    (Crafted(b"evil.py", packed=zlib.compress(b"x = 1\n")[2:-4] + b"tail"), "evil.py", "damaged"),
    (Crafted(b"evil.py", size=3), "evil.py", "not the 3 bytes"),
    (Crafted(b"evil.py", size=300), "evil.py", "not the 300 bytes"),
    (Crafted(b"evil.py", local_size=3), "evil.py", "not the 6 bytes"),
    (Crafted(b"evil.py", size=3, checksum=zlib.crc32(b"x =")), "evil.py", "not the 3 bytes"),
    (Crafted(b"evil.py", method=STORED, size=3), "evil.py", "not the 3 bytes"),
    (Crafted(b"evil.py", packed_size=10_000), "evil.py", "not the 6 bytes"),
    (Crafted(b"evil.py", flags=8, packed_size=10_000), "evil.py", "belong to another"),
    (Crafted(b"evil.py", at=3), "evil.py", "damaged"),
    (Crafted(b"evil.py", at=2**31), "evil.py", "damaged"),
    (utf8("hw/evil.zip"), "hw/evil.zip", "archives inside"),
    (utf8("evil.tar.gz"), "evil.tar.gz", "archives inside"),
    (utf8("evil.py", b"y" * 2000, size=2000), "evil.py", "most for one file"),
]


@pytest.mark.parametrize(("entry", "name", "reason"), BAD)
def test_a_bad_entry_is_named_and_the_others_are_still_taken(out: Path, entry: Crafted, name: str, reason: str) -> None:
    result = unpacked(out, GOOD, entry, caps=Caps(entry_bytes=1500))
    assert files(out) == {"good.py": b"good = True\n"}
    assert listed(out.parent) == ["hw.zip", "out"]
    assert len(result.refused) == 1
    assert name in said(result) and reason in said(result)
    assert name in said(result, "ko")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.py", "A.py"),
        ("answer.py", "ANSWER.PY"),
        ("ａ.py", "a.py"),
        ("a.py", "a.py."),
        ("한글/a.py", "한글 /b.py"),
        ("сор.py", "cop.py"),
        ("ΑΒΕ.py", "ABE.py"),
        ("Data/a.py", "data/b.py"),
    ],
)
def test_names_that_look_alike_are_both_refused(out: Path, first: str, second: str) -> None:
    result = unpacked(out, GOOD, utf8(first), utf8(second))
    assert result.taken == ("good.py",)
    assert len(result.refused) == 2 and said(result).count("looks like") == 2
    assert f"`{first}`: " in said(result) and f"`{second}`: " in said(result)


@pytest.mark.parametrize(
    "name", ["Δt.py", "β_1.py", "модель.py", "λάμδα.py", "모델A.py", "データ.py", "résumé (1).py", "🙂.py"]
)
def test_other_scripts_are_welcome(out: Path, name: str) -> None:
    assert unpacked(out, utf8(name)).taken == (name,)


def test_one_name_twice_is_refused_twice(out: Path) -> None:
    result = unpacked(
        out, GOOD, Crafted(b"a.py", b"1"), Crafted(b"a.py", b"2"), Crafted(b"./b//c.py"), Crafted(b"b/c.py")
    )
    assert result.taken == ("good.py",) and said(result).count("more than once") == 4


def test_a_file_where_a_folder_is_needed_gives_way(out: Path) -> None:
    result = unpacked(out, Crafted(b"a"), Crafted(b"a/b.py"), Crafted(b"c"), Crafted(b"c/", b"", method=STORED))
    assert result.taken == ("a/b.py",)
    assert said(result).count("needs a folder of this name") == 2


def test_entries_that_share_bytes_are_refused(out: Path) -> None:
    quoting = Crafted(b"a.py", flags=8, packed_size=40)  # its data reach into the header behind it
    result = unpacked(out, GOOD, quoting, Crafted(b"b.py"), Crafted(b"c.py", b"c"))
    assert result.taken == ("good.py", "c.py") and said(result).count("belong to another") == 2
    borrowed = Crafted(b"b.py", at=0)
    assert "`b.py`: it is damaged" in said(unpacked(out, Crafted(b"d.py"), borrowed))


def test_unwanted_entries_are_skipped_and_listed(out: Path) -> None:
    names = [
        "__MACOSX/._a.py",
        ".DS_Store",
        "hw/__pycache__/a.pyc",
        "hw/.ipynb_checkpoints/a.ipynb",
        "Thumbs.db",
        ".git/config",
    ]
    result = unpacked(out, GOOD, *map(utf8, names), utf8("__MACOSX/../x.py"))
    assert result.taken == ("good.py",) and result.skipped == tuple(names)
    assert "__MACOSX/../x.py" in said(result)


@pytest.mark.parametrize(
    ("entries", "caps", "words"),
    [
        ([utf8("zeros.bin", bytes(30_000_000))], Caps(), ["zeros.bin", "30.0 MB", "attack"]),
        ([utf8(f"{n}.bin", bytes(900)) for n in range(9)], Caps(total_bytes=5000), ["5.bin", "in all"]),
        ([utf8(f"{n}.py") for n in range(9)], Caps(entries=8), ["more than 8 entries"]),
        ([utf8(f"{n}" * 900) for n in range(400)], Caps(entries=8), ["more than 8 entries"]),
        ([GOOD], Caps(archive_bytes=20), ["most that is accepted"]),
    ],
)
def test_a_bomb_ends_the_archive_before_anything_is_written(
    out: Path, entries: list[Crafted], caps: Caps, words: list[str]
) -> None:
    with pytest.raises(SubmissionError) as caught:
        unpacked(out, GOOD, *entries, caps=caps)
    assert all(word in caught.value.text("en") for word in [*words, "hw.zip"]), caught.value.text("en")
    assert listed(out) == []


@pytest.mark.parametrize("data", [b"", b"PK", b"{}", zipped(GOOD)[:-1], b"PK\5\6" + b"\xff" * 18])
def test_what_is_no_zip_file_is_refused(out: Path, data: bytes) -> None:
    with pytest.raises(SubmissionError) as caught:
        unpacked(out, data=data)
    assert "damaged" in caught.value.text("en") or "more than" in caught.value.text("en")


def test_a_pipe_or_device_is_no_archive_and_nobody_waits(out: Path) -> None:
    os.mkfifo(out / "hw.zip")
    for path in (out / "hw.zip", Path("/dev/zero"), out):
        with pytest.raises(SubmissionError, match="not an ordinary file"):
            unpack(path, out)


def test_nothing_is_written_through_a_link_that_lies_in_the_way(out: Path) -> None:
    elsewhere = out.parent / "elsewhere"
    elsewhere.mkdir()
    (out / "hw").symlink_to(elsewhere)
    with pytest.raises(OSError):
        unpacked(out, utf8("hw/a.py"))
    (out / "a.py").symlink_to(elsewhere / "a.py")
    with pytest.raises(FileExistsError):
        unpacked(out, utf8("a.py"))
    assert listed(elsewhere) == []


names = st.text(st.sampled_from("ab./\\:\0АаΑ .~\u202e\ud800é") | st.characters(), max_size=12)
numbers = st.none() | st.integers(0, 40) | st.sampled_from([2**31, 2**32 - 1])
crafted = st.builds(
    Crafted,
    names.map(lambda name: name.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    st.sampled_from([0, 0o100644, 0o40755, LINK, PIPE, CHARACTER]),
    st.sampled_from([0, 8, 8, 8, 9, 12]),
    st.sampled_from([0, 0, 1, 8, 0x800]),
    numbers,
    numbers,
    numbers,
    st.none() | st.just(b"a"),
    st.none() | st.binary(max_size=20),
    numbers,
    numbers,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(crafted, max_size=4), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=3))
def test_whatever_the_bytes_it_ends_in_a_result_or_a_refusal(
    tmp_path: Path, entries: list[Crafted], flips: list[tuple[int, int]]
) -> None:
    data = bytearray(zipped(*entries))
    for at, value in flips:
        data[at % len(data)] = value
    out = tmp_path / os.urandom(8).hex() / "out"
    out.mkdir(parents=True)
    try:
        result = unpacked(out, data=bytes(data))
    except SubmissionError as refused:
        assert refused.text("ko") and listed(out) == []
    else:
        assert sorted(files(out)) == sorted(result.taken)
        assert not any(unicodedata.category(char).startswith("C") for char in said(result).replace("\n", ""))
    assert listed(out.parent) == ["hw.zip", "out"]

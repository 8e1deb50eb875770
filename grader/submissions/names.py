"""Names of files that somebody else chose: decoded, checked, and compared as a person would see them.

Not covered: letters that look alike within one script (``l`` and ``I``), digits for letters, Hangul jamo that look like Latin
letters, and names that merely read alike. Characters that only Windows forbids (``:``, ``?``) are allowed, because
files of others are unpacked on POSIX systems only.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grader.messages import Message, message

# Each letter looks like the Latin one below it in usual fonts: the common ones of Cyrillic and Greek, chosen by eye. The idea
# of comparing skeletons is that of Unicode Technical Standard 39, whose whole table is a hundred times as long.
_CONFUSABLE = str.maketrans(
    "аеорсухіјѕһԁԛԝӏвкмнтАВЕКМНОРСТУХІЈЅԚԜαικνορυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡ",
    "aeopcyxijshdqwlbkmhtABEKMHOPCTYXIJSQWaikvopuxyABEZHIKMNOPTYXiag",
)
_LOOKS_LATIN = frozenset(map(chr, _CONFUSABLE)) - frozenset("ıɑɡ")
_HIDDEN = frozenset({"Cc", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")  # nothing is seen of them, and no category says so
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-zA-Z]")
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(zip|zipx|7z|rar|tar|t?gz|t?xz|t?bz2?|zst|lzma|alz|egg|jar|whl|iso|cab)", re.IGNORECASE)
_UNWANTED = re.compile(
    r"__MACOSX|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|__pycache__|\.ipynb_checkpoints|\.git|\.idea|\.vscode|\.venv|node_modules",
    re.IGNORECASE,
)
SHOWN_CHARACTERS = 120

Parts = tuple[str, ...]  # a path, part by part


def decoded(raw: bytes) -> str:
    """A name from bytes of unknown encoding, in composed form: UTF-8, else what Korean Windows writes, else the zip format's own."""
    for encoding in ("utf-8", "cp949"):
        try:
            return unicodedata.normalize("NFC", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return unicodedata.normalize("NFC", raw.decode("cp437"))


def shown(path: Path | str) -> str:
    """`path` as text for a report: one line, in composed Hangul, without characters that steer a terminal."""
    text = unicodedata.normalize("NFC", os.fspath(path))
    return "".join("�" if unicodedata.category(char).startswith("C") or char in _BLANK else char for char in text)


def cut(text: str) -> str:
    """A long name with its middle left out: the ending says what kind of file it is."""
    half = SHOWN_CHARACTERS // 2
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:half]}…{text[-half:]}"


def parts_of(name: str) -> Parts:
    """The parts of a path; empty ones and ``.`` say nothing and are left out."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def problem(name: str) -> Message | None:
    """Why nobody should write or show a file of this name, or None."""
    return _unseen(name) or _leading_out(name) or _mixed(name)


def _unseen(name: str) -> Message | None:
    for character in name:
        category = unicodedata.category(character)
        if category == "Cs":
            return message("submissions.name_undecodable")
        if category in _HIDDEN:
            return message("submissions.name_control", code=_code(character))
        if category == "Cf" or character in _BLANK:
            return message("submissions.name_invisible", code=_code(character))
    return None


def _leading_out(name: str) -> Message | None:
    """Why a name leads out of the folder, or means something else than a file on some system."""
    if "\\" in name:
        return message("submissions.name_backslash")
    if name.startswith("/") or _DRIVE.match(name):
        return message("submissions.name_absolute")
    parts = parts_of(name)
    # Some systems normalise names, and ‥ is then two dots.
    if not parts or any(unicodedata.normalize("NFKC", part) == ".." for part in parts):
        return message("submissions.name_traversal")
    if any(_RESERVED.fullmatch(part) for part in parts):
        return message("submissions.name_reserved")
    return None


def _mixed(name: str) -> Message | None:
    """Latin letters beside Cyrillic or Greek ones that look Latin, in one word: nobody writes so except to deceive."""
    for word in _WORD.findall(name):
        odd = next((letter for letter in word if letter in _LOOKS_LATIN), None)
        if odd is not None and _LATIN.search(word):
            return message("submissions.name_mixed", code=_code(odd))
    return None


def _code(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def is_archive(parts: Parts) -> bool:
    """Whether the file calls itself an archive. One under another name is just a file, which nobody opens."""
    return bool(_ARCHIVE.fullmatch(Path(parts[-1]).suffix))


def is_unwanted(parts: Parts) -> bool:
    """Whether an entry is a by-product of somebody's system or editor."""
    return any(_UNWANTED.fullmatch(part) for part in parts)


def skeleton(part: str) -> str:
    """What is left of a name when everything is removed that a person, Windows or a Mac may not tell apart."""
    text = unicodedata.normalize("NFKC", part).translate(_CONFUSABLE).casefold()
    return unicodedata.normalize("NFKC", text).translate(_CONFUSABLE).rstrip(". ")


def clashes(paths: Iterable[Parts]) -> Mapping[Parts, str]:
    """For each path that looks like another one, itself or in a folder above it, the first other spelling."""
    known = list(paths)
    bones = {part: skeleton(part) for parts in known for part in parts}
    spellings: dict[Parts, dict[Parts, None]] = defaultdict(dict)
    for spelled in itertools.chain.from_iterable(map(_prefixes, known)):
        spellings[tuple(bones[part] for part in spelled)].setdefault(spelled)
    other = {
        spelled: "/".join(next(one for one in alike if one != spelled))
        for alike in spellings.values()
        if len(alike) > 1
        for spelled in alike
    }
    return {
        parts: next(other[spelled] for spelled in _prefixes(parts) if spelled in other)
        for parts in known
        if any(spelled in other for spelled in _prefixes(parts))
    }


def _prefixes(parts: Parts) -> Iterator[Parts]:
    """The folders above a path from the top down, and the path itself."""
    return (parts[:stop] for stop in range(1, len(parts) + 1))

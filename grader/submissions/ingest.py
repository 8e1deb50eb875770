"""What an archive or a folder gave: the files taken, and by name everything that was not."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from grader.messages import Message, message
from grader.submissions.names import Parts, clashes, cut, is_archive, is_unwanted, parts_of, problem, shown


@dataclass(frozen=True)
class Caps:
    """How much one archive or folder may hold. An entry beyond a cap of its own is refused; the others end the whole."""

    entries: int = 10_000
    total_bytes: int = 500_000_000
    archive_bytes: int = 500_000_000  # of the zip file itself
    entry_bytes: int = 100_000_000
    depth: int = 16  # folders above a file
    part_bytes: int = 255  # of one name, in UTF-8; what Linux file systems take
    path_bytes: int = 1_000
    ratio: int = 200  # bytes out for each byte in; deflate itself ends at 1032
    ratio_from_bytes: int = 10_000_000  # below that a high ratio harms nobody: a file of zeros has one


@dataclass(frozen=True)
class Ingested:
    """The outcome for each file. Paths are relative and written with ``/``."""

    taken: tuple[str, ...] = ()
    refused: tuple[Message, ...] = ()  # each names its entry
    skipped: tuple[str, ...] = ()  # unwanted and harmless, e.g. ``__MACOSX/``
    total_bytes: int = 0  # of what was taken


@dataclass(frozen=True)
class Found:
    """An entry as an archive or a folder tells of it. `index` is its place there."""

    name: str
    size: int
    folder: bool = False
    index: int = 0

    @functools.cached_property
    def parts(self) -> Parts:
        """The path, part by part."""
        return parts_of(self.name)

    @property
    def path(self) -> str:
        """The path, without parts that say nothing."""
        return "/".join(self.parts)


@dataclass
class Ledger:
    """What becomes of the entries that are not taken."""

    refused: list[Message] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def refuse(self, entry: str, reason: Message) -> None:
        """Note that `entry` is not taken, and why."""
        self.refused.append(message("submissions.refused", entry=cut(shown(entry)), reason=reason))

    def keep(self, entries: Iterable[Found], why_not: Callable[[Found], Message | None]) -> list[Found]:
        """The entries that have nothing against them; the others are noted."""
        kept = []
        for entry in entries:
            reason = why_not(entry)
            if reason is None:
                kept.append(entry)
            else:
                self.refuse(entry.name, reason)
        return kept

    def skip(self, entries: Iterable[Found]) -> list[Found]:
        """The entries that somebody may want; the others are noted."""
        known = list(entries)
        self.skipped += [entry.path for entry in known if is_unwanted(entry.parts)]
        return [entry for entry in known if not is_unwanted(entry.parts)]


def screen(entries: Iterable[Found], caps: Caps, ledger: Ledger) -> list[Found]:
    """The files among `entries` whose names and sizes are in order, alone and beside each other."""
    named = ledger.skip(ledger.keep(entries, lambda entry: _own_name(entry, caps)))
    like = clashes(entry.parts for entry in named)
    times = Counter(entry.parts for entry in named)
    folders = {entry.parts[:stop] for entry in named for stop in range(1, len(entry.parts) + entry.folder)}

    def beside_others(entry: Found) -> Message | None:
        if entry.parts in like:
            return message("submissions.looks_like", other=cut(shown(like[entry.parts])))
        if entry.parts in folders and not entry.folder:
            return message("submissions.also_a_folder")
        if times[entry.parts] > 1 and not entry.folder:
            return message("submissions.twice")
        return None

    files = [entry for entry in ledger.keep(named, beside_others) if not entry.folder]
    return ledger.keep(files, lambda entry: _own_content(entry, caps))


def _own_name(entry: Found, caps: Caps) -> Message | None:
    if (wrong := problem(entry.name)) is not None:
        return wrong
    if len(entry.parts) - (not entry.folder) > caps.depth:
        return message("submissions.too_deep", limit=caps.depth)
    sizes = [len(part.encode()) for part in entry.parts]
    if max(sizes) > caps.part_bytes or sum(sizes) + len(sizes) > caps.path_bytes:
        return message("submissions.name_too_long", limit=caps.part_bytes, path_limit=caps.path_bytes)
    return None


def _own_content(entry: Found, caps: Caps) -> Message | None:
    if is_archive(entry.parts):
        return message("submissions.nested_archive")
    if entry.size > caps.entry_bytes:
        return message("submissions.entry_too_large", size=megabytes(entry.size), limit=megabytes(caps.entry_bytes))
    return None


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.1f} MB"

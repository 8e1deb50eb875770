"""How much a notebook may print: so many characters a cell, so many in all. What goes beyond is dropped and said once."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.messages import LANGUAGES, Message

CELL_CHARACTERS = 400_000
ALL_CHARACTERS = 4_000_000
ALL_MESSAGES = 20_000  # a million empty ones fill memory, too


@dataclass
class OutputBudget:
    """What is left for the cell that runs and for all cells. Used by the kernel's threads; a lost race costs one message."""

    cell_characters: int = CELL_CHARACTERS
    all_characters: int = ALL_CHARACTERS
    all_messages: int = ALL_MESSAGES
    clipped_cells: list[int] = field(default_factory=list)  # cells, by number, of which something was dropped
    cell: int = 0

    def __post_init__(self) -> None:
        self._left = self.cell_characters

    def begin(self, cell: int) -> None:
        """The next cell starts."""
        self.cell, self._left = cell, self.cell_characters

    def clip(self, text: str) -> str:
        """As much of `text` as there is room for, and where something is dropped for the first time, a line about it."""
        room = min(self._left, self.all_characters)
        if len(text) <= room:
            self._spend(len(text))
            return text
        self._spend(room)
        return text[:room] + self.notice()

    def admits(self, characters: int) -> bool:
        """Whether one more message fits, and these characters with it; they are paid for then."""
        if self.all_messages <= 0 or characters > min(self._left, self.all_characters):
            return False
        self.all_messages -= 1
        self._spend(characters)
        return True

    def notice(self) -> str:
        """What to say in place of dropped output: once a cell, then nothing."""
        if self.cell in self.clipped_cells:
            return ""
        self.clipped_cells.append(self.cell)
        said = Message("source.output_clipped_here")
        return "\n" + "".join(f"[{said.render(language)}]\n" for language in LANGUAGES)

    def _spend(self, characters: int) -> None:
        self._left -= characters
        self.all_characters -= characters

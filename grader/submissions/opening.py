"""Opening a path that may be anything, without waiting for it and without waking a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from grader.errors import SubmissionError
from grader.submissions.names import shown


def open_regular(path: Path) -> BinaryIO:
    """The ordinary file at `path`, open for reading. A link that somebody names is followed.

    Raises:
        SubmissionError: it is a folder, a pipe, a device or a socket.
        OSError: it cannot be opened.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # opening a device can have effects: look first
        raise SubmissionError("submissions.not_a_file", path=shown(path))
    # Whoever swaps the file for a pipe in between must not make us wait.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(number, "rb")
    if not stat.S_ISREG(os.fstat(number).st_mode):
        file.close()
        raise SubmissionError("submissions.not_a_file", path=shown(path))
    return file

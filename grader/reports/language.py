"""Which language a person reads."""

from __future__ import annotations

import os
from collections.abc import Mapping

from grader.messages import Language


def reader_language(chosen: Language | None = None, environment: Mapping[str, str] = os.environ) -> Language:
    """`chosen` when given, else Korean when the locale says so, else English."""
    if chosen is not None:
        return chosen
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ko" if locale.lower().startswith("ko") else "en"

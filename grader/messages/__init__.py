"""Everything a person reads, by id: one YAML file per room, each entry in English and in Korean.

A `Message` is data (an id and its arguments) and is rendered only when somebody looks at it, so one report can be read
in either language. The part of the id before the first dot names the file: ``slicing.syntax_error`` lives in
``slicing.yaml``. Arguments are filled in with `str.format`; the templates are ours, so student text can only ever be an
argument and is never itself formatted.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@dataclass(frozen=True)
class Message:
    """A text by its id and arguments, e.g. ``Message("source.missing", {"name": "Net"})``.

    An argument may itself be a `Message` or a list of them; it is rendered in the same language.
    """

    id: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def render(self, language: Language = "en") -> str:
        """The text in `language`. Raises KeyError for an unknown id or a missing argument: a bug of ours."""
        arguments = {name: _render_argument(value, language) for name, value in self.args.items()}
        return template(self.id, language).format(**arguments)


def message(id: str, **args: Any) -> Message:
    """Short for ``Message(id, args)``."""
    return Message(id, args)


def checked(value: Message) -> Message:
    """`value` itself, once it has proved to render in every language. Raises ValueError for one that does not."""
    try:
        for language in LANGUAGES:
            value.render(language)
    except (KeyError, IndexError, AttributeError, OSError) as error:
        raise ValueError(f"not a message: {type(error).__name__}") from None
    return value


def template(id: str, language: Language) -> str:
    """The unfilled text of one message."""
    room, _, name = id.partition(".")
    return str(catalog(room)[name][language])


@functools.cache
def catalog(room: str) -> dict[str, dict[str, str]]:
    """All messages of one room, as ``{name: {"en": …, "ko": …}}``."""
    import yaml

    path = Path(__file__).with_name(f"{room}.yaml")
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _render_argument(value: Any, language: Language) -> Any:
    if isinstance(value, Message):
        return value.render(language)
    if isinstance(value, list | tuple):
        return ", ".join(str(_render_argument(item, language)) for item in value)
    return value

"""YAML text to plain values, and to the line and column where each of them stands.

YAML 1.2 core schema: ``1e-3`` is a number; ``no``, ``on`` and ``12:30:00`` are text, and so are dates. What a rubric has
no use for is refused: tags of one's own, several documents in a file, a key given twice, keys that are not text.

Not covered: this reads rubrics and our own marker files, which their authors write for themselves. Size, depth and the
growth by aliases are bounded all the same, since one file must not take a whole class run down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from grader.messages import Message
from grader.rubric.problems import InvalidRubric, Mark, Path, Problem

if TYPE_CHECKING:
    from yaml import SafeLoader as _BaseLoader
else:
    _BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 1_000_000
MAX_DEPTH = 32  # libyaml itself recurses without a limit and takes the process down at about 10^5
MAX_NODES = 50_000  # counted after aliases are expanded

_TAG = "tag:yaml.org,2002:"
# Source: YAML 1.2.2, section 10.3.2 (core schema, tag resolution); first characters are PyYAML's look-up keys.
_RESOLVERS = (
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)", list("-+0123456789")),
    (
        "float",
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))",
        list("-+.0123456789"),
    ),
)


class _CoreLoader(_BaseLoader):
    """PyYAML with the resolvers of YAML 1.2 in place of its own (1.1)."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 (PyYAML's own attribute)


for _name, _pattern, _first in _RESOLVERS:
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(f"^{_pattern}$"), _first)

_SCALARS: dict[str, Callable[[str], str | int | float | bool | None]] = {
    _TAG + "str": str,
    _TAG + "null": lambda text: None,
    _TAG + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    _TAG + "int": lambda text: int(text, 0) if text[:2] in ("0x", "0o") else int(text),
    _TAG + "float": lambda text: float(text.lower().replace(".inf", "inf").replace(".nan", "nan")),
}


@dataclass
class MarkedValue:
    """A YAML document's content with the place of every key and value in it."""

    value: Any
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)

    def key_mark(self, path: Path) -> Mark:
        """Where the key at `path` is written; for something that is not written, where its parent is."""
        return self.keys.get(path) or (self.key_mark(path[:-1]) if path else Mark())

    def value_mark(self, path: Path) -> Mark:
        """Where the value at `path` begins; for something that is not written, where its parent's key is."""
        return self.values.get(path) or self.key_mark(path[:-1])


def read_yaml(text: str, file_name: str) -> MarkedValue:
    """The only document in `text`; an empty file gives None.

    Raises:
        InvalidRubric: not YAML, or not the YAML described above; carries every mistake that could be told apart.
    """
    refusal = _outright_refusal(text)
    if refusal is not None:
        raise InvalidRubric([Problem(file_name, *refusal)])
    try:
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.YAMLError as error:
        raise InvalidRubric([Problem(file_name, *_syntax(error))]) from error
    reading = _Reading(file_name)
    value = reading.construct(node, ()) if node is not None else None
    if reading.problems:
        raise InvalidRubric(reading.problems)
    return MarkedValue(value, reading.keys, reading.values)


def _outright_refusal(text: str) -> tuple[Mark, Message] | None:
    """Why `text` must not even be composed: its size, its characters, its depth, or more than one document."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return Mark(), Message("rubric.too_large", {"limit": MAX_BYTES // 1000})
    strange = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if strange is not None:
        before = text[: strange.start()]
        mark = Mark(before.count("\n") + 1, strange.start() - (before.rfind("\n") + 1) + 1)
        return mark, Message("rubric.control_character", {"code": f"U+{ord(strange.group()):04X}"})
    try:
        return _refused_event(yaml.parse(text, Loader=_CoreLoader))
    except yaml.YAMLError as error:
        return _syntax(error)


def _refused_event(events: Iterator[Any]) -> tuple[Mark, Message] | None:
    """The first sign of too deep nesting or of a second document."""
    depth = documents = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > MAX_DEPTH:
            return _mark(event), Message("rubric.too_deep", {"limit": MAX_DEPTH})
        if documents > 1:
            return _mark(event), Message("rubric.several_documents")
    return None


def _syntax(error: yaml.YAMLError) -> tuple[Mark, Message]:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mark(), Message("rubric.syntax", {"reason": str(error).splitlines()[0]})
    where = error.problem_mark or error.context_mark
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    return Mark(where.line + 1, where.column + 1) if where else Mark(), Message("rubric.syntax", {"reason": reason})


def _mark(node: Any) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


class _Reading:
    """One walk over the composed nodes; gathers values, marks and problems."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.problems: list[Problem] = []
        self._visited = 0

    def construct(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of `node`; None where it had to be refused."""
        self._visited += 1
        if self._visited > MAX_NODES or len(path) > MAX_DEPTH:  # the work of aliases, one that holds itself included
            self._refuse(node, Message("rubric.too_many_values", {"limit": MAX_NODES}))
            raise InvalidRubric(self.problems)
        self.values[path] = _mark(node)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.construct(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        self._refuse(node, Message("rubric.tag", {"tag": _shown_tag(node.tag)}))
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            here = (*path, key)
            if key in mapping:
                first = self.keys[here]
                self._refuse(
                    key_node,
                    Message("rubric.duplicate_key", {"key": key, "line": first.line, "column": first.column}),
                )
                continue
            self.keys[here] = _mark(key_node)
            mapping[key] = self.construct(value_node, here)
        return mapping

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag == _TAG + "str":
            return str(node.value)
        shown = node.value if isinstance(node, yaml.ScalarNode) else "[…]"
        self._refuse(node, Message("rubric.key_not_text", {"key": shown}))
        return None

    def _scalar(self, node: yaml.ScalarNode) -> str | int | float | bool | None:
        text = str(node.value)
        convert = _SCALARS.get(node.tag)
        if convert is None:
            self._refuse(node, Message("rubric.tag", {"tag": _shown_tag(node.tag)}))
            return None
        try:
            return convert(text)
        except (KeyError, ValueError):  # a tag that does not fit its text, as in `!!int five`
            self._refuse(node, Message("rubric.not_of_tag", {"value": text[:40], "tag": _shown_tag(node.tag)}))
            return None

    def _refuse(self, node: yaml.Node, message: Message) -> None:
        self.problems.append(Problem(self.file_name, _mark(node), message))


def _shown_tag(tag: str) -> str:
    return tag.replace(_TAG, "!!")

"""The `network` of a rubric: the reference, described as named layers and the way through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.messages import Message
from grader.rubric.faults import shown
from grader.rubric.nested import Fault, Misfits
from grader.rubric.vocabulary import Vocabulary

NETWORK_SCHEMA = {
    "type": "object",
    "properties": {"forward": {"type": "string", "description": "The way through the layers, joined by `>`."}},
    "required": ["forward"],
    "additionalProperties": {"type": "string", "description": "A layer, such as Conv2d(1, 32, 3, padding=1)."},
}


@dataclass(frozen=True)
class NetworkText:
    """A network as it is written in a rubric: layers by name, in order, and the forward chain."""

    layers: Mapping[str, str]
    forward: str


def read_network(entries: Any, vocabulary: Vocabulary) -> NetworkText:
    """The network that `entries` describes, known to be readable by `vocabulary.parse_network`.

    Raises:
        Misfits: every entry that is wrong by itself or, where each is right by itself, the whole at `forward`.
    """
    if not isinstance(entries, dict):
        raise Misfits([_wrong_type((), entries, "a_mapping")])
    faults = [_wrong_type((name,), value, "a_text") for name, value in entries.items() if not isinstance(value, str)]
    if "forward" not in entries:
        faults.append(Fault((), Message("rubric.missing", {"key": "forward"}), at_key=True))
    if faults:
        raise Misfits(faults)
    network = NetworkText({name: value for name, value in entries.items() if name != "forward"}, entries["forward"])
    whole = _refusal(network, vocabulary)
    if whole is not None:
        raise Misfits(_by_layer(network, vocabulary) or [Fault(("forward",), whole)])
    return network


def _by_layer(network: NetworkText, vocabulary: Vocabulary) -> list[Fault]:
    """The layers that cannot even be read alone: a parser's reason does not say where it stands."""
    alone = {name: _refusal(NetworkText({name: layer}, name), vocabulary) for name, layer in network.layers.items()}
    return [Fault((name,), message) for name, message in alone.items() if message is not None]


def _refusal(network: NetworkText, vocabulary: Vocabulary) -> Message | None:
    try:
        vocabulary.parse_network(network.layers, network.forward)
    except ValueError as error:
        return Message("rubric.network", {"reason": str(error)})
    return None


def _wrong_type(path: tuple[str, ...], value: Any, expected: str) -> Fault:
    args = {"value": shown(value), "expected": [Message(f"rubric.{expected}")]}
    return Fault(path, Message("rubric.wrong_type", args))

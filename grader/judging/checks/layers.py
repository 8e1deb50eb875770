"""`layers`: every layer of the reference is there, with the right arguments.

One share for each layer of the reference that holds parameters; layers that nobody asked for count against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.judging.case import Case, place, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.found_layers import FoundLayer, found_layers
from grader.judging.layers import RECURRENT, Layer, differences
from grader.messages import Message, message
from grader.verdict import Finding, Location


class LayersSettings(CheckSettings):
    """Settings of `layers`."""


def judge(case: Case, settings: LayersSettings, key: str) -> Judgement:
    """Compare layer by layer: by name where the exercise fixes names, else in order of first use."""
    if (reason := skipped_because(case, runs=False)) is not None:
        return skipped(reason)
    assert case.expected.network is not None
    expected = {name: layer for name, layer in case.expected.network.layers.items() if layer.parameter_shapes()}
    found = found_layers(case)
    paired = _by_name(expected, found) if case.expected.names_fixed else _by_order(expected, found)
    findings: list[Finding] = []
    right = 0
    for name, layer in expected.items():
        problems = list(_compare(name, layer, paired.get(name), found))
        right += not problems
        findings += problems
    extra = [layer for layer in found.values() if layer not in paired.values()]
    findings += [_extra(layer) for layer in extra] + list(_out_of_sight(case))
    if channel := _first_mismatch(paired, case):
        findings.append(channel)
    claimed = any(layer is not None and layer.claimed for layer in paired.values())
    return Judgement(right / max(len(expected) + len(extra), 1), findings, claimed=claimed)


def _by_name(expected: Mapping[str, Layer], found: Mapping[str, FoundLayer]) -> dict[str, FoundLayer | None]:
    return {name: found.get(name) for name in expected}


def _by_order(expected: Mapping[str, Layer], found: Mapping[str, FoundLayer]) -> dict[str, FoundLayer | None]:
    rest = list(found.values())
    return {name: rest[index] if index < len(rest) else None for index, name in enumerate(expected)}


def _compare(
    name: str, expected: Layer, found: FoundLayer | None, others: Mapping[str, FoundLayer]
) -> Iterator[Finding]:
    if found is None:
        yield _missing(name, expected, others)
    elif found.layer is None or found.kind != expected.kind:
        yield Finding(
            message("judging.wrong_kind", name=found.path or name, found=found.kind, expected=str(expected)),
            location=found.location,
        )
    else:
        if wrong := differences(found.layer, expected):
            yield _differs(found, expected, wrong)
        if not found.used:
            yield Finding(message("judging.unused", name=found.path), message("judging.unused_hint"), found.location)


def _differs(found: FoundLayer, expected: Layer, wrong: list[tuple[str, str, str]]) -> Finding:
    assert found.layer is not None
    parts = [message("judging.argument", name=name, found=have, expected=want) for name, have, want in wrong]
    return Finding(
        message("judging.differs", name=found.path, arguments=parts, found=str(found.layer), expected=str(expected)),
        _differs_hint(expected, wrong),
        found.location,
    )


def _differs_hint(expected: Layer, wrong: list[tuple[str, str, str]]) -> Message | None:
    values = {name: (have, want) for name, have, want in wrong}
    if "batch_first" in values and expected.kind in RECURRENT:
        return message("judging.batch_first_hint")
    pairs = (("in_channels", "out_channels"), ("in_features", "out_features"))
    for first, second in pairs:
        if first in values and second in values and values[first][0] == values[second][1]:
            return message("judging.swapped_hint", first=first, second=second)
    return None


def _missing(name: str, expected: Layer, others: Mapping[str, FoundLayer]) -> Finding:
    same = [layer for layer in others.values() if layer.layer == expected]
    if same:
        return Finding(
            message("judging.misnamed", name=name, found=same[0].path, expected=str(expected)),
            location=same[0].location,
        )
    return Finding(message("judging.no_layer", name=name, expected=str(expected)))


def _extra(layer: FoundLayer) -> Finding:
    text = str(layer.layer) if layer.layer else layer.kind
    name = layer.path or "self"  # parameters of the network's own
    return Finding(message("judging.extra_layer", name=name, found=text), location=layer.location)


def _out_of_sight(case: Case) -> Iterator[Finding]:
    """Layers that PyTorch does not see, or that are made anew in every forward."""
    for item in case.structure["hidden"]:
        name = f"{item['path']}.{item['attribute']}" if item["path"] else str(item["attribute"])
        yield Finding(
            message("judging.plain_container", name=name, container=item["container"], count=len(item["classes"])),
            message("judging.plain_container_hint"),
            place(item["location"]),
        )
    for item in (case.evidence.capture or {}).get("made_in_forward", []):
        yield Finding(
            message("judging.made_in_forward", kind=str(item["class"])),
            message("judging.made_in_forward_hint"),
            place(item["location"]),
        )


def _first_mismatch(paired: Mapping[str, FoundLayer | None], case: Case) -> Finding | None:
    """The first layer that takes another number of channels than the one before it gives."""
    before: tuple[str, int] | None = None
    for found in paired.values():
        if found is None or found.layer is None:
            return None
        given = _channels(found.layer)
        if given is None:
            before = None
            continue
        takes, gives = given
        if before is not None and before[1] != takes:
            return _mismatch(found.path, takes, *before, found.location)
        before = (found.path, gives)
    return None


def _channels(layer: Layer) -> tuple[int, int] | None:
    if layer.kind.startswith("Conv"):
        return layer.arguments["in_channels"], layer.arguments["out_channels"]
    return None


def _mismatch(name: str, takes: int, before: str, gives: int, location: Location | None) -> Finding:
    return Finding(
        message("judging.channel_mismatch", name=name, takes=takes, before=before, gives=gives),
        message("judging.channel_mismatch_hint"),
        location,
    )


KIND = CheckKind("layers", LayersSettings, ("load", "capture"), ("source",), judge)

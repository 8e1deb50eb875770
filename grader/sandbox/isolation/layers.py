"""The layers of isolation that a machine offers, and the order in which a monitor and its child put them on.

The monitor makes namespaces and the control group, and puts the child into the group while that one is busy with the rest.
The child, forked into the namespaces, takes its view of the file system, then Landlock, its own user id, no capabilities,
and last the filter of system calls: each step needs a right that a later one takes away. A step that fails ends the child
before it has met a submission.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from grader.sandbox.isolation import cgroup, landlock, namespaces, prctl, privileges, seccomp, view

Layer = Literal["namespaces", "landlock", "seccomp", "uid", "cgroup"]
LAYERS: tuple[Layer, ...] = ("namespaces", "landlock", "seccomp", "uid", "cgroup")
FIRST_OWN_ID = 0x5000_0000  # ids of children are this and their monitor's pid: no two at a time are equal


@dataclass(frozen=True)
class Layers:
    """Which layers work here. `refused` says for each of the others how the machine refused it."""

    namespaces: Literal["", "root", "user"] = ""
    landlock: bool = False
    seccomp: bool = False
    uid: bool = False
    cgroup: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether a child has processes, a network and files of its own, so that forking harms nobody."""
        return bool(self.namespaces)

    def without(self, *names: Layer) -> Layers:
        """The same with some layers left out by wish."""
        changes: dict[str, Any] = {name: "" if name == "namespaces" else False for name in names}
        refused: dict[str, str] = {**self.refused, **dict.fromkeys(map(str, names), "not asked for")}
        return replace(self, refused=refused, **changes)

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


def group_of_monitor(layers: Layers) -> cgroup.Group | None:
    """The control group for this monitor's job; not yet made."""
    return cgroup.group_for(f"grader-{os.getpid()}-{time.monotonic_ns()}") if layers.cgroup else None


def prepare(layers: Layers, group: cgroup.Group | None, memory_bytes: int, tasks: int) -> None:
    """The monitor's part, before it forks the child. Raises OSError."""
    if group is not None:
        group.create(memory_bytes, tasks)
    if layers.namespaces:
        namespaces.enter(root=layers.namespaces == "root")


def confine(layers: Layers, shown: view.View, scratch: str, monitor: int, *, sockets: bool) -> None:
    """The child's part; afterwards there is no way back. `scratch` is an empty folder of its own. Raises OSError."""
    if sys.platform != "linux":
        return
    uid, gid = (FIRST_OWN_ID + monitor,) * 2 if layers.uid else (os.getuid(), os.getgid())
    if layers.namespaces:
        view.enter(shown, scratch, uid, gid)
    if layers.landlock:
        writable = view.WRITABLE if layers.namespaces else (scratch,)
        landlock.confine(shown.readable, (*writable, *view.DEVICES))
    if layers.namespaces or layers.landlock:
        privileges.drop(uid, gid, own=layers.uid)
    prctl.die_with_parent(monitor)
    prctl.hide_memory()
    if layers.seccomp:
        seccomp.confine(os.getpid(), alone=layers.alone, sockets=sockets)

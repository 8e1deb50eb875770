"""Opening a sandbox: which one this machine can offer, and whether that is enough."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.errors import SandboxUnavailable
from grader.sandbox.isolation import Isolation, IsolationChoice, available_isolation
from grader.sandbox.seam import Role, Sandbox
from grader.sandbox.warmup import Mode


def open_sandbox(
    isolation: IsolationChoice = "auto",
    *,
    warm: bool = False,
    modules: Mapping[Role, str] | None = None,
    import_roots: tuple[Path, ...] = (),
) -> Sandbox:
    """A sandbox, at once: it goes on starting in the background.

    Args:
        isolation: "auto" takes the best there is, "strict" refuses to be too weak for other people's code, "none" asks
            for processes and limits alone and is called so in every report.
        warm: prepare training and export in the idle zygote. Worth it when many submissions follow.
        modules: what a role's child runs, a module with ``serve(channel)``; the grader's own when None.
        import_roots: folders that children may import from, besides the installed packages.

    Raises:
        SandboxUnavailable: "strict" was asked for and cannot be had here, or this system cannot fork.
    """
    found = Isolation("none") if isolation == "none" else available_isolation()
    if isolation == "strict" and not found.strict:
        raise SandboxUnavailable("sandbox.not_strict", level=found.level, missing=list(found.missing))
    if not hasattr(os, "fork"):
        raise SandboxUnavailable("sandbox.no_fork", system=sys.platform)
    from grader.sandbox.process_sandbox import MODULES, ProcessSandbox

    mode: Mode = "warm" if warm else "torch"
    if sys.platform != "linux":
        mode = "fresh"  # Apple's libraries do not survive a fork
    return ProcessSandbox(found, mode, modules=modules or MODULES, import_roots=import_roots)

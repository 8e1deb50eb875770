"""Opening a sandbox: which one this machine can offer, and whether that is enough."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.errors import SandboxUnavailable
from grader.sandbox.isolation import IsolationChoice
from grader.sandbox.process_sandbox import MODULES, ProcessSandbox
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
            for processes and limits alone and is called so in every report. A level's letter asks for that one.
        warm: prepare training and export in the idle zygote. Worth it when many submissions follow.
        modules: what a role's child runs, a module with ``serve(channel)``; the grader's own when None.
        import_roots: folders that children may import from, besides the installed packages.

    Raises:
        SandboxUnavailable: "strict" was asked for and cannot be had here, or this system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise SandboxUnavailable("sandbox.no_fork", system=sys.platform)
    mode: Mode = "warm" if warm else "torch"
    if sys.platform != "linux":
        mode = "fresh"  # Apple's libraries do not survive a fork
    sandbox = ProcessSandbox(isolation, mode, modules=modules or MODULES, import_roots=import_roots)
    if isolation not in ("auto", "none"):
        _require(sandbox, isolation)
    return sandbox


def _require(sandbox: ProcessSandbox, wanted: IsolationChoice) -> None:
    """Close `sandbox` and raise SandboxUnavailable unless it is strict, or of the level that was named."""
    found = sandbox.isolation
    if found.strict if wanted == "strict" else found.level == wanted:
        return
    sandbox.close()
    if wanted == "strict":
        raise SandboxUnavailable("sandbox.not_strict", level=found.level, missing=list(found.missing))
    raise SandboxUnavailable("sandbox.not_level", level=found.level, wanted=wanted, missing=list(found.missing))

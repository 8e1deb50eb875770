"""What torch and torchvision say of themselves, asked in a process of their own: a broken one cannot take us along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

PROBE = """
import importlib, importlib.metadata, json
facts = {}
for name in ("torch", "torchvision"):
    try:
        facts[name] = [importlib.metadata.version(name), None]
    except Exception:
        facts[name] = [None, "not installed"]
        continue
    print(json.dumps(facts), flush=True)
    try:
        importlib.import_module(name)
    except BaseException as error:
        facts[name][1] = (type(error).__name__ + ": " + str(error)).strip()
    print(json.dumps(facts), flush=True)
try:
    import torch
    facts["threads"] = torch.get_num_threads()
    facts["cuda"] = torch.cuda.get_device_name() if torch.cuda.is_available() else None
except BaseException:
    pass
print(json.dumps(facts), flush=True)
"""
FIRST_TORCHVISION = 15  # torch 2.0 came with torchvision 0.15, and each minor release since with the next


@dataclass(frozen=True)
class Library:
    """One package: its version, None when it is absent; and why it cannot be imported, None when it can."""

    version: str | None
    problem: str | None


@dataclass(frozen=True)
class Libraries:
    """What the probe found."""

    torch: Library
    torchvision: Library
    threads: int | None
    cuda: str | None


def probe(wall_seconds: float = 300.0) -> Libraries:
    """Import both in a fresh interpreter and tell what happened."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _libraries({}, f"no answer in {wall_seconds:.0f} s")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return _libraries(json.loads(lines[-1]) if lines else {}, f"the interpreter ended with status {done.returncode}")


def matching_torchvision(torch_version: str) -> str | None:
    """What pip should install beside this torch, e.g. ``torchvision==0.28.*``; None for a torch that is not 2.x."""
    major, _, rest = torch_version.partition(".")
    minor = rest.partition(".")[0]
    if major != "2" or not minor.isdigit():
        return None
    return f"torchvision==0.{FIRST_TORCHVISION + int(minor)}.*"


def package_index(torch_version: str) -> str:
    """The pip option for the place that this build of torch came from; empty for the ordinary index."""
    build = torch_version.partition("+")[2]
    return f" --index-url https://download.pytorch.org/whl/{build}" if build else ""


def _libraries(facts: dict[str, object], ending: str) -> Libraries:
    threads, cuda = facts.get("threads"), facts.get("cuda")
    return Libraries(
        _library(facts.get("torch"), ending, complete="torchvision" in facts),
        _library(facts.get("torchvision"), ending, complete="threads" in facts or "torchvision" not in facts),
        threads if isinstance(threads, int) else None,
        cuda if isinstance(cuda, str) else None,
    )


def _library(fact: object, ending: str, *, complete: bool) -> Library:
    """A package whose import was the last thing seen has ended the interpreter."""
    if not isinstance(fact, list):
        return Library(None, ending)
    version, problem = fact
    return Library(version, problem or (None if complete else ending))

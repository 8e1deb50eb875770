"""`grader doctor`: what this machine can and cannot do."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import click

from grader.cli.libraries import Libraries, Library, matching_torchvision, package_index, probe
from grader.cli.options import language_option, plain_option
from grader.errors import GraderError
from grader.messages import Language, Message, message
from grader.reports.neutral import render

State = Literal["good", "note", "bad"]
SYMBOLS = {"good": ("✓", "green"), "note": ("!", "yellow"), "bad": ("✗", "red")}


@dataclass(frozen=True)
class Finding:
    """One line: is it as it should be, what was looked at, what was found, and what to do."""

    state: State
    subject: Message
    found: Message
    advice: tuple[Message, ...] = ()


@click.command("doctor")
@language_option
@plain_option
def command(language: Language, plain: bool) -> None:
    """Say what this machine can and cannot do. Exit code 1 if grading cannot work as it is."""
    findings = []
    for finding in examine():
        findings.append(finding)
        _show(finding, language, plain=plain or not sys.stdout.isatty())
    sick = any(finding.state == "bad" for finding in findings)
    click.echo(render(message("doctor.sick" if sick else "doctor.well"), language))
    sys.exit(1 if sick else 0)


def examine() -> Iterator[Finding]:
    """Everything that grading rests on, one after another."""
    yield Finding("good", message("doctor.python"), _text(f"{platform.python_version()} ({sys.executable})"))
    libraries = probe()
    yield _torch(libraries.torch)
    yield _torchvision(libraries)
    yield _device(libraries)
    yield from _sandbox()
    yield from _data()
    yield _cache()


def _torch(torch: Library) -> Finding:
    subject = message("doctor.torch")
    if torch.problem is None:
        return Finding("good", subject, _text(torch.version or ""))
    return Finding("bad", subject, _broken(torch), (message("doctor.install_torch"),))


def _torchvision(libraries: Libraries) -> Finding:
    subject, found = message("doctor.torchvision"), libraries.torchvision
    if found.problem is None:
        return Finding("good", subject, _text(found.version or ""))
    torch_version = libraries.torch.version or ""
    wanted = matching_torchvision(torch_version)
    if wanted is None:
        return Finding("bad", subject, _broken(found), (message("doctor.install_torch"),))
    advice = message(
        "doctor.install_torchvision", wanted=wanted, torch_version=torch_version, index=package_index(torch_version)
    )
    return Finding("bad", subject, _broken(found), (advice,))


def _broken(library: Library) -> Message:
    if library.version is None:
        return message("doctor.absent", reason=library.problem)
    return message("doctor.broken", version=library.version, reason=library.problem)


def _device(libraries: Libraries) -> Finding:
    cores, threads = os.cpu_count() or 1, libraries.threads or 1
    if libraries.cuda is None:
        return Finding("good", message("doctor.device"), message("doctor.cpu", cores=cores, threads=threads))
    return Finding(
        "good", message("doctor.device"), message("doctor.cuda", name=libraries.cuda, cores=cores, threads=threads)
    )


def _sandbox() -> Iterator[Finding]:
    """Really starts a child: everything about separate processes is true only where it was tried."""
    from grader.evidence.frames import Frame
    from grader.sandbox import open_sandbox

    started = time.monotonic()
    try:
        with open_sandbox(modules={"evaluator": "grader.sandbox.echo"}) as sandbox, sandbox.start("evaluator") as child:
            child.ask(Frame({}))
            isolation = sandbox.isolation
    except GraderError as error:
        yield Finding("bad", message("doctor.processes"), error.message)
        return
    seconds = f"{time.monotonic() - started:.1f}"
    yield Finding("good", message("doctor.processes"), message("doctor.processes_start", seconds=seconds))
    layers = (
        *(message("doctor.present", layer=layer) for layer in isolation.layers),
        *(message("doctor.missing", layer=layer) for layer in isolation.missing),
    )
    if isolation.strict:
        yield Finding("good", message("doctor.isolation"), isolation.name, layers)
    else:
        yield Finding("note", message("doctor.isolation"), isolation.name, (*layers, message("doctor.only_your_own")))


def _data() -> Iterator[Finding]:
    from grader.datasets import data_status

    for status in data_status():
        subject = message("doctor.data", name=status.name)
        if status.folder is not None and status.verified is False:
            advice = message("doctor.verify_data")
            yield Finding("bad", subject, message("doctor.data_damaged", folder=str(status.folder)), (advice,))
        elif status.folder is not None:
            yield Finding("good", subject, message(f"doctor.data_{status.variant}", folder=str(status.folder)))
        else:
            advice = message("doctor.fetch_data" if status.fetchable else "doctor.place_data", name=status.name)
            yield Finding("note", subject, message("doctor.data_standin"), (advice,))


def _cache() -> Finding:
    from grader.datasets.places import cache_folder

    folder = cache_folder()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if os.access(existing, os.W_OK):
        return Finding("good", message("doctor.cache"), _text(str(folder)))
    advice = message("doctor.move_cache")
    return Finding("note", message("doctor.cache"), message("doctor.cache_locked", folder=str(folder)), (advice,))


def _show(finding: Finding, language: Language, *, plain: bool) -> None:
    if plain:
        mark = render(message(f"doctor.{finding.state}"), language)
    else:
        symbol, colour = SYMBOLS[finding.state]
        mark = click.style(symbol, fg=colour)
    click.echo(f"{mark}  {render(finding.subject, language)}: {render(finding.found, language)}")
    for advice in finding.advice:
        click.echo(f"     {render(advice, language)}")


def _text(text: str) -> Message:
    return message("doctor.text", text=text)

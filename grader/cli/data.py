"""`grader data`: which data sets are on this machine; fetch them; verify them."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import click

from grader.messages import Language, Message

if TYPE_CHECKING:
    from grader.datasets import DatasetStatus
    from grader.datasets.places import Progress

HEADINGS = ("name", "used", "place", "checksum", "size")
USED = {"full": "used_real", "subset": "used_subset", "standin": "used_standin"}
CHECKSUM = {True: "checksum_good", False: "checksum_bad", None: "checksum_unknown"}


F = TypeVar("F", bound=Callable[..., object])


def screen_options(function: F) -> F:
    """`function` with the options that say how to talk; they may stand before or after the name of a subcommand."""
    plain = click.option("--plain", is_flag=True, help="No colour, no box drawing, no progress bar.")
    language = click.Choice(["ko", "en"])
    return click.option("--lang", type=language, help="Language; by default that of the locale.")(plain(function))


@click.group("data", invoke_without_command=True)
@screen_options
@click.pass_context
def command(context: click.Context, lang: str | None, plain: bool) -> None:
    """Show which data sets are on this machine, fetch them, verify them."""
    context.obj = _Screen(_language(lang), plain or not sys.stdout.isatty())
    if context.invoked_subcommand is None:
        from grader.datasets import data_status

        context.obj.show(data_status())


@command.command("fetch")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@screen_options
@click.pass_obj
def fetch(outer: _Screen, names: tuple[str, ...], lang: str | None, plain: bool) -> None:
    """Download the real data of these data sets; of all that can be downloaded if none is named."""
    from grader.datasets import data_status, dataset_names, fetch_dataset
    from grader.errors import DataUnavailable

    screen = outer.changed(lang, plain)
    for name in names:
        if name not in dataset_names():
            raise click.BadParameter(f"{name} ({', '.join(dataset_names())})", param_hint="NAME")
    failed = False
    for name in names or [status.name for status in data_status() if status.fetchable]:
        try:
            with screen.progress() as progress:
                folder = fetch_dataset(name, progress=progress)
            click.echo(screen.text("fetched", name=name, folder=folder))
        except DataUnavailable as error:
            failed = True
            click.echo(error.text(screen.language), err=True)
    sys.exit(1 if failed else 0)


@command.command("verify")
@screen_options
@click.pass_obj
def verify(outer: _Screen, lang: str | None, plain: bool) -> None:
    """Read every file again and compare it with its published checksum; exit code 1 if one is damaged."""
    from grader.datasets import data_status

    rows = data_status(verify_now=True)
    outer.changed(lang, plain).show(rows)
    sys.exit(1 if any(row.verified is False for row in rows) else 0)


class _Screen:
    """How this run talks: its language, and whether to a terminal or into a pipe."""

    def __init__(self, language: Language, plain: bool) -> None:
        self.language = language
        self.plain = plain

    def changed(self, lang: str | None, plain: bool) -> _Screen:
        return _Screen(_language(lang) if lang else self.language, plain or self.plain)

    def text(self, entry: str, **args: object) -> str:
        return Message(f"datasets.{entry}", args).render(self.language)

    def show(self, rows: Sequence[DatasetStatus]) -> None:
        headings = [self.text(f"status_{heading}") for heading in HEADINGS]
        cells = [self.cells(row) for row in rows]
        if self.plain:
            _print_aligned([headings, *cells])
        else:
            _print_table(headings, cells)
        self.warn_of_absent_folder()

    def cells(self, row: DatasetStatus) -> list[str]:
        if row.folder is None:
            used = "used_standin_fetchable" if row.fetchable else "used_standin"
            return [row.name, self.text(used), "-", "-", "-"]
        place = f"{row.folder} ({row.origin})"
        size = f"{row.bytes / 2**20:.1f} MB" if row.bytes >= 2**20 else f"{row.bytes / 2**10:.1f} KB"
        return [row.name, self.text(USED[row.variant]), place, self.text(CHECKSUM[row.verified]), size]

    def warn_of_absent_folder(self) -> None:
        from grader.datasets.places import given_folder

        folder = given_folder()
        if folder and not folder.is_dir():
            click.echo(self.text("folder_absent", folder=folder), err=True)

    @contextmanager
    def progress(self) -> Iterator[Progress | None]:
        """Something that draws a bar for each file on a terminal, and nothing in a pipe."""
        if self.plain:
            yield None
            return
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
        from rich.progress import Progress as Bars

        with Bars(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()) as bars:
            bar_of = functools.cache(lambda label: bars.add_task(label, total=None))
            yield lambda label, done, total: bars.update(bar_of(label), completed=done, total=total)


def _print_table(headings: list[str], cells: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings)
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)


def _print_aligned(rows: list[list[str]]) -> None:
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _language(chosen: str | None) -> Language:
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return cast(Language, chosen or ("ko" if locale.startswith("ko") else "en"))

"""A notebook runs as a whole in a real kernel, within its limits; what it defines is there afterwards, and nothing else."""

from __future__ import annotations

import os
import time

import pytest
from notebook_child import NAME, run

from grader.sandbox import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")


def test_magics_run_and_shell_lines_are_answered(sandbox: Sandbox) -> None:
    """IPython's own magics do their work; what would start a program says so, in the cell and in the report."""
    answer = run(
        sandbox,
        "%%time\nx = 1",
        "",
        "%%writefile made.txt\n내용",
        "lines = !cat made.txt\nprint(lines, get_ipython().getoutput('ls', split=False) == '')",
        "!pip install torch==2.0\n%pip install -q tqdm",
        "%%bash\nls",
        "%sx ls\n%ls",
        "import os\nprint(os.listdir())",
    )

    assert answer.error is None and answer.announced == [1, 3, 4, 5, 6, 7, 8]
    assert answer.ran == [f"[cell {number}]" for number in answer.announced]
    assert answer.text(4).endswith("[] True\n") and answer.text(8) == "['made.txt']\n"
    assert "was skipped: nothing is installed" in answer.text(5) and "건너뛰었습니다" in answer.text(5)
    said = [
        (note.message.id.removeprefix("source."), note.message.args["command"], note.location.cell)
        for note in answer.notes
    ]  # type: ignore[union-attr]
    assert said == [
        ("command_skipped", "cat made.txt", 4),
        ("command_skipped", "ls", 4),
        ("install_skipped", "pip install torch==2.0", 5),
        ("install_skipped", "%pip install -q tqdm", 5),
        ("command_skipped", "%%bash", 6),
        ("command_skipped", "ls", 7),
        ("command_skipped", "ls -F --color", 7),
    ]


def test_an_error_stops_the_run_and_names_cell_and_line(sandbox: Sandbox) -> None:
    """The deepest line that is the student's, in whichever cell; what was defined before counts."""
    answer = run(sandbox, "def f(a):\n    return 1 / a", "x = 3\nf(0)", "x = 4")

    assert answer.ran == ["[cell 1]"] and answer.error is not None
    assert str(answer.error.location) == f"{NAME}[cell 1]:2"
    assert answer.error.message.args["frames"] == [f"{NAME}[cell 2]:2: f(0)", f"{NAME}[cell 1]:2: return 1 / a"]
    assert answer.body["defined"] and answer.body["kind"] == "int"


def test_input_is_refused_not_waited_for(sandbox: Sandbox) -> None:
    """Neither `input()` nor a read of stdin waits for anybody."""
    answer = run(sandbox, "import sys\nprint(repr(sys.stdin.read()))", "x = input()")
    assert answer.text(1) == "''\n"
    assert (
        answer.error is not None
        and answer.error.hint is not None
        and answer.error.hint.id == "source.raised_hint_input"
    )


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("def g():\n    while True:\n        pass\ng()", (2, 3)),
        ("import time\ntime.sleep(1000)", (2,)),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", (3, 4)),
    ],
    ids=["loop", "waits", "catches everything"],
)
def test_a_cell_ends_at_its_limit_and_the_line_is_named(sandbox: Sandbox, cell: str, line: tuple[int, ...]) -> None:
    """Whatever the cell does about it. Nothing of the notebook is judged then."""
    started = time.monotonic()
    answer = run(sandbox, "x = 1", cell, "x = 2", cell_seconds=1)

    assert answer.error is not None and answer.error.message.id == "source.cell_timeout"
    assert answer.error.message.args == {"cell": 2, "seconds": 1}
    assert answer.error.location is not None and answer.error.location.cell == 2 and answer.error.location.line in line
    assert answer.ran == ["[cell 1]"] and not answer.body["defined"]
    assert time.monotonic() - started < 20


def test_an_awaiting_cell_ends_at_its_limit(sandbox: Sandbox) -> None:
    """A cell may await; the kernel's event loop is where it waits then."""
    answer = run(
        sandbox, "import asyncio\nawait asyncio.sleep(0.01)\nx = 1", "await asyncio.sleep(1000)", cell_seconds=1
    )
    assert answer.ran == ["[cell 1]"]
    assert answer.error is not None and answer.error.message.id == "source.cell_timeout"


def test_the_whole_has_a_deadline_of_its_own(sandbox: Sandbox) -> None:
    """The cell in which it was reached is named."""
    error = run(sandbox, "x = 1", "while True: pass", cell_seconds=30, total_seconds=1).error

    assert error is not None and error.message.id == "source.notebook_timeout" and error.message.args["cell"] == 2


@pytest.mark.parametrize("leaving", ["exit()", "quit", "import sys\nsys.exit(0)", "raise SystemExit"])
def test_leaving_is_a_failure_of_the_cell(sandbox: Sandbox, leaving: str) -> None:
    """It ends the run, not the kernel that still has to be asked."""
    answer = run(sandbox, "x = 1", leaving, "x = 2")
    assert (
        answer.error is not None and answer.error.hint is not None and answer.error.hint.id == "source.raised_hint_exit"
    )
    assert answer.error.location is not None and answer.error.location.cell == 2
    assert answer.ran == ["[cell 1]"] and answer.body["defined"]


def test_a_cell_that_stops_the_event_loop_stops_nothing(sandbox: Sandbox) -> None:
    """The kernel goes on."""
    answer = run(sandbox, "import asyncio\nasyncio.get_running_loop().stop()", "x = 2\nprint(x)")
    assert answer.error is None and answer.text(2) == "2\n"


def test_what_cannot_be_read_starts_no_kernel(sandbox: Sandbox) -> None:
    """A problem of the text is found before anything runs."""
    answer = run(sandbox, "x = (")
    assert answer.body["problem"] and answer.announced == []


def test_endless_printing_is_cut_and_said(sandbox: Sandbox) -> None:
    """In Python, in C, in one piece or in many: the run goes on, what is kept is bounded, the report has a note."""
    answer = run(
        sandbox,
        "for number in range(3_000): print('x' * 1_000)",
        "import os\nfor _ in range(10_000): os.write(1, b'c' * 100)",
        "print('y' * 30_000_000)",
        "'z' * 3_000_000",
        "x = 1\nprint('last')",
    )
    assert answer.error is None and answer.text(5) == "last\n"
    assert all(len(answer.text(cell)) <= 20_000 for cell in range(1, 5))
    assert "생략했습니다" in answer.text(4)
    assert [note.message.args["cell"] for note in answer.notes if note.message.id == "source.output_clipped"] == [
        1,
        2,
        3,
        4,
    ]


def test_odd_characters_and_lost_streams_do_no_harm(sandbox: Sandbox) -> None:
    """Half characters, NUL, a closed stdout, another stdout: the run goes on and the answer is taken."""
    answer = run(
        sandbox,
        "print('a\\ud800b\\0c')\n'\\udfff'",
        "import io, sys\nsys.stdout.close()\nprint('gone')",
        "sys.stdout = io.StringIO()\nprint('elsewhere')",
        "x = 1",
    )
    assert answer.error is None and answer.body["defined"]
    assert answer.text(1) == "a?b\0c\n'\\udfff'" and answer.text(2) == answer.text(3) == ""


def test_an_exception_of_any_length_is_a_finding(sandbox: Sandbox) -> None:
    """Its text is cut, its line is not lost."""
    error = run(sandbox, "raise ValueError('y' * 20_000_000)").error
    assert error is not None and str(error.location) == f"{NAME}[cell 1]:1" and len(error.message.args["text"]) <= 1_000


def test_rich_outputs_are_kept_as_data(sandbox: Sandbox) -> None:
    """The richest form of each, in order; streams in one piece."""
    answer = run(
        sandbox,
        "from IPython.display import HTML, SVG, Image, display",
        "print('a', flush=True)\nprint('b')\nHTML('<b>굵게</b>')",
        "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))\ndisplay(Image(data=b'\\x89PNG', format='png'))\nx = 1\nx",
        "display({'text/plain': 'only text', 'application/json': {}}, raw=True)\nNone",
    )
    shown = [(output["cell"], output["type"], output["data"]) for output in answer.body["outputs"]]
    assert shown == [
        (2, "text", "a\nb\n"),
        (2, "html", "<b>굵게</b>"),
        (3, "svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
        (3, "png", "iVBORw=="),
        (3, "text", "1"),
        (4, "text", "only text"),
    ]


@pytest.mark.slow
def test_programs_processes_and_sockets_fail_with_a_hint(narrow_sandbox: Sandbox) -> None:
    """Where the system refuses them, the student reads why."""
    for cell in (
        "import subprocess\nsubprocess.run(['ls'])",
        "import os\nos.fork()",
        "import socket\nsocket.socket(socket.AF_UNIX)",
    ):
        error = run(narrow_sandbox, cell).error
        assert error is not None and error.message.args["type"] == "PermissionError"
        assert error.hint is not None and error.hint.id == "source.raised_hint_forbidden"


def test_a_program_that_may_not_be_executed_is_no_matter_of_files(sandbox: Sandbox) -> None:
    """A forked process tries, and the message names the program as if it were a file."""
    if not sandbox.isolation.strict:
        pytest.skip("programs can be started here")
    error = run(sandbox, "import subprocess\nsubprocess.run(['ls'])").error
    assert error is not None and error.hint is not None and error.hint.id == "source.raised_hint_forbidden"


def test_no_socket_is_opened_after_the_first_cell_began(sandbox: Sandbox) -> None:
    """What the kernel needs it has opened by then: the sandbox may take sockets away."""
    look = """import os, stat
def sockets():
    found = set()
    for number in range(256):
        try:
            seen = os.fstat(number)
        except OSError:
            continue
        if stat.S_ISSOCK(seen.st_mode):
            found.add((number, seen.st_ino))
    return found
x = sockets()
print(len(x) > 4)"""
    answer = run(
        sandbox, look, "import asyncio\nawait asyncio.sleep(0.01)\n1", "print('a')\n!ls", "print(sockets() == x)"
    )
    assert answer.text(1) == answer.text(4) == "True\n"


def test_a_forked_process_prints_into_its_cell(sandbox: Sandbox) -> None:
    """As with every kernel, though it has no part in this one's sockets."""
    cell = "import os\nif os.fork() == 0:\n    print('자식', flush=True)\n    os._exit(0)\nos.wait()\nprint('부모')"
    answer = run(sandbox, cell)
    if answer.error is not None:
        pytest.skip("no process may be started here")
    assert sorted(answer.text(1).split()) == ["부모", "자식"]


@pytest.mark.slow
def test_loaders_with_workers_load_the_same_with_and_without(sandbox: Sandbox, narrow_sandbox: Sandbox) -> None:
    """Where no process may be started, the workers are left out and the report says so."""
    loader = "DataLoader(torch.arange(6), 2, num_workers=2, prefetch_factor=3, persistent_workers=True, timeout=5)"
    cells = (
        "import torch\nfrom torch.utils.data import DataLoader",
        f"x = [batch.tolist() for batch in {loader}]\nprint(x)",
    )
    free, narrow = run(sandbox, *cells), run(narrow_sandbox, *cells)
    assert free.text(2) == narrow.text(2) == "[[0, 1], [2, 3], [4, 5]]\n" and free.notes == []
    assert [(note.message.id, str(note.location)) for note in narrow.notes] == [
        ("source.without_workers", f"{NAME}[cell 2]:1")
    ]

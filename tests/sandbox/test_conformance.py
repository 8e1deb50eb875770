"""What every sandbox promises, however it makes its children."""

from __future__ import annotations

import dataclasses
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from living import SMALL, gone, outside, running

from grader.errors import ChildFailed, ChildTimeout, LimitExceeded, ProtocolError
from grader.evidence.frames import Frame
from grader.sandbox import Child, Sandbox
from grader.sandbox.process_sandbox import ProcessSandbox

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def do(action: str, **body: object) -> Frame:
    return Frame({"do": action, **body})


def needs_forks(sandbox: Sandbox) -> None:
    if sandbox.isolation.level == "C":
        pytest.skip("no child of level C can fork")


def needs_weakness(sandbox: Sandbox) -> None:
    if sandbox.isolation.strict:
        pytest.skip("no child of this level can reach its monitor")


def still_serves(sandbox: Sandbox) -> bool:
    with sandbox.start("student", SMALL) as child:
        return child.ask(do("echo", n=1)).body["n"] == 1


def test_answers_come_back_as_sent(any_sandbox: Sandbox) -> None:
    frame = Frame({"do": "echo", "text": "가나다", "nan": float("nan")}, {"x": np.arange(12.0).reshape(3, 4)})
    with any_sandbox.start("student", SMALL) as child:
        answer = child.ask(frame)
    assert answer.body["text"] == "가나다" and answer.body["nan"] != answer.body["nan"]
    np.testing.assert_array_equal(answer.tensors["x"], frame.tensors["x"])


def test_large_tensors_travel_both_ways(any_sandbox: Sandbox) -> None:
    images = np.random.default_rng(0).random((60_000, 100), dtype=np.float32)  # 24 MB
    with any_sandbox.start("evaluator", SMALL) as child:
        np.testing.assert_array_equal(child.ask(Frame({"do": "echo"}, {"x": images})).tensors["x"], images)


def test_files_travel_with_a_request(any_sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("held by descriptor")
    with open(tmp_path / "data") as file, any_sandbox.start("evaluator", SMALL) as child:
        assert child.ask(do("read_file"), files=(file.fileno(),)).body["text"] == "held by descriptor"


def test_a_late_answer_is_a_timeout(any_sandbox: Sandbox) -> None:
    with any_sandbox.start("student", SMALL) as child:
        child.ask(do("echo"))
        child.send(do("sleep"))
        with pytest.raises(ChildTimeout) as caught:
            child.receive(0.2)
    assert not caught.value.ours


def test_closing_twice_is_closing(any_sandbox: Sandbox) -> None:
    child = any_sandbox.start("student", SMALL)
    child.ask(do("echo"))
    child.close()
    child.close()


def test_children_of_both_roles_live_side_by_side(any_sandbox: Sandbox) -> None:
    with any_sandbox.start("student", SMALL) as student, any_sandbox.start("evaluator", SMALL) as evaluator:
        student.send(do("echo", who="student"))
        evaluator.send(do("echo", who="evaluator"))
        assert evaluator.receive().body["who"] == "evaluator"
        assert student.receive().body["who"] == "student"


@pytest.mark.parametrize("action", ["hold_gil", "drip", "stop", "spin", "flood_for_ever"])
def test_nothing_delays_the_deadline(sandbox: Sandbox, action: str) -> None:
    with sandbox.start("student", SMALL) as child:
        child.ask(do("echo"))
        started = time.monotonic()
        with pytest.raises(ChildTimeout):
            child.ask(do(action), wall_seconds=0.3)
        assert time.monotonic() - started < 3.0
    assert still_serves(sandbox)


def test_a_child_that_does_not_listen_times_out_the_sender(sandbox: Sandbox) -> None:
    with sandbox.start("student", dataclasses.replace(SMALL, wall_seconds=0.3)) as child:
        child.send(do("deaf"))
        with pytest.raises(ChildTimeout):
            child.send(Frame({}, {"x": np.zeros(2**23)}))


@needs_linux
@pytest.mark.parametrize("action", ["hoard", "hoard_tensors", "hoard_together", "hoard_shared"])
def test_too_much_memory_is_named(sandbox: Sandbox, action: str) -> None:
    if action == "hoard_together":
        needs_forks(sandbox)
    with sandbox.start("student", SMALL) as child, pytest.raises(LimitExceeded) as caught:
        child.ask(do(action))
    assert caught.value.limit == "memory" and "256 MiB" in str(caught.value)
    assert still_serves(sandbox)


def test_too_much_processor_time_is_named(sandbox: Sandbox) -> None:
    limits = dataclasses.replace(SMALL, cpu_seconds=1)
    with sandbox.start("student", limits) as child, pytest.raises(LimitExceeded) as caught:
        child.ask(do("spin"))
    assert caught.value.limit == "cpu"


def test_too_large_a_file_is_named(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child, pytest.raises(LimitExceeded) as caught:
        child.ask(do("write_much"))
    assert caught.value.limit == "file"


@needs_linux
def test_a_fork_bomb_ends_at_the_process_limit(sandbox: Sandbox) -> None:
    needs_forks(sandbox)
    with sandbox.start("student", SMALL) as child, pytest.raises(LimitExceeded) as caught:
        child.ask(do("fork_bomb"))
    assert caught.value.limit == "processes"
    assert still_serves(sandbox)


@needs_linux
def test_a_thread_bomb_ends_with_its_child(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child, pytest.raises(ChildFailed) as caught:
        child.ask(do("thread_bomb"))
    assert not caught.value.ours and not isinstance(caught.value, ChildTimeout)
    assert still_serves(sandbox)


@pytest.mark.parametrize(
    ("action", "word"),
    [("leave", "7"), ("leave_politely", "5"), ("leave_talking", "7"), ("crash", "SIGSEGV"), ("hang_up", "connection")],
)
def test_an_ending_is_described(sandbox: Sandbox, action: str, word: str) -> None:
    if action == "leave_talking":
        needs_forks(sandbox)
    with sandbox.start("student", SMALL) as child, pytest.raises(ChildFailed, match=word) as caught:
        child.ask(do(action))
    assert not caught.value.ours and not isinstance(caught.value, ChildTimeout | LimitExceeded)
    assert still_serves(sandbox)


@pytest.mark.parametrize("action", ["lie_about_size", "rubbish"])
def test_what_is_no_frame_is_refused(sandbox: Sandbox, action: str) -> None:
    with sandbox.start("student", SMALL) as child, pytest.raises(ProtocolError):
        child.ask(do(action))


def test_the_last_words_of_a_child_still_count(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        assert child.ask(do("answer_and_leave", n=3)).body["n"] == 3
        with pytest.raises(ChildFailed, match="status 0"):
            child.receive()


def test_output_is_captured(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        child.ask(do("say", text="안녕"))
        assert child.output() == "안녕\nerror\n"


def test_endless_output_is_cut_and_harms_nobody(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        assert child.ask(do("flood")).body["done"]
        assert child.output() == "x" * 1000


def test_a_child_may_close_its_output(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        child.ask(do("close_output"))
        assert child.ask(do("echo", n=2)).body["n"] == 2


def test_a_child_sees_its_own_small_world(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        seen = child.ask(do("where")).body
        assert seen["cwd"] == seen["home"] == seen["temporary"]
        assert seen["core"] == 0 and seen["session"] == seen["pid"]
        assert seen["files"] == [0, 1, 2, 3]
        known = {
            "PATH",
            "LANG",
            "HOME",
            "TMPDIR",
            "CUDA_VISIBLE_DEVICES",
            "LD_LIBRARY_PATH",
            "LC_CTYPE",
            "PWD",
            "OMP_WAIT_POLICY",
            "USER",
            "GRADER_CAN_FORK",
            "GRADER_LIMITS",
        }
        assert {name for name in seen["environment"] if not name.endswith("_NUM_THREADS")} - known <= {
            name for name in seen["environment"] if name.startswith(("KMP_", "TORCH", "_"))
        }
    assert not Path(seen["cwd"]).exists()


def test_two_threads_work_in_a_forked_child(sandbox: Sandbox) -> None:
    with sandbox.start("evaluator", SMALL, threads=2) as child:
        answer = child.ask(do("compute"))
    assert answer.body == {"threads": 2, "product": 300.0}
    assert answer.tensors["grad"].tolist() == [8.0 * 62 * 62] * 4


def test_limits_cannot_be_raised_again(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        assert child.ask(do("raise_limits")).body["raised"] is False or os.getuid() == 0


@needs_linux
def test_a_daemon_ends_with_its_child(sandbox: Sandbox) -> None:
    needs_forks(sandbox)
    assert isinstance(sandbox, ProcessSandbox)
    with sandbox.start("student", SMALL) as child:
        daemon = outside(child.ask(do("daemon")).body["daemon"], sandbox.zygote_pid or 0)
        assert running(daemon)
    if sandbox.isolation.strict and sandbox.isolation.level != "C":
        assert not running(daemon)  # it ended with its namespace
    assert gone(daemon)


@needs_linux
def test_a_daemon_ends_though_its_monitor_was_killed(sandbox: Sandbox) -> None:
    needs_weakness(sandbox)
    with sandbox.start("student", SMALL) as child:
        daemon = child.ask(do("daemon_and_kill_monitor")).body["daemon"]
        with pytest.raises(ChildFailed) as caught:
            child.receive()
    assert caught.value.ours and gone(daemon)
    assert still_serves(sandbox)


@needs_linux
@pytest.mark.slow
def test_a_stopped_monitor_does_not_save_its_child(sandbox: Sandbox) -> None:
    needs_weakness(sandbox)
    with sandbox.start("student", SMALL) as child:
        seen = child.ask(do("stop_monitor")).body
    assert gone(seen["pid"], seen["parent"])


def test_a_monitor_is_out_of_reach(sandbox: Sandbox) -> None:
    if not sandbox.isolation.strict:
        pytest.skip("a child of this level can reach its monitor")
    with sandbox.start("student", SMALL) as child:
        assert child.ask(do("reach_for_monitor")).body["reached"] == []
        assert child.ask(do("echo", n=4)).body["n"] == 4


def test_forking_works_only_where_it_leads_nowhere(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        found = child.ask(do("fork")).body
    assert found == ({"errno": errno.EPERM} if sandbox.isolation.level == "C" else {"status": 3})


def test_a_locked_scratch_folder_is_removed_all_the_same(sandbox: Sandbox) -> None:
    with sandbox.start("student", SMALL) as child:
        scratch = child.ask(do("lock_scratch")).body["scratch"]
    assert not Path(scratch).exists()


def test_usage_is_known_at_the_end(sandbox: Sandbox) -> None:
    child: Child
    with sandbox.start("student", SMALL) as child:
        child.ask(do("compute"))
    assert child.usage.cpu_seconds > 0 and child.usage.peak_memory_bytes > 10 * 2**20


@pytest.mark.parametrize("asked", [lambda child: child.ask(do("echo")), lambda child: child.receive()])
def test_a_closed_child_answers_no_more(sandbox: Sandbox, asked: Callable[[Child], Frame]) -> None:
    child = sandbox.start("student", SMALL)
    child.close()
    with pytest.raises(ChildFailed) as caught:
        asked(child)
    assert caught.value.ours

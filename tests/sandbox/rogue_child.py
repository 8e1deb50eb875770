"""A child that does whatever it is asked, the worst included. Run inside the sandbox under test, never by pytest."""

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from grader.evidence.frames import Channel, Frame


def serve(channel: Channel) -> None:
    while True:
        try:
            frame = channel.receive()
        except EOFError:
            return
        channel.send(globals()[frame.body["do"]](frame, channel))


def echo(frame, channel):
    return frame


def where(frame, channel):
    return Frame(
        {
            "pid": os.getpid(),
            "parent": os.getppid(),
            "cwd": str(Path.cwd()),
            "home": os.environ["HOME"],
            "temporary": tempfile.gettempdir(),
            "environment": sorted(os.environ),
            "files": [number for number in range(64) if is_open(number)],
            "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
            "session": os.getsid(0),
        }
    )


def is_open(number):
    try:
        return fcntl.fcntl(number, fcntl.F_GETFD) >= 0
    except OSError:
        return False


def read_file(frame, channel):
    return Frame({"text": os.read(channel.received_files.pop(), 100).decode()})


def compute(frame, channel):
    """Two threads in a forked process: a matrix product and a convolution's backward pass."""
    import torch

    product = torch.ones(300, 300) @ torch.ones(300, 300)
    layer = torch.nn.Conv2d(1, 4, 3)
    layer(torch.ones(8, 1, 64, 64)).sum().backward()
    return Frame(
        {"threads": torch.get_num_threads(), "product": float(product[0, 0])}, {"grad": layer.bias.grad.numpy()}
    )


def say(frame, channel):
    print(frame.body["text"])
    print("error", file=sys.stderr)
    return Frame({})


def flood(frame, channel):
    for _ in range(200):
        os.write(1, b"x" * 65536)
    return Frame({"done": True})


def flood_for_ever(frame, channel):
    while True:
        os.write(1, b"x" * 65536)


def close_output(frame, channel):
    os.close(1)
    os.close(2)
    return frame


def sleep(frame, channel):
    time.sleep(60)


def hold_gil(frame, channel):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    sum(range(10**12))


def drip(frame, channel):
    """A frame that never ends, a byte at a time."""
    channel.socket.sendall(struct.pack(">QQ", 10**6, 0))
    while True:
        channel.socket.sendall(b" ")
        time.sleep(0.01)


def deaf(frame, channel):
    time.sleep(60)


def spin(frame, channel):
    while True:
        pass


def hoard(frame, channel):
    held = []
    while True:
        held.append(np.ones(2**20))


def hoard_tensors(frame, channel):
    import torch

    held = []
    while True:
        held.append(torch.ones(2**20))


def hoard_together(frame, channel):
    """Each process stays within the limit, all together do not."""
    for _ in range(6):
        if os.fork() == 0:
            held = np.ones(10 * 2**20)
            time.sleep(60)
            del held
    time.sleep(60)


def hoard_shared(frame, channel):
    import mmap

    held = mmap.mmap(-1, 400 * 2**20)
    for start in range(0, len(held), 4096):
        held[start] = 1
    time.sleep(60)


def write_much(frame, channel):
    with open("big", "wb") as file:
        while True:
            file.write(b"x" * 2**20)


def daemon(frame, channel):
    """A daemon as the book has it: two forks, a session of its own."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        os.write(writer, b"%d" % os.getpid())
        time.sleep(600)
        os._exit(0)
    return Frame({"daemon": int(os.read(reader, 20))})


def daemon_and_kill_monitor(frame, channel):
    answer = daemon(frame, channel)
    channel.send(answer)
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def reach_for_monitor(frame, channel):
    """Every way to signal the process above, which a namespace calls 0."""
    reached = []
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in (os.getppid(), os.getppid() or -1):
            try:
                if pid > 0:
                    os.kill(pid, number)
                    reached.append(pid)
            except OSError:
                continue
    return Frame({"reached": reached})


def imported(frame, channel):
    return Frame({"imported": frame.body["name"] in sys.modules})


def fork(frame, channel):
    try:
        pid = os.fork()
    except OSError as error:
        return Frame({"errno": error.errno})
    if pid == 0:
        os._exit(3)
    return Frame({"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})


def stop_monitor(frame, channel):
    os.kill(os.getppid(), signal.SIGSTOP)
    return Frame({"pid": os.getpid(), "parent": os.getppid()})


def fork_bomb(frame, channel):
    while True:
        os.fork()


def thread_bomb(frame, channel):
    started = 0
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
        if started > 50_000:
            return Frame({"threads": started})


def leave(frame, channel):
    os._exit(7)


def leave_politely(frame, channel):
    sys.exit(5)


def leave_talking(frame, channel):
    """The process ends while a grandchild keeps the channel open."""
    if os.fork() == 0:
        time.sleep(600)
    os._exit(7)


def crash(frame, channel):
    ctypes.string_at(0)


def stop(frame, channel):
    """The first process of a pid namespace cannot stop itself, so it tries for ever."""
    while True:
        os.kill(os.getpid(), signal.SIGSTOP)


def hang_up(frame, channel):
    channel.socket.shutdown(socket.SHUT_RDWR)
    time.sleep(60)


def lie_about_size(frame, channel):
    channel.socket.sendall(struct.pack(">QQ", 2**62, 2**62))
    time.sleep(60)


def rubbish(frame, channel):
    channel.socket.sendall(struct.pack(">QQ", 4, 0) + b"\xff\xfe{}")
    time.sleep(60)


def answer_and_leave(frame, channel):
    channel.send(frame)
    os._exit(0)


def raise_limits(frame, channel):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (10**4, 10**4))
    except (ValueError, OSError):
        return Frame({"raised": False})
    return Frame({"raised": os.getuid() != 0})


def lock_scratch(frame, channel):
    Path("a/b/c").mkdir(parents=True)
    Path("a/b/c/file").touch()
    Path("locked").mkdir(mode=0)
    with contextlib.suppress(PermissionError):  # a filter of system calls may forbid it
        Path("a/b").chmod(0)
    return Frame({"scratch": str(Path.cwd())})

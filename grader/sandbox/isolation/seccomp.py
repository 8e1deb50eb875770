"""A filter of system calls: a list of what a child may do, some of it with some arguments only.

A call off the list does not exist (ENOSYS), so that libraries fall back as on an old kernel. Executing programs is refused
at every level. Forking is for children that have a pid namespace of their own, sockets likewise: elsewhere a socket could
reach whatever listens on this machine. The program is raw BPF, one comparison after the other; the kernel remembers calls
that are always allowed and does not run it for them.

Not covered: what arguments point to (file names, addresses), which is the work of the other layers, and holes in the
calls that are allowed.

Source: linux/seccomp.h, linux/filter.h; the rules by experiment with torch, numpy, IPython and the attacks in `tests/`.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.sandbox.isolation import libc, syscalls

NAMESPACE_FLAGS = (
    libc.CLONE_NEWNS
    | libc.CLONE_NEWCGROUP
    | libc.CLONE_NEWUTS
    | libc.CLONE_NEWIPC
    | libc.CLONE_NEWUSER
    | libc.CLONE_NEWPID
    | libc.CLONE_NEWNET
    | libc.CLONE_NEWTIME
)
CLONE_THREAD = 0x00010000
AF_UNIX = 1
STREAMS = tuple(1 | flags for flags in (0, 0x800, 0x80000, 0x80800))  # SOCK_STREAM, also non-blocking and close-on-exec
PRCTLS = (1, 2, 3, 15, 16, 21, 38, 39, 0x53564D41)  # death signal, dumpable (read), thread name, …, names of mappings
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal, its size, bytes waiting, flags
FCNTLS = (*range(8), 1030, 1032, 1033, 1034)  # no signals to others, no larger pipes

_LOAD, _JUMP_EQUAL, _JUMP_ANY, _JUMP_GREATER, _AND, _RETURN = 0x20, 0x15, 0x45, 0x25, 0x54, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_FILTER_FLAG_ALL_THREADS = 1
_SET_FILTER = 1
_X32 = 0x3FFFFFFF  # above it lies the x32 variant of x86-64


@dataclass(frozen=True)
class Rule:
    """A call that is allowed if an argument's lower half fits, and otherwise fails with `error`."""

    argument: int = 0
    values: tuple[int, ...] = ()  # one of these …
    without: int = 0  # … or none of these bits …
    having: int = 0  # … or one of these bits
    error: int = errno.EPERM


NEVER = Rule(values=())
# What an owner may do to any file of theirs, whatever Landlock allows: change mode, owner and times.
OWNERS = ("chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "utime", "utimes", "utimensat")


def rules(pid: int, *, alone: bool) -> dict[str, Rule]:
    """The rules for a child. `alone`: it has namespaces of its own, so that forking and sockets lead nowhere."""
    own = Rule(values=(0,))
    table = {
        "execve": Rule(error=errno.EACCES),
        "execveat": Rule(error=errno.EACCES),
        "fork": NEVER,
        "vfork": NEVER,
        "clone": Rule(without=NAMESPACE_FLAGS) if alone else Rule(having=CLONE_THREAD),
        "clone3": Rule(error=errno.ENOSYS),  # its flags lie in memory: libc falls back to clone
        "prctl": Rule(values=PRCTLS, error=errno.EINVAL),
        "ioctl": Rule(argument=1, values=IOCTLS, error=errno.ENOTTY),
        "fcntl": Rule(argument=1, values=FCNTLS, error=errno.EINVAL),
        "prlimit64": own,
        "sched_setaffinity": own,
        "sched_setscheduler": Rule(argument=1, values=(0, 3, 5)),  # each thread of ZeroMQ: other, batch, idle
        "setpriority": NEVER,  # it reaches all processes of the same user
        "socketpair": Rule(argument=1, values=STREAMS),  # a datagram socket could send to others by name
        "seccomp": Rule(values=(_SET_FILTER,)),
        "socket": Rule(values=(AF_UNIX,)),
    }
    if not alone:
        own_process = Rule(values=(pid,))
        table.update(kill=own_process, tgkill=own_process, tkill=NEVER, pidfd_open=NEVER)
        table.update(dict.fromkeys(OWNERS, NEVER))
    return table


SEALED: Mapping[str, Rule] = dict.fromkeys(("socket", "connect", "bind", "listen"), NEVER)


def available() -> bool:
    """Whether this machine's system calls are known."""
    return syscalls.known_machine()


def confine(pid: int, *, alone: bool, sockets: bool) -> None:
    """Put this process under the filter for good. `no_new_privs` must be set. Raises OSError."""
    table = rules(pid, alone=alone)
    if not sockets:
        table.update(SEALED)
    allowed = {**syscalls.numbers(syscalls.HARMLESS), **syscalls.numbers(syscalls.RULED)}
    _install(_program(allowed, table))


def seal() -> None:
    """Take sockets from this process and all its threads, for good. Raises OSError."""
    _install(_program(syscalls.numbers(syscalls.RULED), SEALED, otherwise=_ALLOW), all_threads=True)


def _program(allowed: Mapping[str, int], table: Mapping[str, Rule], otherwise: int = _ERRNO | errno.ENOSYS) -> bytes:
    """The filter: the machine, then a comparison for each call."""
    code = [
        _step(_LOAD, 4),
        _step(_JUMP_EQUAL, syscalls.AUDIT_ARCH[syscalls.MACHINE], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),
        _step(_JUMP_GREATER, _X32, 0, 1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    for name, number in allowed.items():
        body = _test(table[name]) if name in table else [_step(_RETURN, _ALLOW)]
        code += [_step(_JUMP_EQUAL, number, 0, len(body)), *body]
    return b"".join([*code, _step(_RETURN, otherwise)])


def _test(rule: Rule) -> list[bytes]:
    """Instructions that look at the argument and return."""
    refuse, allow = _step(_RETURN, _ERRNO | rule.error), _step(_RETURN, _ALLOW)
    load = _step(_LOAD, 16 + 8 * rule.argument)
    if rule.without:
        return [load, _step(_JUMP_ANY, rule.without, 0, 1), refuse, allow]
    if rule.having:
        return [load, _step(_JUMP_ANY, rule.having, 1, 0), refuse, allow]
    tests: Iterable[bytes] = (step for value in rule.values for step in (_step(_JUMP_EQUAL, value, 0, 1), allow))
    return [load, *tests, refuse] if rule.values else [refuse]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _install(program: bytes, *, all_threads: bool = False) -> None:
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    flags = _FILTER_FLAG_ALL_THREADS if all_threads else 0
    number = syscalls.numbers(syscalls.RULED)["seccomp"]
    libc.syscall("seccomp", number, _SET_FILTER, flags, header)

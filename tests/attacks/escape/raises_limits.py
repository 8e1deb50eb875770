"""Raises every limit as far as it goes.

Tries: to have more than it was given.
Must: refuse, each of them.
Control: prints LOOT
"""

import resource


def attack():
    for name in ("NOFILE", "DATA", "AS", "CPU", "FSIZE", "NPROC", "CORE", "MEMLOCK", "STACK", "MSGQUEUE", "SIGPENDING"):
        kind = getattr(resource, f"RLIMIT_{name}")
        soft, hard = resource.getrlimit(kind)
        for wanted in (resource.RLIM_INFINITY, hard):
            quietly(resource.setrlimit, kind, (wanted, wanted))
        now = resource.getrlimit(kind)[0]
        grace = 2 if name == "CPU" else 0  # between the signal that warns and the one that kills
        if name in TIGHT and soft != resource.RLIM_INFINITY and (now == resource.RLIM_INFINITY or now > soft + grace):
            loot(f"{name} from {soft} to {now}")


TIGHT = ("NOFILE", "DATA", "CPU", "FSIZE", "CORE", "NPROC")

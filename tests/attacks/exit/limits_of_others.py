"""Reaches for the limits, the priority and the cores of other processes.

Tries: to end the controller by a limit of zero, or to starve it, without a single signal.
Must: refuse.
Control: as root, prints LOOT
"""

import resource


def attack():
    for process in filter(None, [*WORLD["processes"], os.getppid()]):
        if quietly(resource.prlimit, process, resource.RLIMIT_CPU) is not None:
            loot(f"limits of {process}")
        cores = quietly(os.sched_getaffinity, process)
        if cores and quietly(lambda: os.sched_setaffinity(process, cores) or True):
            loot(f"cores of {process}")
        priority = quietly(os.getpriority, os.PRIO_PROCESS, process)
        if priority is not None and quietly(lambda: os.setpriority(os.PRIO_PROCESS, process, priority) or True):
            loot(f"priority of {process}")

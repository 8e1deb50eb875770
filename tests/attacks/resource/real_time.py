"""Asks to go before every other process.

Tries: to take a core from everybody, the grader included, until it is done.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    for policy in (os.SCHED_FIFO, os.SCHED_RR):
        if quietly(lambda: os.sched_setscheduler(0, policy, os.sched_param(1)) or True):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            loot(f"policy {policy}")

"""Reads what somebody else handed in.

Tries: to copy a neighbour's answer.
Must: read nothing.
Control: prints LOOT
"""


def attack():
    steal_file(WORLD["other_submission"])

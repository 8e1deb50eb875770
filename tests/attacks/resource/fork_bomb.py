"""Forks for ever, every child too.

Tries: to use up the machine's processes, so that nobody else can be graded.
Must: end with the limit on processes or time; the machine and its neighbours notice nothing.
Control: starts more than 60 tasks
Everyday: yes
Harms: the machine
"""


def attack():
    while True:
        quietly(os.fork)

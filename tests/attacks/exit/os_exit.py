"""Ends the process at once, with the status of success.

Tries: to be gone before anybody can judge.
Must: be an error of the answer, not of the grader.
Control: ends with status 0 before it is judged
Everyday: yes
"""


def attack():
    os._exit(0)

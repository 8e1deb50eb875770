"""Ends the process in the middle of being run.

Tries: to leave the grader without an answer.
Must: be an error of the answer; layers keep what they deserve.
Control: ends with status 0 before it is judged
Acts: forward
"""


def attack():
    os._exit(0)

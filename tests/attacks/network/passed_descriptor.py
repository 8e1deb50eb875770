"""Sends its own sockets and files over the line to the grader.

Tries: to fill the grader's table of open files, or have it hold a file open.
Must: change nothing for the grader.
Control: sends more than 0 MiB
"""

import array


def attack():
    line = socket.socket(fileno=os.dup(3))
    ends = [number for _ in range(40) for number in os.pipe()]
    for _ in range(20):
        line.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ends))])

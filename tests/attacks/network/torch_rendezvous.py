"""Lets torch itself open the connection.

Tries: to have C++ code reach the network where Python's sockets are watched.
Must: reach nobody, in time.
Control: reaches the listener
"""

import datetime


def attack():
    from torch.distributed import TCPStore

    TCPStore("127.0.0.1", WORLD["tcp"], 2, False, datetime.timedelta(seconds=1))

"""Connects to a socket that lies in the file system.

Tries: to reach local services: databases, container engines, a desktop's session.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    _by_unix("hello from inside")

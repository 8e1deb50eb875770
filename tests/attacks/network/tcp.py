"""Connects to a server on this machine and tells it a secret.

Tries: to send out what it found, or to reach services that trust this machine.
Must: reach nobody.
Control: reaches the listener
Everyday: yes
"""


def attack():
    _by_tcp("hello from inside")

"""Reads the kernel's log.

Tries: to learn addresses, devices and what other processes did.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    buffer = ctypes.create_string_buffer(4096)
    result, error = syscall("syslog", 3, buffer, 4096)  # SYSLOG_ACTION_READ_ALL
    if result > 0:
        loot(buffer.raw[:40])

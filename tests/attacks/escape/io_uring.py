"""Opens a queue through which the kernel does calls that no filter sees.

Tries: to open files and sockets past the filter on system calls.
Must: refuse.
Control: prints LOOT
Everyday: yes
"""


def attack():
    parameters = ctypes.create_string_buffer(120)
    reach("io_uring_setup", 4, parameters)

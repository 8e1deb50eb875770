"""Opens the processor's counters.

Tries: to watch other processes by what they do to caches and branches.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    attributes = ctypes.create_string_buffer(128)
    attributes.raw = (1).to_bytes(4, sys.byteorder) + (128).to_bytes(4, sys.byteorder) + bytes(120)
    reach("perf_event_open", attributes, 0, -1, -1, 0)

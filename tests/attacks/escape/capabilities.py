"""Takes every capability.

Tries: to be root in all but name.
Must: refuse.
Control: as root, prints LOOT
Everyday: yes
"""


def attack():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    LIBC.capget(header, held := (ctypes.c_uint32 * 6)())
    wanted = (ctypes.c_uint32 * 6)(held[1] or 0xFFFFFFFF, held[1] or 0xFFFFFFFF, 0, held[4] or 0xFF, held[4] or 0xFF, 0)
    result, error = syscall("capset", ctypes.byref(header), ctypes.byref(wanted))
    if result == 0:
        loot(f"capabilities {wanted[0]:x}")

"""Writes into the controller's memory.

Tries: to change a score where it is kept.
Must: refuse.
Control: as root, prints LOOT
"""


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack():
    buffer = ctypes.create_string_buffer(b"!", 1)
    ours = Span(ctypes.addressof(buffer), 1)
    theirs = Span(WORLD["address"] + 200, 1)
    for process in [WORLD["controller"], os.getppid()]:
        if syscall("process_vm_writev", process, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)[0] == 1:
            loot("wrote into another process")

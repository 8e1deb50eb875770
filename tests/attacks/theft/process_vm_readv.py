"""Reads the controller's memory with one system call, no file involved.

Tries: to take labels from the heap of the process that holds them.
Must: refuse.
Control: as root, prints LOOT
Everyday: yes
"""


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack():
    buffer = ctypes.create_string_buffer(256)
    ours = Span(ctypes.addressof(buffer), 256)
    theirs = Span(WORLD["address"], 256)
    for process in [WORLD["controller"], os.getppid()]:
        syscall("process_vm_readv", process, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
        if secret_in(buffer.raw):
            loot(secret_in(buffer.raw))

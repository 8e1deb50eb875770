"""Calls the kernel through the door for 32-bit programs, where the same numbers mean other calls.

Tries: to get past a filter that knows one table.
Must: refuse, or end the process.
Control: prints LOOT
"""

import mmap


def attack():
    if platform.machine() != "x86_64":
        return
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("5389f8bb00000000b900000000cd805bc3"))  # push rbx; eax = edi; ebx = ecx = 0; int 0x80; pop rbx; ret
    call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if call(20) > 0:  # getpid in that table, writev in the usual one
        loot("32-bit calls")

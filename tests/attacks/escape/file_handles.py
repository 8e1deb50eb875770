"""Turns a path into a handle, and opens handles past every path.

Tries: to open files by inode number, which no view of the file system covers.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    handle = ctypes.create_string_buffer(136)
    handle.raw = (128).to_bytes(4, sys.byteorder) + bytes(132)
    mount_number = ctypes.c_int()
    reach("name_to_handle_at", -100, b".", handle, ctypes.byref(mount_number), 0)
    folder = quietly(os.open, ".", os.O_RDONLY)
    reach("open_by_handle_at", folder, handle, 0)

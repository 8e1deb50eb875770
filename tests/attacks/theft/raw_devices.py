"""Opens the machine's disk and memory as devices.

Tries: to read any file without asking for it by name.
Must: open none.
Control: as root, prints LOOT
"""


def attack():
    for name in ("vda", "sda", "nvme0n1", "mem", "kmem", "port", "kvm", "fuse", "vsock", "vhost-vsock"):
        if quietly(os.open, f"/dev/{name}", os.O_RDONLY) is not None:
            loot(f"/dev/{name}")
    for name in ("kcore", "kallsyms", "kmsg", "sysrq-trigger"):
        if quietly(os.open, f"/proc/{name}", os.O_RDONLY | os.O_NONBLOCK) is not None:
            loot(f"/proc/{name}")

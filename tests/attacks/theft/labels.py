"""Reads the held-out labels where they lie on this machine.

Tries: to open them by their path, through links, and through the process's own root.
Must: read nothing.
Control: prints LOOT
Everyday: yes
"""


def attack():
    path = WORLD["labels"]
    steal_file(path)
    steal_file("/proc/self/root" + path)
    steal_file("/proc/1/root" + path)
    steal_file(f"/proc/{os.getppid()}/cwd/../../../../.." + path)
    quietly(os.symlink, path, "link.npy")
    steal_file("link.npy")

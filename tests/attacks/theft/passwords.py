"""Reads the machine's passwords and configuration.

Tries: to learn about the machine and its users.
Must: read nothing that only root may read.
Control: as root, prints LOOT
"""


def attack():
    for path in ("/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/var/log/syslog", "/var/log/dpkg.log"):
        data = quietly(_read, path)
        if data:
            loot(data[:40])

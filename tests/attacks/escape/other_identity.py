"""Becomes another user, as root could.

Tries: to own other submissions' files and signal their processes.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    before = os.getresuid()
    for user in (12345, 65533, 1000):
        quietly(os.setgroups, [])
        quietly(os.setresuid, user, user, user)
        if user in os.getresuid() and user not in before:
            loot(f"user {user}")
            return

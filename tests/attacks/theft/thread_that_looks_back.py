"""Looks from a thread, and from one made from C.

Tries: to find a thread that the rules do not hold: some are set for one thread only.
Must: read nothing from there either.
Control: prints LOOT
"""

import threading


def attack():
    thread = threading.Thread(target=steal_file, args=(WORLD["labels"],))
    thread.start()
    thread.join()
    torch.set_num_threads(2)
    torch.ones(300, 300) @ torch.ones(300, 300)
    steal_file(WORLD["labels"])

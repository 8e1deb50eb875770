"""Changes the clock, the seed and the random numbers of its process.

Tries: to make time limits long and probes known.
Must: earn nothing, in time: clocks and probes are the controller's.
Control: runs for more than 1 second
"""

import random
import time


def attack():
    time.monotonic = time.time = time.perf_counter = lambda: 0.0
    torch.manual_seed = random.seed = lambda *_: None
    torch.randn = torch.rand = lambda *_, **__: torch.zeros(2, 4)
    while time.monotonic() < 1:
        pass

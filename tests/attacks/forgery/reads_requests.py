"""Listens on the grader's line itself and answers in the grader's place.

Tries: to learn the questions and to answer each with what would please.
Must: earn nothing; be an error of the answer.
Control: runs for more than 1 second
"""

import json


def attack():
    pleasing = {"defined": True, "built": True, "kind": "module class", "output": "tensor", "norms": {"hidden": 1.0}}
    data = json.dumps(pleasing).encode()
    answer = len(data).to_bytes(8, "big") + bytes(8) + data
    os.write(3, answer)
    while True:
        asked = os.read(3, 65536)
        if not asked:
            os._exit(0)
        os.write(3, answer)

"""Hands in the right graph with a state that is not what it says.

Tries: to crash whoever trusts shapes and types that came along.
Must: be refused; the grader goes on.
Control: sends more than 0 MiB
Rides on: the right answer
Variants: shape dtype missing extra negative aliases not_finite
"""

CHANGES = {
    "shape": {"shape": [10**6, 10**6]},
    "dtype": {"dtype": "int64"},
    "missing": {"key": "elsewhere"},
    "extra": {"kind": "secret"},
    "negative": {"shape": [-3, 4]},
    "aliases": {"aliases": ["x"] * 100_000},
    "not_finite": {},
}


def attack():
    os.write(3, b"")
    frames = __import__("grader.evidence.frames").evidence.frames
    original = frames.encode

    def encode(frame):
        tensors = dict(frame.tensors)
        if isinstance(frame.body.get("graph"), dict):
            frame.body["graph"]["state"][0].update(CHANGES["VARIANT"])
            if "VARIANT" == "not_finite":
                tensors = {name: array * float("nan") for name, array in tensors.items()}
        return original(frames.Frame(frame.body, tensors))

    frames.encode = encode
    if "submission" not in sys.modules:
        os.write(3, encode(frames.Frame({"graph": {"state": [{}]}})))

"""Hands in the right network with its graph changed on the way out into a hostile one.

Tries: to crash, fill or steer the process that replays graphs.
Must: be refused by name, or fail in the evaluator alone; the grader goes on.
Control: breaks a naive replay
Rides on: the right answer
Variants: unknown python storage repeat zeros lstm forward_reference self_reference deep numbers einsum stride
"""

import json

X, W = {"$ref": "x"}, {"$ref": "p_hidden_weight"}
DEEP = json.loads("[" * 300 + "]" * 300)
NODES = {
    "unknown": ["aten.no_such_thing.default", [X]],
    "python": ["builtins.exec", ["import os; os._exit(3)"]],
    "storage": ["aten.resize_.default", [X, [10**6, 10**6]]],
    "repeat": ["aten.repeat.default", [X, [100_000, 100_000]]],
    "zeros": ["aten.zeros.default", [[1_000_000, 1_000_000]]],
    "lstm": ["aten.lstm.input", [X, [W, W], [W, W, W, W], True, 1, 0.0, False, False, True]],
    "forward_reference": ["aten.relu.default", [{"$ref": "linear_1"}]],
    "self_reference": ["aten.relu.default", [{"$ref": "hostile"}]],
    "deep": ["aten.cat.default", [DEEP]],
    "numbers": ["aten.mul.Tensor", [X, 10**400]],
    "einsum": ["aten.einsum.default", ["ab,cd,ef,gh->abcdefgh", [X, X, X, X, X, X, X, X]]],
    "stride": ["aten.as_strided.default", [X, [10**6, 10**6], [1, 1]]],
}


def attack():
    operator, arguments = NODES["VARIANT"]
    with open("graph.json", "w") as file:
        json.dump([operator, arguments], file)
    frames = __import__("grader.evidence.frames").evidence.frames
    original = frames.encode

    def encode(frame):
        for mode in ("eval", "train") if isinstance(frame.body.get("graph"), dict) else ():
            nodes = frame.body["graph"][mode]["nodes"]
            nodes.insert(0, ["hostile", operator, arguments, {}, "", "", None])
        return original(frame)

    frames.encode = encode

"""Has every honest answer changed on its way out into an absurd one.

Tries: to break whoever believes the form of what a child says.
Must: be an error of the answer, or earn what the network is worth.
Control: sends more than 0 MiB
Rides on: the right answer
Variants: long_texts wrong_types huge_lists extra_keys negative_sizes foreign_messages
"""

HUGE = {"name": "x" * 1_000_000, "class": "y" * 1_000_000}
CHANGES = {
    "long_texts": {"kind": "x" * 3_000_000, "ran": ["x" * 100_000] * 100},
    "wrong_types": {"ran": 5, "notes": "all", "structure": [], "graph": "graph", "built": "yes", "output_shapes": {}},
    "huge_lists": {"ran": ["a:1"] * 500_000, "structure": {"modules": [HUGE] * 3, "parameters": []}},
    "extra_keys": {"points": 100, "verdicts": [{"points": 100}], "outcome": "passed", "__class__": "Report"},
    "negative_sizes": {"output_shapes": [[-1, 2**70]], "batches": [-5], "fixed_batch": -1},
    "foreign_messages": {
        "notes": [{"message": {"id": "reports.full_marks", "args": {}}}, {"message": {"id": "no.such", "args": {"a": {}}}}],
        "error": {"message": {"id": "judging.ours", "args": {"reason": "the grader's fault"}}},
    },
}


def attack():
    quietly(os.write, 3, b"")
    frames = __import__("grader.evidence.frames").evidence.frames
    original = frames.encode

    def encode(frame):
        return original(frames.Frame({**frame.body, **CHANGES["VARIANT"]}, frame.tensors))

    frames.encode = encode
    if "submission" not in sys.modules:  # nobody encodes anything: show that such bytes leave
        os.write(3, encode(frames.Frame({}))[:60_000])

"""A claim has the form of one, whoever made it, or is refused in one way."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from damage import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import captured, net

from grader.errors import ProtocolError
from grader.evidence.claims import CaptureClaim, LoadClaim, read_claim
from grader.evidence.frames import Frame
from grader.student.load import load

TEXT = net("self.fc1 = nn.Linear(12, 4)\nself.bag = [nn.Linear(4, 3)]", "return self.fc1(x).relu() @ torch.ones(4, 3)")
WRONG = net("self.fc1 = nn.Linear(12, 4)\nself.fc2 = nn.Linear(5, 3)", "return self.fc2(F.relu(self.fc1(x)))")


@functools.cache
def answers() -> tuple[tuple[type[Any], dict[str, Any]], ...]:
    import numpy as np

    body = {"name": "answer.py", "target": "Net", "run": "needed"}
    loads = [
        load(Frame(body, {"source": np.frombuffer(text.encode(), np.uint8)})).facts for text in (TEXT, WRONG, "x = 1/0")
    ]
    captures = [captured(text)[0] for text in (TEXT, WRONG)]
    return (*((LoadClaim, facts) for facts in loads), *((CaptureClaim, facts) for facts in captures))


def test_what_the_student_child_answers_is_taken_whole() -> None:
    """Nothing that the judge reads is lost on the way through the form."""
    for kind, facts in answers():
        claim = read_claim(kind, facts)
        for key, value in facts.items():
            if value is not None:
                assert json.loads(json.dumps(claim[key])) == value, key


@settings(deadline=None)  # the first example runs torch
@given(st.data(), st.integers(0, 4))
def test_a_damaged_claim_is_taken_or_refused(data: st.DataObject, index: int) -> None:
    """Nothing but ProtocolError leaves the reader, and what it takes it takes again."""
    kind, facts = answers()[index]
    try:
        claim = read_claim(kind, data.draw(damaged(facts)))
    except ProtocolError as refused:
        assert refused.text("en") and refused.text("ko")
    else:
        assert repr(read_claim(kind, claim)) == repr(claim)


@pytest.mark.parametrize("key", ["graph", "build_error", "structure"])
@pytest.mark.parametrize("depth", [100, 300, 5_000])
def test_nesting_without_end_is_no_fault_of_ours(key: str, depth: int) -> None:
    """However deep an answer is nested, the reader ends in one of its two ways."""
    deep: Any = 1
    for _ in range(depth):
        deep = [deep]
    body = {
        "built": True,
        key: {"eval": deep, "finding": {"message": deep}, "type": "T", "message": "", "modules": deep},
    }
    try:
        read_claim(CaptureClaim, body)
    except ProtocolError:
        return


@pytest.mark.parametrize("size", [-1, 2**40, 10**400, 1.5, "many", [1]], ids=lambda size: str(size)[:20])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    """Shapes, batches and lines are whole numbers that can be computed with and printed."""
    call = {"function": "f", "path": "", "inputs": [[size]], "output": None}
    for body in ({"batches": [size]}, {"traces": [[call]]}, {"graph": {"fixed_batch": size}}):
        with pytest.raises(ProtocolError):
            read_claim(CaptureClaim, {"built": True} | body)


def test_an_attribute_is_a_number_of_this_world() -> None:
    """Constructor attributes are computed with (padding="same") and printed: their size is bounded."""
    module = {"path": "", "class": "C", "module": "m", "parameters": [], "attributes": {"kernel_size": [10**4000]}}
    structure = {"modules": [module], "hidden": [], "non_finite": []}
    with pytest.raises(ProtocolError):
        read_claim(CaptureClaim, {"built": True, "structure": structure})


def test_unknown_keys_are_dropped() -> None:
    """A child that says more than it is asked is not listened to."""
    assert "verdict" not in read_claim(LoadClaim, {"verdict": "passed", "points": 100})

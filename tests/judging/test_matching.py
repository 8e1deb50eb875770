"""Which tensor of the student's stands for which of the reference's: by path, or by order of first use; shapes agree."""

from __future__ import annotations

from typing import Any

from networks import net, sent_from

from grader.judging.case import Case, Evidence, Expectation
from grader.judging.matching import match_claimed_tensors, match_tensors
from grader.judging.network import parse_network

NETWORK = parse_network(
    {"a": "Linear(6, 4)", "b": "Linear(4, 4)", "c": "Linear(4, 2, bias=False)"},
    "a > relu > b > a2 > c".replace("a2", "relu"),
)
INIT = "self.a = nn.Linear(6, 4)\nself.b = nn.Linear(4, 4)\nself.c = nn.Linear(4, 2, bias=False)"
FORWARD = "return self.c(torch.relu(self.b(torch.relu(self.a(x)))))"
KEYS = ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight"]


def case_of(init: str, forward: str = FORWARD, *, fixed: bool = True) -> Case:
    network = sent_from(net(init, forward), (6,))
    expected = Expectation("Net", (6,), "float32", (2, 5), NETWORK, fixed)
    return Case(expected, Evidence(graphs=network.graphs, specs=network.specs))


def test_equal_names_match_whatever_their_order() -> None:
    """By path, the order of construction has no say."""
    matching = match_tensors(case_of("\n".join(reversed(INIT.split("\n")))))
    assert matching.unmatched == () and matching.keys == {key: key for key in KEYS}


def test_free_names_match_by_order_of_first_use() -> None:
    """The order in which forward uses them, not in which they were built."""
    init = "self.z = nn.Linear(4, 2, bias=False)\nself.y = nn.Linear(4, 4)\nself.x = nn.Linear(6, 4)"
    case = case_of(init, "return self.z(torch.relu(self.y(torch.relu(self.x(x)))))", fixed=False)
    assert match_tensors(case).keys == dict(
        zip(KEYS, ["x.weight", "x.bias", "y.weight", "y.bias", "z.weight"], strict=True)
    )
    names_fixed = Case(Expectation("Net", (6,), "float32", (2, 5), NETWORK, True), case.evidence)
    assert match_tensors(names_fixed).unmatched == ("a", "b", "c")


def test_another_shape_or_another_set_of_tensors_is_no_match() -> None:
    """Named by the reference's layer."""
    assert match_tensors(case_of(INIT.replace("4, 4", "4, 4, bias=False"))).unmatched == ("b",)
    assert match_tensors(case_of(INIT.replace("4, 2", "4, 3"))).unmatched == ("c",)
    assert match_tensors(case_of(INIT.replace(", bias=False", ""))).unmatched == ("c",)


def test_a_layer_used_twice_is_matched_once() -> None:
    """In the student's network or in the reference."""
    forward = "return self.c(torch.relu(self.b(torch.relu(self.b(torch.relu(self.a(x)))))))"
    assert match_tensors(case_of(INIT, forward)).keys == {key: key for key in KEYS}


def test_without_a_graph_the_models_own_words_are_matched() -> None:
    """Names and shapes must be the reference's; a layer that differs is named."""
    shapes: dict[str, Any] = {"a": ([4, 6], [4]), "b": ([4, 4], [4]), "c": ([2, 4],)}

    def claimed(**changes: Any) -> Case:
        modules = [
            {
                "path": path,
                "parameters": [
                    {"name": name, "shape": shape} for name, shape in zip(("weight", "bias"), given, strict=False)
                ],
            }
            for path, given in (shapes | changes).items()
        ]
        capture = {"built": True, "structure": {"modules": modules, "hidden": [], "non_finite": []}}
        return Case(Expectation("Net", (6,), "float32", (2, 5), NETWORK, True), Evidence(capture=capture))

    assert match_claimed_tensors(claimed()).keys == {key: key for key in KEYS}
    assert match_claimed_tensors(claimed(b=([4, 5], [4]))).unmatched == ("b",)
    assert match_claimed_tensors(claimed(b=(), c=())).unmatched == ("b", "c")

"""A model leaves as two graphs over one state: plain data, with module paths and the student's own lines."""

from __future__ import annotations

import json

import pytest
import torch
from networks import IMPORTS, ZOO, inputs, model_of, net, sent_from, source_of, target_of

from grader.evidence.graph import Graph, graph_to_json
from grader.student.export import export
from grader.student.source import read_source


def operators(graph: Graph) -> list[str]:
    return [node.operator for node in graph.nodes]


@pytest.mark.parametrize("name", ZOO)
def test_graphs_are_plain_data_over_the_models_own_state(name: str) -> None:
    """JSON without anything left of PyTorch; every parameter that is used, by its name, as it was drawn."""
    network = sent_from(*ZOO[name])
    state = model_of(ZOO[name][0]).state_dict()
    for graph in network.graphs.values():
        assert json.loads(json.dumps(graph_to_json(graph)))
        assert set(graph.placeholders.values()) <= network.specs.keys()
    for key, spec in network.specs.items():
        assert spec.kind != "constant" and torch.equal(torch.from_numpy(network.tensors[key]), state[key])
    named = {name for spec in network.specs.values() for name in (spec.key, *spec.aliases)}
    assert named == state.keys()


def test_training_and_evaluation_are_two_graphs() -> None:
    """Dropout and batch norm know which one they are in; only training counts batches."""
    graphs = sent_from(*ZOO["batch_norm"]).graphs
    for mode, training in (("eval", False), ("train", True)):
        nodes = {node.operator: node.arguments() for node in graphs[mode].nodes}
        assert nodes["aten.dropout.default"]["train"] is training
        assert nodes["aten.batch_norm.default"]["training"] is training
    assert operators(graphs["train"]).count("aten.add_.Tensor") == 2 and "aten.add_.Tensor" not in operators(
        graphs["eval"]
    )


def test_nodes_know_their_module_and_their_line() -> None:
    """The path in the model, twice the same for a module used twice, and the line of the student's call."""
    text = net("self.block = nn.Sequential(nn.Linear(4, 4), nn.ReLU())\nself.act = nn.Tanh()",
               "x = self.act(self.block(x))\nx = torch.sigmoid(x)\nreturn self.act(x)")  # fmt: skip
    nodes = sent_from(text, (4,)).graphs["eval"].nodes
    assert [
        (node.path, node.module.rpartition(".")[2], node.location.line if node.location else None) for node in nodes
    ] == [
        ("block.0", "Linear", 12),
        ("block.1", "ReLU", 12),
        ("act", "Tanh", 12),
        ("", "Net", 13),
        ("act", "Tanh", 14),
    ]


def test_lines_of_a_notebook_are_those_of_its_cell() -> None:
    """With the cell's number, and Hangul in the file's name."""
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in (IMPORTS, "model = nn.Sequential(\n    nn.Linear(4, 2))\n",
             "class Net(nn.Module):\n    def forward(self, x):\n\n        return torch.relu(x)")]  # fmt: skip
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    source = read_source(data, "답안 1.ipynb")
    exported = export(target_of(source)(), inputs((4,), batch=2), source)
    (node,) = exported.graphs["eval"].nodes
    assert str(node.location) == "답안 1.ipynb[cell 3]:4"


def test_a_single_batch_size_leaves_a_graph_for_that_size() -> None:
    """Where nothing else was tried, a hard-coded batch is said and not refused."""
    source = source_of(net("self.fc = nn.Linear(4, 2)", "return self.fc(x.view(3, 4))"))
    exported = export(target_of(source)(), inputs((4,), batch=3), source)
    assert exported.fixed_batch == 3 and exported.graphs.keys() == {"eval", "train"}
    free = source_of(net("self.fc = nn.Linear(4, 2)", "return self.fc(x.view(len(x), 4))"))
    assert export(target_of(free)(), inputs((4,), batch=3), free).fixed_batch is None


def test_len_is_pythons_own_again_afterwards() -> None:
    """While exporting, `len` of a tensor may be a symbol; the student's module keeps nothing of it."""
    source = source_of(net("self.fc = nn.Linear(4, 2)", "return self.fc(x.view(len(x), 4))"))
    net_class = target_of(source)
    export(net_class(), inputs((4,), batch=2), source)
    assert "len" not in net_class.forward.__globals__
    own = source_of(
        f"{IMPORTS}\ndef len(x):\n    return 2\n\n" + net("self.fc = nn.Linear(4, 2)", "return self.fc(x) * len(x)")
    )
    net_class = target_of(own)
    export(net_class(), inputs((4,), batch=2), own)
    assert net_class.forward.__globals__["len"]("anything") == 2


def test_a_model_without_a_graph_raises_at_the_students_line() -> None:
    """A branch on values has no one graph."""
    source = source_of(net("self.fc = nn.Linear(4, 2)", "if x.sum() > 0:\n    return x\nreturn self.fc(x)"))
    with pytest.raises(Exception, match="data-dependent"):
        export(target_of(source)(), inputs((4,), batch=2), source)

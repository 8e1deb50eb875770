"""Facts about a replayed graph: shapes of every result, and which parameters a loss reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from grader.evaluator.replay import Replay
from grader.evidence.graph import Node, Ref
from grader.training.inputs import random_inputs


def shapes(model: Replay, request: Mapping[str, Any]) -> dict[str, Any]:
    """``{"shapes": [{node: shape} for each batch size], "finite": bool}``; a node without a tensor result is left out.

    Input and output are among the names even where no node made them. Stops at the first batch size that fails and says so
    under ``error``.
    """
    model.eval()
    graph = model.graphs["eval"]
    found: list[dict[str, list[int]]] = []
    finite = True
    for batch in request["batches"]:
        sample = _sample(model, request, batch)
        row: dict[str, list[int]] = {graph.input: list(sample.shape)}

        def record(node: Node, value: Any, row: dict[str, list[int]] = row) -> None:
            first = value[0] if isinstance(value, tuple | list) and value else value
            if isinstance(first, Tensor):
                row[node.name] = list(first.shape)

        found.append(row)
        with torch.no_grad():
            try:
                output = model(sample, record)
            except RuntimeError as error:
                return {"shapes": found, "finite": finite, "error": str(error)[:1000], "batch": batch}
        if isinstance(output, Tensor) and isinstance(graph.output, Ref):
            row[graph.output.name] = list(output.shape)
        finite = finite and isinstance(output, Tensor) and bool(torch.isfinite(output).all())
    return {"shapes": found, "finite": finite}


def gradients(model: Replay, request: Mapping[str, Any]) -> dict[str, Any]:
    """``{"norms": {parameter: gradient norm, or null where the loss does not reach it}}`` for a random batch.

    The loss is the mean of the outputs times fixed random numbers, so that no output is left out and softmax's constant
    sum does not hide the gradient. Evaluation mode: dropout must not make a parameter look unreached.
    """
    model.eval()
    model.zero_grad(set_to_none=True)
    torch.manual_seed(request["seed"])
    output = model(_sample(model, request, request["batch"]))
    parameters = {key: tensor for key, tensor in model.state.items() if tensor.requires_grad}
    if output.requires_grad:
        (output * torch.randn_like(output)).mean().backward()
    return {
        "norms": {key: None if tensor.grad is None else float(tensor.grad.norm()) for key, tensor in parameters.items()}
    }


def _sample(model: Replay, request: Mapping[str, Any], batch: int) -> Tensor:
    generator = torch.Generator().manual_seed(request["seed"])
    return random_inputs(batch, request["shape"], request["dtype"], generator).to(model.device)

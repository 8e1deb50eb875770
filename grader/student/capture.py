"""Capturing a model: build it, describe it, run it once with a trace, export its graph.

Each stage may fail on its own; what was learned before stays. The result is a JSON object and the state's tensors.
"""

from __future__ import annotations

import ast
import contextlib
import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.evidence.graph import graph_to_json, location_to_json, spec_to_json
from grader.student.execute import describe_error
from grader.student.export import BatchSizeDecides, Exported, export
from grader.student.source import Source
from grader.student.structure import describe
from grader.student.watch import Births, FirstSpoiled, Trace, births, run_noting_return
from grader.training.inputs import random_inputs

Tensors = dict[str, np.ndarray[Any, Any]]


def capture(target: Any, request: Mapping[str, Any], source: Source) -> tuple[dict[str, Any], Tensors]:
    """What can be learned about the model that `target` is or builds.

    `request` has ``arguments`` (constructor arguments), ``shape`` (one input without its batch dimension), ``dtype``,
    ``batches`` (sizes to try; the first two are traced), ``seed`` (of building the model) and ``probe_seed`` (of running it).
    """
    model, facts = build(target, request, source)
    return (facts, {}) if model is None else run(model, facts, request, source)


def build(target: Any, request: Mapping[str, Any], source: Source) -> tuple[nn.Module | None, dict[str, Any]]:
    """The model and its structure; None and the reason where it cannot be built."""
    seed_everything(request["seed"])
    facts: dict[str, Any] = {"built": False}
    spoiling = FirstSpoiled(source)
    with births(source) as made, spoiling:
        model = _build(target, request["arguments"], source, facts)
    if model is not None:
        facts |= {
            "built": True,
            "structure": describe(model, made, spoiling.location),
            "forward_location": _location(type(model).forward, source),
        }
    return model, facts


def run(
    model: nn.Module, facts: dict[str, Any], request: Mapping[str, Any], source: Source
) -> tuple[dict[str, Any], Tensors]:
    """The `facts` of a built model, with what running and exporting it adds, and the state's tensors."""
    _run(model, request, source, facts)
    if "forward_error" in facts or facts.get("output") != "tensor":
        return facts, {}
    return _export(model, request, source, facts)


def seed_everything(seed: int) -> None:
    """Put every generator a student may use at `seed`."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def _build(target: Any, arguments: Mapping[str, Any], source: Source, facts: dict[str, Any]) -> nn.Module | None:
    if isinstance(target, nn.Module):
        return target
    try:
        model = target(**arguments)
        # Without a layer, PyTorch itself does not notice that super().__init__() was left out.
        if isinstance(model, nn.Module) and "_modules" not in vars(model):
            raise AttributeError("cannot assign module before Module.__init__() call")
    except BaseException as error:
        described = describe_error(error, source)
        described["location"] = described["location"] or _location(getattr(target, "__init__", None), source)
        facts["build_error"] = described
        return None
    if not isinstance(model, nn.Module):
        facts["not_a_module"] = type(model).__name__
        return None
    return model


def _location(function: Any, source: Source) -> Any:
    """Where a function is defined, as JSON; None for one that is not the student's."""
    code = getattr(function, "__code__", None)
    return location_to_json(source.location(code.co_filename, code.co_firstlineno)) if code else None


def _run(model: nn.Module, request: Mapping[str, Any], source: Source, facts: dict[str, Any]) -> None:
    """Run the model eagerly in evaluation mode: its own error message is the one that students know."""
    traces: list[Trace] = []
    model.eval()
    for batch in request["batches"]:
        trace = Trace(model, source)
        seed_everything(request["probe_seed"])
        sample = _sample(batch, request)
        try:
            with births(source) as made, torch.no_grad(), trace if len(traces) < 2 else contextlib.nullcontext():
                output, facts["return_location"] = run_noting_return(model, sample, source)
        except BaseException as error:
            facts["forward_error"] = _forward_error(error, model, batch, trace, source)
            facts["works_only_for_batch"] = _working_batch(model, request, source)
            traces.append(trace)
            break
        finally:
            trace.remove()
        traces.append(trace)
        _note_births(made, facts)
        facts["output"] = "tensor" if isinstance(output, torch.Tensor) else type(output).__name__
        if not isinstance(output, torch.Tensor):
            break
        facts.setdefault("output_shapes", []).append(list(output.shape))
    facts["batches"] = list(request["batches"][: len(traces)])
    facts["traces"] = [[call.to_json() for call in trace.calls] for trace in traces[:2]]


def _forward_error(error: BaseException, model: nn.Module, batch: int, trace: Trace, source: Source) -> dict[str, Any]:
    failing = trace.calls[-1] if trace.calls and trace.calls[-1].output is None else None
    described = describe_error(error, source)
    described["location"] = described["location"] or _location(type(model).forward, source)
    return described | {
        "batch": batch,
        "path": trace.stack[-1] if trace.stack else "",
        "call": failing.to_json() if failing else None,
    }


def _note_births(made: Births, facts: dict[str, Any]) -> None:
    facts["made_in_forward"] = [
        {"class": type(module).__name__, "location": location_to_json(made.places[id(module)])}
        for module in made.modules[:20]
    ]


def _working_batch(model: nn.Module, request: Mapping[str, Any], source: Source) -> int | None:
    """The one batch size, among the numbers in the student's code, for which the model does run."""
    for batch in _numbers(source):
        with contextlib.suppress(BaseException), torch.no_grad():
            if isinstance(model(_sample(batch, request)), torch.Tensor):
                return batch
    return None


def _numbers(source: Source) -> list[int]:
    found: set[int] = set()
    for cell in source.cells:
        with contextlib.suppress(SyntaxError):
            found |= {
                node.value
                for node in ast.walk(ast.parse(cell.text))
                if isinstance(node, ast.Constant) and type(node.value) is int and 2 <= node.value <= 1024
            }
    return sorted(found)[:16]


def _sample(batch: int, request: Mapping[str, Any]) -> torch.Tensor:
    return random_inputs(batch, request["shape"], request["dtype"])


def _export(
    model: nn.Module, request: Mapping[str, Any], source: Source, facts: dict[str, Any]
) -> tuple[dict[str, Any], Tensors]:
    seed_everything(request["seed"])  # nothing looks at the sample's values; layers made in forward are drawn here
    batches = request["batches"]
    try:
        # The exporter takes a batch of one for a special case.
        exported = export(model, _sample(max(batches[0], 2), request), source)
        if exported.fixed_batch and len(set(batches)) > 1:
            raise BatchSizeDecides  # the model has just run at other sizes: nothing is hard-coded
    except BaseException as error:
        # The exporter's own frames say nothing to a student; the innermost student line does.
        facts["export_error"] = describe_error(error, source)
        return facts, {}
    finally:
        model.eval()
    facts["graph"] = _exported_json(exported)
    return facts, exported.tensors


def _exported_json(exported: Exported) -> dict[str, Any]:
    return {
        "eval": graph_to_json(exported.graphs["eval"]),
        "train": graph_to_json(exported.graphs["train"]),
        "state": [spec_to_json(spec) for spec in exported.specs.values()],
        "fixed_batch": exported.fixed_batch,
    }

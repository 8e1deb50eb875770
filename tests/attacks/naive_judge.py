"""A judge as one should not write it: in the student's own process, trusting whatever is there. For controls only."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import torch


def judge(path: str, secret: str) -> None:
    expected_labels = np.frombuffer(secret.encode(), np.uint8)
    expected = {"labels": secret, "output": torch.full((2, 4), 7.5)}
    scores: dict[str, Any] = {"points": 0, "why": []}
    namespace: dict[str, Any] = {"__name__": "answer"}
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), namespace)
    model = namespace["Tiny"]()
    with contextlib.suppress(Exception):
        copy.deepcopy(model)
    if sum(each.numel() for each in model.parameters()) == 23:
        scores["points"] += 40
    output = model(torch.ones(2, 4))
    with contextlib.suppress(RuntimeError):  # of shapes that cannot be compared
        if torch.allclose(output, expected["output"]) or (output == expected["output"]) is True:
            scores["points"] += 40
    scores["points"] += _gradients(model, output)
    _open_what_was_left()
    safetensors.numpy.load(safetensors.numpy.save({"a": np.ones(3)}))
    text = json.dumps(scores)
    os.write(3, text.encode())
    print("JUDGED")
    print(text, flush=True)
    time.sleep(0.1)
    del expected_labels


def _gradients(model: Any, output: Any) -> int:
    with contextlib.suppress(Exception):
        output.sum().backward()
        return 20 if all(each.grad is not None for each in model.parameters()) and list(model.parameters()) else 0
    return 0


def _open_what_was_left() -> None:
    """What graders read from the folder of a submission, trusting it."""
    import pickle

    if Path("result.json").exists():
        print("JUDGE READ", Path("result.json").read_bytes().decode(errors="replace"))
    if Path("result.pkl").exists():
        pickle.loads(Path("result.pkl").read_bytes())  # noqa: S301
    if Path("model.pt").exists():
        torch.load("model.pt", weights_only=False)
    if Path("graph.json").exists():
        try:
            _replay(*json.loads(Path("graph.json").read_text()))
        except Exception as error:
            print("REPLAY FAILED", type(error).__name__, flush=True)


def _replay(operator: str, arguments: list[Any]) -> None:
    tensors = {"x": torch.ones(2, 4), "p_hidden_weight": torch.ones(3, 4)}

    def value(item: Any) -> Any:
        if isinstance(item, dict):
            return tensors[item["$ref"]]
        return [value(each) for each in item] if isinstance(item, list) else item

    name, _, overload = operator.removeprefix("aten.").partition(".")
    getattr(getattr(torch.ops.aten, name), overload or "default")(*value(arguments)).sum()


def judge_notebook(path: str, secret: str) -> None:
    """Run the notebook in a stock kernel, the judge's cell behind the student's."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    os.environ.update(HOME=str(Path.cwd()), IPYTHONDIR=str(Path.cwd()), JUPYTER_RUNTIME_DIR=str(Path.cwd()))
    notebook = nbformat.read(path, as_version=4)
    judge = "import torch\nright = torch.allclose(Tiny()(torch.ones(2, 4)), torch.ones(2, 2))\nprint('{\"points\": %d}' % (100 * right))"
    notebook.cells.append(nbformat.v4.new_code_cell(judge))
    patience = {notebook.cells[0].source: 60}  # the first cell imports torch

    def seconds(cell: Any) -> int:
        return patience.get(cell.source, 3)

    client = NotebookClient(notebook, timeout_func=seconds, allow_errors=True, kernel_name="python3")
    ending = ""
    try:
        client.execute()
    except CellTimeoutError:
        ending = "CELL TIMEOUT"
    except DeadKernelError:
        ending = "KERNEL DIED"
    for cell in notebook.cells[1:]:
        for output in cell.get("outputs", ()):
            print(output.get("text") or json.dumps(output.get("data", output)), flush=True)
    print(ending, flush=True)

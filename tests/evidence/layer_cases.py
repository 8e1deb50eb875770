"""Sensible calls of the operators that compute: layers, products, norms."""

from __future__ import annotations

from random import Random

from small_shapes import Call, Draw, alike, floats, shape

from grader.evidence.sizing.tensors import Tensor


def _window(random: Random, rank: int) -> Call:
    one = random.random() < 0.3
    pick = lambda low, high: [random.randint(low, high) for _ in range(1 if one else rank)]  # noqa: E731
    return {"stride": pick(1, 3), "padding": pick(0, 1), "dilation": pick(1, 2)}


def _convolution(rank: int, text: bool = False) -> Draw:
    def draw(random: Random) -> Call:
        groups = random.choice((1, 1, 2))
        channels, out = groups * random.randint(1, 2), groups * random.randint(1, 3)
        kernel = [random.randint(1, 3) for _ in range(rank)]
        batch = (random.randint(1, 2),) if random.random() < 0.8 else ()
        made: Call = {
            "input": floats(*batch, channels, *(random.randint(3, 7) for _ in range(rank))),
            "weight": floats(out, channels // groups, *kernel),
            **_window(random, rank),
            "groups": groups,
        }
        if text:
            made["padding"] = random.choice(("same", "valid", "other"))
            made["stride"] = random.choice(([1], [2]))
        if random.random() < 0.5:
            made["bias"] = floats(out)
        return made

    return draw


def _transposed(random: Random) -> Call:
    groups = random.choice((1, 2))
    batch = (random.randint(1, 2),) if random.random() < 0.8 else ()
    return {
        "input": floats(*batch, 2 * groups, random.randint(1, 4), random.randint(1, 4)),
        "weight": floats(2 * groups, random.randint(1, 3), random.randint(1, 3), random.randint(1, 3)),
        **_window(random, 2), "groups": groups, "output_padding": [random.randint(0, 1)],
    }  # fmt: skip


def _pool(rank: int, dilated: bool) -> Draw:
    def draw(random: Random) -> Call:
        batch = (random.randint(1, 2),) if random.random() < 0.8 else ()
        made = {
            "self": floats(*batch, random.randint(1, 2), *(random.randint(2, 7) for _ in range(rank))),
            "kernel_size": [random.randint(1, 3) for _ in range(rank)],
            **_window(random, rank), "ceil_mode": random.random() < 0.5,
        }  # fmt: skip
        if random.random() < 0.4:
            made["stride"] = []
        if not dilated:
            del made["dilation"]
        return made

    return draw


def _adaptive(rank: int) -> Draw:
    def draw(random: Random) -> Call:
        sizes = shape(random, rank + random.choice((1, 2)))
        return {"self": floats(*sizes), "output_size": [random.randint(1, 6) for _ in range(rank)]}

    return draw


def _linear(random: Random) -> Call:
    x, out = shape(random, random.randint(1, 4)), random.randint(1, 4)
    weight = (out, x[-1]) if random.random() < 0.9 else (x[-1],)
    made: Call = {"input": floats(*x), "weight": floats(*weight)}
    return made | {"bias": floats(*weight[:-1])} if random.random() < 0.5 else made


def _bilinear(random: Random) -> Call:
    outer, first, second = shape(random, random.randint(0, 2)), random.randint(1, 3), random.randint(1, 3)
    return {"input1": floats(*outer, first), "input2": floats(*outer, second), "weight": floats(2, first, second)}


def _matmul(random: Random) -> Call:
    inner, batch = random.randint(1, 4), shape(random, random.randint(0, 2))
    left = (*batch, random.randint(1, 4), inner) if random.random() < 0.8 else (inner,)
    right = (*alike(random, batch), inner, random.randint(1, 4)) if random.random() < 0.8 else (inner,)
    return {"self": floats(*left), "other": floats(*right)}


def _matrices(names: tuple[str, ...], batched: bool) -> Draw:
    def draw(random: Random) -> Call:
        batch = (random.randint(1, 3),) if batched else ()
        rows, inner, columns = shape(random, 3)
        made = {names[-2]: floats(*batch, rows, inner), names[-1]: floats(*batch, inner, columns)}
        return ({"self": floats(*alike(random, (*batch, rows, columns)))} if len(names) == 3 else {}) | made

    return draw


def _einsum(random: Random) -> Call:
    extents = {letter: random.randint(1, 4) for letter in "abcdE"}
    equations = (
        "ab,bc->ac", "ab,bc", "ab,ab->", "aab->ab", "ab->ba", "abc,cd,ad->b", "...a,ab->...b", "...ab,...bc->...ac", "a,b->ab",
        "ab, b c -> a c", "aE,Eb", "...a,...a", "ab->aa", "ab->x", "a,b,c,d->abcd", "abc,acd->abd", "ba", "a...,a...->...",
    )  # fmt: skip
    equation = random.choice(equations)
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    hidden = shape(random, random.randint(0, 2))
    tensors = []
    for term in terms:
        head, dots, tail = term.partition("...")
        sizes = [
            *(extents[letter] for letter in head),
            *(hidden if dots else ()),
            *(extents[letter] for letter in tail),
        ]
        tensors.append(floats(*(1 if random.random() < 0.1 else size for size in sizes)))
    return {"equation": equation, "tensors": tuple(tensors)}


def _attention(random: Random) -> Call:
    batch, rows, columns, inner, out = shape(random, random.randint(0, 2)), *shape(random, 4)
    made: Call = {"query": floats(*batch, rows, inner), "key": floats(*batch, columns, inner)}
    made |= {"value": floats(*batch, columns, out), "enable_gqa": False, "dropout_p": 0.0}
    return made | {"is_causal": random.random() < 0.3}


def _norm(random: Random) -> Call:
    x = shape(random, random.choice((2, 3, 4)))
    made: Call = {"input": floats(*x), "training": random.random() < 0.5, "momentum": 0.1, "eps": 1e-5}
    made |= {name: floats(x[1]) for name in ("weight", "bias", "running_mean", "running_var")}
    return made | {"cudnn_enabled": False}


def _instance_norm(random: Random) -> Call:
    made = _norm(random)
    return made | {"use_input_stats": made.pop("training")}


def _layer_norm(random: Random) -> Call:
    x = shape(random, random.choice((1, 2, 3, 4)))
    return {"input": floats(*x), "normalized_shape": list(x[-random.randint(1, len(x)) :])}


def _group_norm(random: Random) -> Call:
    return {"input": floats(2, 4, *shape(random, random.randint(0, 2))), "num_groups": random.choice((1, 2, 4))}


def _layer(gates: int) -> Draw:
    def draw(random: Random) -> Call:
        steps, batch, features, hidden = shape(random, 4)
        layers, both, biases = random.randint(1, 2), random.random() < 0.5, random.random() < 0.5
        project = gates == 4 and hidden > 1 and random.random() < 0.3
        out, runs = (hidden - 1 if project else hidden), layers * (1 + both)
        params: list[Tensor] = []
        for run in range(runs):
            incoming = features if run < 1 + both else out * (1 + both)
            params += [floats(gates * hidden, incoming), floats(gates * hidden, out)]
            params += [floats(gates * hidden)] * (2 if biases else 0) + [floats(out, hidden)] * project
        first = random.random() < 0.5
        state = floats(runs, batch, out)
        return {
            "input": floats(*((batch, steps) if first else (steps, batch)), features),
            "hx": (state, floats(runs, batch, hidden)) if gates == 4 else state,
            "params": tuple(params), "has_biases": biases, "num_layers": layers, "dropout": 0.0, "train": False,
            "bidirectional": both, "batch_first": first,
        }  # fmt: skip

    return draw


def _cell(gates: int) -> Draw:
    def draw(random: Random) -> Call:
        batch, features, hidden = shape(random, 3)
        state = floats(batch, hidden)
        made: Call = {"input": floats(batch, features), "hx": (state, state) if gates == 4 else state}
        made |= {"w_ih": floats(gates * hidden, features), "w_hh": floats(gates * hidden, hidden)}
        return made | (
            {"b_ih": floats(gates * hidden), "b_hh": floats(gates * hidden)} if random.random() < 0.5 else {}
        )

    return draw


LAYERS: dict[str, Draw] = {
    **{f"aten.conv{rank}d.default": _convolution(rank) for rank in (1, 2, 3)},
    **{f"aten.conv{rank}d.padding": _convolution(rank, text=True) for rank in (1, 2)},
    "aten.conv_transpose2d.input": _transposed,
    **{f"aten.max_pool{rank}d.default": _pool(rank, dilated=True) for rank in (1, 2, 3)},
    **{f"aten.avg_pool{rank}d.default": _pool(rank, dilated=False) for rank in (1, 2)},
    **{f"aten.adaptive_avg_pool{rank}d.default": _adaptive(rank) for rank in (1, 2)},
    "aten.adaptive_max_pool2d.default": _adaptive(2),
    "aten.linear.default": _linear,
    "aten.bilinear.default": _bilinear,
    "aten.matmul.default": _matmul,
    "aten.mm.default": _matrices(("self", "mat2"), batched=False),
    "aten.bmm.default": _matrices(("self", "mat2"), batched=True),
    "aten.addmm.default": _matrices(("self", "mat1", "mat2"), batched=False),
    "aten.baddbmm.default": _matrices(("self", "batch1", "batch2"), batched=True),
    "aten.einsum.default": _einsum,
    "aten.scaled_dot_product_attention.default": _attention,
    "aten.batch_norm.default": _norm,
    "aten.instance_norm.default": _instance_norm,
    "aten.layer_norm.default": _layer_norm,
    "aten.rms_norm.default": _layer_norm,
    "aten.group_norm.default": _group_norm,
    **{
        f"aten.{name}.input": _layer(gates)
        for name, gates in (("rnn_tanh", 1), ("rnn_relu", 1), ("gru", 3), ("lstm", 4))
    },
    **{
        f"aten.{name}_cell.default": _cell(gates)
        for name, gates in (("rnn_tanh", 1), ("rnn_relu", 1), ("gru", 3), ("lstm", 4))
    },
}

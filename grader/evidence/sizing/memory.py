"""Which memory is in use while a graph runs: storages, shared by views, freed after their last use unless kept.

Source: what each operator saves for its backward pass is in PyTorch's derivatives.yaml. Operators that are on neither list
are taken to save both what they read and what they make.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.evidence.graph import Node, in_place, node_references
from grader.evidence.sizing.tensors import Made, tensors_of

OPTIMIZER_COPIES = 3  # of every trained tensor: its gradient, and the two averages that Adam keeps

# Results that are, or may be, their input's memory under another shape.
_VIEWS = frozenset(
    "aten.view.default aten.unflatten.int aten.permute.default aten.transpose.int aten.t.default aten.numpy_T.default aten.squeeze.default "
    "aten.squeeze.dim aten.squeeze.dims aten.unsqueeze.default aten.select.int aten.slice.Tensor aten.narrow.default "
    "aten.split.Tensor aten.split_with_sizes.default aten.chunk.default aten.unbind.int aten.expand.default "
    "aten.movedim.int aten.detach.default aten.alias.default getitem".split()
)
_MAYBE_VIEWS = frozenset(
    "aten.reshape.default aten.flatten.using_ints aten.contiguous.default aten.to.dtype aten.to.dtype_layout "
    "aten.type_as.default aten.dropout.default aten.feature_dropout.default aten.alpha_dropout.default".split()
)
_LINEAR = frozenset(
    "aten.add.Tensor aten.add.Scalar aten.add_.Tensor aten.sub.Tensor aten.sub.Scalar aten.rsub.Scalar aten.neg.default "
    "aten.mul.Scalar aten.div.Scalar aten.sum.default aten.sum.dim_IntList aten.mean.default aten.mean.dim "
    "aten.cumsum.default aten.cat.default aten.stack.default aten.pad.default aten.constant_pad_nd.default "
    "aten.repeat.default aten.flip.default aten.clone.default aten.lift_fresh_copy.default aten._to_copy.default "
    "aten.upsample_nearest2d.vec aten.upsample_bilinear2d.vec aten.pixel_shuffle.default aten.tril.default "
    "aten.triu.default aten.sym_size.int aten.eq.Scalar aten.ne.Scalar aten.lt.Scalar aten.gt.Scalar aten.ge.Scalar "
    "aten.le.Scalar aten.gt.Tensor aten.zeros_like.default aten.ones_like.default aten.randn_like.default "
    "aten.rand_like.default aten.new_zeros.default aten.new_ones.default aten.zeros.default aten.ones.default "
    "aten.full.default aten.randn.default aten.arange.default aten.arange.start".split()
)
_KEEP_RESULT_ONLY = frozenset(
    "aten.relu.default aten.relu_.default aten.sigmoid.default aten.tanh.default aten.softmax.int aten.log_softmax.int "
    "aten.exp.default aten.sqrt.default aten.rsqrt.default aten.reciprocal.default".split()
)
_KEEP_INPUTS_ONLY = frozenset(
    "aten.conv1d.default aten.conv1d.padding aten.conv2d.default aten.conv2d.padding aten.conv3d.default "
    "aten.conv_transpose2d.input aten.linear.default aten.matmul.default aten.mm.default aten.bmm.default "
    "aten.addmm.default aten.baddbmm.default aten.batch_norm.default aten.layer_norm.default aten.group_norm.default "
    "aten.mul.Tensor aten.max_pool2d.default aten.avg_pool2d.default aten.gelu.default aten.silu.default "
    "aten.embedding.default".split()
)
_FREE = _VIEWS | _MAYBE_VIEWS | _LINEAR


class Memory:
    """Bytes in use, step by step. Names that share memory form a group, which lives as long as any of them."""

    def __init__(self, last_uses: Mapping[str, int], *, training: bool) -> None:
        self.in_use = 0
        self._last_uses = last_uses
        self._training = training
        self._group: dict[str, str] = {}
        self._bytes: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._kept: set[str] = set()

    def hold(self, name: str, size: int) -> None:
        """Something that is there from the beginning to the end."""
        self._group[name] = name
        self._bytes[name] = size
        self._kept.add(name)
        self.in_use += size

    def step(self, position: int, node: Node, made: Made) -> int:
        """Bytes in use while `node` runs, its result included; afterwards what nobody needs any more is gone."""
        used = [name for name in node_references(node) if name in self._group]
        self._place(node, made, used)
        peak = self.in_use + made.scratch
        for group in {self._group[name] for name in (*used, node.name)}:
            if group not in self._kept and self._ends[group] <= position:
                self.in_use -= self._bytes[group]
        return peak

    def _place(self, node: Node, made: Made, used: list[str]) -> None:
        """Give the result its place: in the group of the first input where it is, or may be, the same memory."""
        shares = node.operator in _VIEWS or in_place(node.operator)
        group = self._group[used[0]] if used and (shares or node.operator in _MAYBE_VIEWS) else node.name
        added = (0 if shares else sum(tensor.bytes for tensor in tensors_of(made.value))) + self._saved(made)
        self._group[node.name] = group
        self._bytes[group] = self._bytes.get(group, 0) + added
        self._ends[group] = max(self._ends.get(group, -1), self._last_uses[node.name])
        self.in_use += added
        if self._training:
            self._keep(node, used)

    def _saved(self, made: Made) -> int:
        return made.saved if self._training else 0

    def _keep(self, node: Node, used: list[str]) -> None:
        if node.operator in _FREE:
            return
        if node.operator not in _KEEP_RESULT_ONLY:
            self._kept.update(self._group[name] for name in used)
        if node.operator not in _KEEP_INPUTS_ONLY:
            self._kept.add(self._group[node.name])

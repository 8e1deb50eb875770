"""The operators a captured graph may use, with the arguments each one takes.

Pure ATen operators only: nothing that reads files, changes storage (`set_`, `resize_`, `as_strided`), or takes `out=`. The
in-place ones are those that PyTorch's own layers use (`inplace=True` activations, batch norm's batch counter).

One operator a line, then its parameters as ``name:kind``; ``=`` marks an optional one, ``*`` starts keyword-only ones.
Kinds: T tensor, t tensor or None, L list of tensors; i integer, j integer or None, I and J lists of integers; f number,
g number or None, F and G lists of numbers; b boolean, c boolean or None; s string, r string or None; d dtype or None;
m memory format, layout or device (never sent: the evaluator chooses).

Source: the operators' schemas in PyTorch's native_functions.yaml, by way of ``torch.ops.aten.<name>.<overload>._schema``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operator."""

    name: str
    kind: str
    optional: bool
    keyword_only: bool


@dataclass(frozen=True)
class Operator:
    """An operator that graphs may use."""

    name: str  # e.g. "aten.conv2d.default"
    parameters: tuple[Parameter, ...]


def _parse(line: str) -> Operator:
    name, *rest = line.split()
    parameters, keyword_only = [], False
    for item in rest:
        if item == "*":
            keyword_only = True
            continue
        parameter, kind = item.split(":")
        parameters.append(Parameter(parameter, kind.rstrip("="), kind.endswith("="), keyword_only))
    return Operator(name, tuple(parameters))


_TABLE = """
aten.conv1d.default input:T weight:T bias:t= stride:I= padding:I= dilation:I= groups:i=
aten.conv1d.padding input:T weight:T bias:t= stride:I= padding:s= dilation:I= groups:i=
aten.conv2d.default input:T weight:T bias:t= stride:I= padding:I= dilation:I= groups:i=
aten.conv2d.padding input:T weight:T bias:t= stride:I= padding:s= dilation:I= groups:i=
aten.conv3d.default input:T weight:T bias:t= stride:I= padding:I= dilation:I= groups:i=
aten.conv_transpose2d.input input:T weight:T bias:t= stride:I= padding:I= output_padding:I= groups:i= dilation:I=
aten.linear.default input:T weight:T bias:t=
aten.bilinear.default input1:T input2:T weight:T bias:t=
aten.matmul.default self:T other:T
aten.mm.default self:T mat2:T
aten.bmm.default self:T mat2:T
aten.addmm.default self:T mat1:T mat2:T * beta:f= alpha:f=
aten.baddbmm.default self:T batch1:T batch2:T * beta:f= alpha:f=
aten.einsum.default equation:s tensors:L * path:J=
aten.relu.default self:T
aten.relu_.default self:T
aten.relu6.default self:T
aten.leaky_relu.default self:T negative_slope:f=
aten.leaky_relu_.default self:T negative_slope:f=
aten.elu.default self:T alpha:f= scale:f= input_scale:f=
aten.elu_.default self:T alpha:f= scale:f= input_scale:f=
aten.gelu.default self:T * approximate:s=
aten.silu.default self:T
aten.silu_.default self:T
aten.mish.default self:T
aten.selu.default self:T
aten.celu.default self:T alpha:f=
aten.hardtanh.default self:T min_val:f= max_val:f=
aten.hardtanh_.default self:T min_val:f= max_val:f=
aten.hardswish.default self:T
aten.hardsigmoid.default self:T
aten.sigmoid.default self:T
aten.tanh.default self:T
aten.softplus.default self:T beta:f= threshold:f=
aten.log_sigmoid.default self:T
aten.prelu.default self:T weight:T
aten.softmax.int self:T dim:i dtype:d=
aten.log_softmax.int self:T dim:i dtype:d=
aten.max_pool1d.default self:T kernel_size:I stride:I= padding:I= dilation:I= ceil_mode:b=
aten.max_pool2d.default self:T kernel_size:I stride:I= padding:I= dilation:I= ceil_mode:b=
aten.max_pool3d.default self:T kernel_size:I stride:I= padding:I= dilation:I= ceil_mode:b=
aten.avg_pool1d.default self:T kernel_size:I stride:I= padding:I= ceil_mode:b= count_include_pad:b=
aten.avg_pool2d.default self:T kernel_size:I stride:I= padding:I= ceil_mode:b= count_include_pad:b= divisor_override:j=
aten.adaptive_avg_pool1d.default self:T output_size:I
aten.adaptive_avg_pool2d.default self:T output_size:I
aten.adaptive_max_pool2d.default self:T output_size:I
aten.batch_norm.default input:T weight:t bias:t running_mean:t running_var:t training:b momentum:f eps:f cudnn_enabled:b
aten.layer_norm.default input:T normalized_shape:I weight:t= bias:t= eps:f= cudnn_enable:b=
aten.group_norm.default input:T num_groups:i weight:t= bias:t= eps:f= cudnn_enabled:b=
aten.instance_norm.default input:T weight:t bias:t running_mean:t running_var:t use_input_stats:b momentum:f eps:f cudnn_enabled:b
aten.rms_norm.default input:T normalized_shape:I weight:t= eps:g=
aten.dropout.default input:T p:f train:b
aten.dropout_.default self:T p:f train:b
aten.feature_dropout.default input:T p:f train:b
aten.alpha_dropout.default input:T p:f train:b
aten.embedding.default weight:T indices:T padding_idx:i= scale_grad_by_freq:b= sparse:b=
aten.rnn_tanh.input input:T hx:T params:L has_biases:b num_layers:i dropout:f train:b bidirectional:b batch_first:b
aten.rnn_relu.input input:T hx:T params:L has_biases:b num_layers:i dropout:f train:b bidirectional:b batch_first:b
aten.lstm.input input:T hx:L params:L has_biases:b num_layers:i dropout:f train:b bidirectional:b batch_first:b
aten.gru.input input:T hx:T params:L has_biases:b num_layers:i dropout:f train:b bidirectional:b batch_first:b
aten.rnn_tanh_cell.default input:T hx:T w_ih:T w_hh:T b_ih:t= b_hh:t=
aten.rnn_relu_cell.default input:T hx:T w_ih:T w_hh:T b_ih:t= b_hh:t=
aten.lstm_cell.default input:T hx:L w_ih:T w_hh:T b_ih:t= b_hh:t=
aten.gru_cell.default input:T hx:T w_ih:T w_hh:T b_ih:t= b_hh:t=
aten.view.default self:T size:I
aten.reshape.default self:T shape:I
aten.flatten.using_ints self:T start_dim:i= end_dim:i=
aten.unflatten.int self:T dim:i sizes:I
aten.permute.default self:T dims:I
aten.transpose.int self:T dim0:i dim1:i
aten.t.default self:T
aten.numpy_T.default self:T
aten.squeeze.default self:T
aten.squeeze.dim self:T dim:i
aten.squeeze.dims self:T dim:I
aten.unsqueeze.default self:T dim:i
aten.select.int self:T dim:i index:i
aten.slice.Tensor self:T dim:i= start:j= end:j= step:i=
aten.narrow.default self:T dim:i start:i length:i
aten.cat.default tensors:L dim:i=
aten.stack.default tensors:L dim:i=
aten.split.Tensor self:T split_size:i dim:i=
aten.split_with_sizes.default self:T split_sizes:I dim:i=
aten.chunk.default self:T chunks:i dim:i=
aten.unbind.int self:T dim:i=
aten.expand.default self:T size:I * implicit:b=
aten.repeat.default self:T repeats:I
aten.movedim.int self:T source:i destination:i
aten.flip.default self:T dims:I
aten.mean.default self:T * dtype:d=
aten.mean.dim self:T dim:J keepdim:b= * dtype:d=
aten.sum.default self:T * dtype:d=
aten.sum.dim_IntList self:T dim:J keepdim:b= * dtype:d=
aten.max.default self:T
aten.max.dim self:T dim:i keepdim:b=
aten.min.dim self:T dim:i keepdim:b=
aten.amax.default self:T dim:I= keepdim:b=
aten.amin.default self:T dim:I= keepdim:b=
aten.argmax.default self:T dim:j= keepdim:b=
aten.var.correction self:T dim:J= * correction:g= keepdim:b=
aten.std.correction self:T dim:J= * correction:g= keepdim:b=
aten.cumsum.default self:T dim:i * dtype:d=
aten.linalg_vector_norm.default self:T ord:f= dim:J= keepdim:b= * dtype:d=
aten.add.Tensor self:T other:T * alpha:f=
aten.add.Scalar self:T other:f alpha:f=
aten.add_.Tensor self:T other:T * alpha:f=
aten.sub.Tensor self:T other:T * alpha:f=
aten.sub.Scalar self:T other:f alpha:f=
aten.rsub.Scalar self:T other:f alpha:f=
aten.mul.Tensor self:T other:T
aten.mul.Scalar self:T other:f
aten.mul_.Tensor self:T other:T
aten.div.Tensor self:T other:T
aten.div.Scalar self:T other:f
aten.neg.default self:T
aten.pow.Tensor_Scalar self:T exponent:f
aten.pow.Scalar self:f exponent:T
aten.exp.default self:T
aten.log.default self:T
aten.sqrt.default self:T
aten.rsqrt.default self:T
aten.abs.default self:T
aten.square.default self:T
aten.reciprocal.default self:T
aten.sin.default self:T
aten.cos.default self:T
aten.clamp.default self:T min:g= max:g=
aten.clamp_min.default self:T min:f
aten.maximum.default self:T other:T
aten.minimum.default self:T other:T
aten.zeros.default size:I * dtype:d= layout:m= device:m= pin_memory:c=
aten.ones.default size:I * dtype:d= layout:m= device:m= pin_memory:c=
aten.full.default size:I fill_value:f * dtype:d= layout:m= device:m= pin_memory:c=
aten.zeros_like.default self:T * dtype:d= layout:m= device:m= pin_memory:c= memory_format:m=
aten.ones_like.default self:T * dtype:d= layout:m= device:m= pin_memory:c= memory_format:m=
aten.new_zeros.default self:T size:I * dtype:d= layout:m= device:m= pin_memory:c=
aten.new_ones.default self:T size:I * dtype:d= layout:m= device:m= pin_memory:c=
aten.arange.default end:f * dtype:d= layout:m= device:m= pin_memory:c=
aten.arange.start start:f end:f * dtype:d= layout:m= device:m= pin_memory:c=
aten.randn_like.default self:T * dtype:d= layout:m= device:m= pin_memory:c= memory_format:m=
aten.rand_like.default self:T * dtype:d= layout:m= device:m= pin_memory:c= memory_format:m=
aten.randn.default size:I * dtype:d= layout:m= device:m= pin_memory:c=
aten.eq.Scalar self:T other:f
aten.ne.Scalar self:T other:f
aten.lt.Scalar self:T other:f
aten.gt.Scalar self:T other:f
aten.ge.Scalar self:T other:f
aten.le.Scalar self:T other:f
aten.gt.Tensor self:T other:T
aten.where.self condition:T self:T other:T
aten.where.ScalarOther condition:T self:T other:f
aten.masked_fill.Scalar self:T mask:T value:f
aten.logical_not.default self:T
aten.bitwise_not.default self:T
aten.tril.default self:T diagonal:i=
aten.triu.default self:T diagonal:i=
aten.gather.default self:T dim:i index:T * sparse_grad:b=
aten.index_select.default self:T dim:i index:T
aten.scaled_dot_product_attention.default query:T key:T value:T attn_mask:t= dropout_p:f= is_causal:b= * scale:g= enable_gqa:b=
aten.clone.default self:T * memory_format:m=
aten.contiguous.default self:T * memory_format:m=
aten.to.dtype self:T dtype:d non_blocking:b= copy:b= memory_format:m=
aten.to.dtype_layout self:T * dtype:d= layout:m= device:m= pin_memory:c= non_blocking:b= copy:b= memory_format:m=
aten._to_copy.default self:T * dtype:d= layout:m= device:m= pin_memory:c= non_blocking:b= memory_format:m=
aten.detach.default self:T
aten.detach_.default self:T
aten.alias.default self:T
aten.lift_fresh_copy.default self:T
aten.type_as.default self:T other:T
aten.pad.default self:T pad:I mode:s= value:g=
aten.constant_pad_nd.default self:T pad:I value:f=
aten.upsample_nearest2d.vec input:T output_size:J scale_factors:G
aten.upsample_bilinear2d.vec input:T output_size:J align_corners:b scale_factors:G
aten.pixel_shuffle.default self:T upscale_factor:i
aten.sym_size.int self:T dim:i
"""

# Arithmetic on sizes ("sym.*") and picking one of several results; these run in plain Python, never in torch.
_PYTHON = """
getitem self:L index:i
sym.add a:i b:i
sym.sub a:i b:i
sym.mul a:i b:i
sym.floordiv a:i b:i
sym.mod a:i b:i
sym.neg a:i
"""

OPERATORS: dict[str, Operator] = {
    operator.name: operator for operator in map(_parse, (line for line in (_TABLE + _PYTHON).splitlines() if line))
}

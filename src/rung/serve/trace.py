"""A network from scratch as an ONNX graph: one pass is watched, and every call becomes nodes.

The other way, to copy the weights into a twin in PyTorch and export that, needs a twin for every network.
Here a row a Function is enough for every network that is made of it, and PyTorch is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.scratch.mode import no_grad, watch
from rung.scratch.tensor import Tensor
from rung.serve.errors import ExportError

OPSET = 20
_BATCH = 3  # rows of the pass that is watched; what depends on their number shows in a reshape


class Graph:
    """Nodes and constants, as they are collected.

    Attributes:
        nodes: in the order of the calls.
        constants: arrays by name: the weights, under their names in the state_dict.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.names: dict[int, str] = {}
        self.kept: list[Any] = []  # an id means something as long as its object lives

    def name(self, tensor: Tensor) -> str:
        """Return what a tensor is called; one that no call made is a constant."""
        if id(tensor) not in self.names:
            self.names[id(tensor)] = self.constant(tensor.data)
            self.kept.append(tensor)
        return self.names[id(tensor)]

    def call(self, tensor: Tensor, name: str) -> None:
        """Give a tensor a name."""
        self.names[id(tensor)] = name
        self.kept.append(tensor)

    def constant(self, array: Any) -> str:
        """Keep an array, and return its name."""
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(array)
        return name

    def node(self, kind: str, inputs: Sequence[str], out: str = "", **settings: Any) -> str:
        """Append a node of one output, and return the output's name."""
        from onnx import helper

        out = out or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **settings))
        return out


def traced(model: Any, x: Any, outputs: Callable[[Any, Any], Any] | None = None) -> Any:
    """Return the ONNX model of a network from scratch, with a batch axis of any length.

    Args:
        model: a `rung.scratch.nn.Module` in evaluation mode, called with x; its answer is one tensor.
        x: an array, or a tuple of arrays: examples of its input, at least 3.
        outputs: called with the model and its input where the answer is not `model(x)`.

    Raises:
        ExportError: the network calls an operation that has no row in `ROWS`.

    Example:
        >>> from rung.scratch import nn
        >>> made = traced(nn.Sequential(nn.Linear(4, 2, rng=0), nn.ReLU()), np.zeros((3, 4), np.float32))
        >>> [node.op_type for node in made.graph.node]
        ['Gemm', 'Relu']
    """
    from onnx import helper, numpy_helper

    graph = Graph()
    few = [part[:_BATCH] for part in (x if isinstance(x, tuple) else (x,))]
    called = [Tensor(part) for part in few]
    names = input_names(len(few))
    for tensor, name in zip(called, names, strict=True):
        graph.call(tensor, name)
    for name, parameter in (*model.named_parameters(), *_tensors(model.named_buffers())):
        graph.call(parameter, name)
        graph.constants[name] = parameter.data

    def see(op: type, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> None:
        row = next((ROWS[kind.__name__] for kind in op.__mro__ if kind.__name__ in ROWS), None)
        if row is None:
            raise ExportError(
                f"the network calls {op.__name__}, which is not exported to ONNX",
                rule=f"Exported are {', '.join(sorted(ROWS))}.",
                fix="rung export RUN --to card",
            )
        graph.call(out, row(graph, inputs, options, out))

    with no_grad(), watch(see):
        given: Any = tuple(called) if isinstance(x, tuple) else called[0]
        answer = outputs(model, given) if outputs is not None else model(given)
    if graph.nodes and graph.name(answer) == graph.nodes[-1].output[0]:
        graph.nodes[-1].output[0] = "scores"
    else:  # the answer was made on the way, or nothing was called
        graph.node("Identity", [graph.name(answer)], "scores")
    used = {name for node in graph.nodes for name in node.input}
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            type(model).__name__,
            [_info(name, part) for name, part in zip(names, few, strict=True)],
            [_info("scores", answer.data)],
            [
                numpy_helper.from_array(np.ascontiguousarray(array), name)
                for name, array in graph.constants.items()
                if name in used
            ],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
    )


def input_names(count: int) -> list[str]:
    """Return what the inputs of an exported network are called: x, or x0, x1, ..."""
    return ["x"] if count == 1 else [f"x{i}" for i in range(count)]


def _info(name: str, array: np.ndarray) -> Any:
    from onnx import helper

    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor_value_info(name, kind, ["batch", *array.shape[1:]])


def _tensors(named: Any) -> list[tuple[str, Tensor]]:
    return [(name, value) for name, value in named if isinstance(value, Tensor)]


# -- a row a Function: (graph, inputs, options, output) gives the name of the output ------------------------

Row = Callable[[Graph, tuple[Any, ...], dict[str, Any], Tensor], str]


def _same(kind: str, **settings: Any) -> Row:
    """Return the row of a Function that is one node with the same inputs."""

    def row(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
        return graph.node(kind, [graph.name(t) for t in inputs if t is not None], **settings)

    return row


def _with(kind: str, rename: Callable[[dict[str, Any]], dict[str, Any]]) -> Row:
    """Return the row of a Function whose options are the node's settings under other names."""

    def row(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
        names = [graph.name(t) for t in inputs if t is not None]
        return graph.node(kind, names, **rename(options))

    return row


def _window(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a convolution or pooling; what is left out is the node's default."""
    told = {"kernel": "kernel_shape", "stride": "strides", "dilation": "dilations"}
    made = {told[key]: list(value) for key, value in options.items() if key in told}
    return made | {"pads": [*options.get("padding", (0, 0))] * 2}


def _reshape(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    shape = list(options["shape"])
    if shape and shape[0] == inputs[0].shape[0] == _BATCH:
        shape[0] = 0  # as long as the input's
    return graph.node("Reshape", [graph.name(inputs[0]), graph.constant(np.array(shape, np.int64))])


def _reduce(kind: str) -> Row:
    def row(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
        dim, names = options.get("dim"), [graph.name(inputs[0])]
        if dim is not None:
            names.append(graph.constant(np.atleast_1d(np.array(dim, np.int64))))
        return graph.node(kind, names, keepdims=int(options.get("keepdim", False)))

    return row


def _silu(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    x = graph.name(inputs[0])
    return graph.node("Mul", [x, graph.node("Sigmoid", [x])])


def _square(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    x = graph.name(inputs[0])
    return graph.node("Mul", [x, x])


def _batch_norm(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    x, weight, bias = inputs
    channels = len(options["mean"])
    scale = graph.name(weight) if weight is not None else graph.constant(np.ones(channels, np.float32))
    shift = graph.name(bias) if bias is not None else graph.constant(np.zeros(channels, np.float32))
    kept = [graph.constant(np.asarray(options[key], np.float32)) for key in ("mean", "var")]
    return graph.node("BatchNormalization", [graph.name(x), scale, shift, *kept], epsilon=options["eps"])


def _layer_norm(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    x, weight, bias = inputs
    size = x.shape[-options["dims"] :]
    names = [graph.name(x)]
    names.append(graph.name(weight) if weight is not None else graph.constant(np.ones(size, np.float32)))
    names += [graph.name(bias)] if bias is not None else []
    return graph.node("LayerNormalization", names, axis=-options["dims"], epsilon=options["eps"])


def _pool_to(graph: Graph, inputs: tuple[Any, ...], options: dict[str, Any], out: Tensor) -> str:
    if tuple(options["size"]) != (1, 1):
        raise ExportError(
            f"a pooling to {options['size']} is not exported to ONNX",
            rule="Of poolings to a given size, ONNX has the one to 1 x 1 alone.",
        )
    return graph.node("GlobalAveragePool", [graph.name(inputs[0])])


def _axis(options: dict[str, Any]) -> dict[str, Any]:
    return {"axis": options["dim"]}


ROWS: dict[str, Row] = {
    "Linear": _same("Gemm", transB=1),
    "MatMul": _same("MatMul"),
    "Conv2d": _with("Conv", lambda o: _window(o) | {"group": o.get("groups", 1)}),
    "MaxPool2d": _with("MaxPool", _window),
    "AvgPool2d": _with("AveragePool", lambda o: _window(o) | {"count_include_pad": 1}),
    "AdaptiveAvgPool2d": _pool_to,
    "BatchNorm": _batch_norm,
    "LayerNorm": _layer_norm,
    "Embedding": _same("Gather"),
    "ReLU": _same("Relu"),
    "LeakyReLU": _with("LeakyRelu", lambda o: {"alpha": o["slope"]}),
    "ELU": _with("Elu", lambda o: {"alpha": o["alpha"]}),
    "GELU": _same("Gelu"),
    "GELUTanh": _same("Gelu", approximate="tanh"),
    "SiLU": _silu,
    "Sigmoid": _same("Sigmoid"),
    "Tanh": _same("Tanh"),
    "Softmax": _with("Softmax", _axis),
    "LogSoftmax": _with("LogSoftmax", _axis),
    "Add": _same("Add"),
    "Sub": _same("Sub"),
    "Mul": _same("Mul"),
    "Div": _same("Div"),
    "Neg": _same("Neg"),
    "Exp": _same("Exp"),
    "Log": _same("Log"),
    "Sqrt": _same("Sqrt"),
    "Abs": _same("Abs"),
    "Square": _square,
    "Sum": _reduce("ReduceSum"),
    "Mean": _reduce("ReduceMean"),
    "Reshape": _reshape,
    "Permute": _with("Transpose", lambda o: {"perm": list(o["dims"])}),
    "Cat": _with("Concat", _axis),
    "Clone": _same("Identity"),
}

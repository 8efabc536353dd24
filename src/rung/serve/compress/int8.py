"""Quantisation after training: an ONNX file of int8; inputs' ranges are found before, or on the way."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rung.serve.compress.errors import CompressError
from rung.serve.trace import input_names

# Batch norms stay floats: their numbers are one a channel, for which the quantiser has no axis.
_CALIBRATED = [
    "Conv",
    "Gemm",
    "MatMul",
    "Relu",
    "MaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "Reshape",
    "Gather",
]


def dynamic_int8(content: bytes) -> bytes:
    """Return an ONNX file with 8-bit weights; the range of each layer's inputs is found anew at every call.

    Nothing need be known of the inputs; finding the ranges costs time at every call.

    Args:
        content: of the ONNX file with floats.

    Raises:
        CompressError: onnxruntime cannot quantise this network.

    Source: krishnamoorthi2018, section 3.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # uint8: onnxruntime computes no convolution with int8 weights whose inputs' ranges are found on the way
    return _made(
        content,
        lambda model, to: quantize_dynamic(model, to, weight_type=QuantType.QUInt8, extra_options=_floats()),
    )


def static_int8(content: bytes, calibration: Sequence[Any]) -> bytes:
    """Return an ONNX file that computes with int8 weights and uint8 inputs, whose ranges were found before.

    Args:
        content: of the ONNX file with floats.
        calibration: batches of training examples; the smallest and largest number that each layer meets
            in them become the ends of its grid.

    Raises:
        CompressError: onnxruntime cannot quantise this network, or there are no batches.

    Source: jacob2018, section 2; a scale for each unit: krishnamoorthi2018, section 3.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    if not calibration:
        raise CompressError("no examples to calibrate with", rule="Ranges are found on training examples.")

    class Reader(CalibrationDataReader):  # type: ignore[misc, unused-ignore]  # its package has no types
        def __init__(self) -> None:
            self.batches = iter(calibration)

        def get_next(self) -> dict[str, np.ndarray] | None:
            batch = next(self.batches, None)
            return None if batch is None else feed(batch)

    def quantise(model: Any, to: Path) -> None:
        quantize_static(
            model,
            to,
            Reader(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_CALIBRATED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options=_floats(),
        )

    return _made(content, quantise)


def feed(x: Any) -> dict[str, np.ndarray]:
    """Return what onnxruntime is given for inputs: an array, or a tuple of arrays."""
    parts = x if isinstance(x, tuple) else (x,)
    return dict(zip(input_names(len(parts)), parts, strict=True))


def _made(content: bytes, quantise: Callable[[Any, Path], None]) -> bytes:
    """Return the file that a quantiser of onnxruntime writes."""
    import onnx
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    with TemporaryDirectory() as folder, _silent():
        to = Path(folder) / "int8.onnx"
        try:
            model = onnx.load_from_string(content)
            del model.graph.value_info[:]  # shapes of weights that are about to be turned
            _unshared(model.graph)
            quantise(model, to)
            made = to.read_bytes()
            ort.InferenceSession(made, options, providers=["CPUExecutionProvider"])  # can it be run?
        except Exception as error:  # of onnx, onnxruntime or its quantiser: they share no class
            raise CompressError(
                f"onnxruntime cannot quantise this network: {str(error).strip().splitlines()[0][:200]}",
                rule="Its tools know the usual layers.",
                fix="another method: magnitude, lowrank",
            ) from None
    return made


def _unshared(graph: Any) -> None:
    """Give each Gemm a weight of its own: the quantiser turns it, and would turn a shared one twice."""
    weights = {part.name: part for part in graph.initializer}
    seen: set[str] = set()
    for node in graph.node:
        if node.op_type != "Gemm" or node.input[1] not in weights:
            continue
        name = node.input[1]
        if name in seen:
            copy = graph.initializer.add()
            copy.CopyFrom(weights[name])
            copy.name = node.input[1] = f"{name}.{len(seen)}.{node.name}"
        seen.add(name)


def _floats() -> dict[str, int]:
    """Say what a number is whose kind the quantiser cannot find out: a float."""
    import onnx

    return {"DefaultTensorType": onnx.TensorProto.FLOAT}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep the quantiser's advice, which it gives to the root logger, from the terminal."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)

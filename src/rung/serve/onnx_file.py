"""An ONNX file of a network: made, described, run by onnxruntime, and compared with the network."""

from __future__ import annotations

import copy
import io
import logging
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.scratch.nn.module import Module
from rung.serve.errors import ExportError
from rung.serve.packed import unpacked
from rung.serve.trace import OPSET, input_names, traced

# How far an exported network may be from its model: rounding, added up over its layers in another order.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Check:
    """How an exported network compares with its model on examples that training never saw.

    Attributes:
        examples: how many were asked.
        largest: the largest difference of any output.
        relative: the same, as a share of the largest output.
        same: how many examples have the same largest output; None where the output is one number.
    """

    examples: int
    largest: float
    relative: float
    same: int | None

    def line(self) -> str:
        """Say it in a sentence."""
        same = "" if self.same is None else f"; the same answer to {self.same:,} of {self.examples:,}"
        return (
            f"checked on {self.examples:,} held-out examples: largest difference of an output "
            f"{self.largest:.2g} ({self.relative:.2g} of the largest output){same}"
        )


def onnx_bytes(
    model: Any,
    x: Any,
    metadata: Mapping[str, str],
    probabilities: bool = True,
    outputs: Callable[[Any, Any], Any] | None = None,
    length: bool = False,
) -> bytes:
    """Return the ONNX file of a network, of either engine, with a batch axis of any length.

    Args:
        model: in evaluation mode.
        x: examples of its input, at least 3: an array, or a tuple of arrays.
        metadata: what the file says of itself.
        probabilities: whether its scores are of classes: then a second output is their softmax.
        outputs: called with the model and its input where the answer is not `model(x)`.
        length: whether the second axis, of words, may be of any length too; of PyTorch alone.

    Returns:
        a file with the inputs `x` (or `x0`, `x1`, ...) and the outputs `scores` and `probabilities`.

    Raises:
        ExportError: the network holds what cannot be exported.
    """
    from onnx import checker, helper

    if isinstance(model, Module):
        made = traced(model, x, outputs)
    else:
        made = _from_torch(model, x, outputs, length)
    if probabilities:
        made.graph.node.append(helper.make_node("Softmax", ["scores"], ["probabilities"], axis=-1))
        made.graph.output.append(made.graph.output[0])
        made.graph.output[-1].name = "probabilities"
    del made.metadata_props[:]
    helper.set_model_props(made, dict(metadata))
    made.producer_name, made.doc_string = "rung", metadata.get("about", "")
    checker.check_model(made)
    content: bytes = made.SerializeToString()
    return content


def run(content: bytes, x: Any, batch: int = 250) -> np.ndarray:
    """Return the scores that onnxruntime computes.

    Args:
        content: the file.
        x: an array, or a tuple of arrays.
        batch: examples at a time.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    parts = x if isinstance(x, tuple) else (x,)
    names = input_names(len(parts))
    found = []
    for i in range(0, len(parts[0]), batch):
        feed = {name: part[i : i + batch] for name, part in zip(names, parts, strict=True)}
        found.append(session.run(["scores"], feed)[0])
    return np.concatenate(found)


def compare(content: bytes, x: Any, expected: np.ndarray) -> Check:
    """Compare an ONNX file with what its model answers.

    Args:
        content: the file.
        x: held-out examples.
        expected: the model's answers to them, before any softmax.

    Raises:
        ExportError: it differs by more than TOLERANCE of the largest output, or in shape.
    """
    return compared(run(content, x), expected)


def compared(found: np.ndarray, expected: np.ndarray) -> Check:
    """Compare the answers of an exported network with those of its model; see `compare`.

    Raises:
        ExportError: they differ by more than TOLERANCE of the largest output, or in shape.

    Example:
        >>> compared(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0]])).same
        1
    """
    if found.shape != expected.shape:
        raise ExportError(
            f"the export answers with shape {found.shape}, the model with {expected.shape}",
            rule="An export must answer as its model does.",
        )
    largest = float(np.abs(found - expected).max())
    relative = largest / max(float(np.abs(expected).max()), 1e-12)
    if not relative <= TOLERANCE:
        raise ExportError(
            f"the export differs from the model by {largest:.3g}, {relative:.3g} of its largest output",
            rule=f"It may differ by {TOLERANCE:g} of it on held-out examples; nothing was written.",
            fix="train the run again with the installed versions, or report this network",
        )
    several = expected.ndim == 2 and expected.shape[1] > 1
    same = int((found.argmax(axis=1) == expected.argmax(axis=1)).sum()) if several else None
    return Check(len(expected), largest, relative, same)


def _from_torch(model: Any, x: Any, outputs: Callable[[Any, Any], Any] | None, length: bool) -> Any:
    """Return what torch.onnx makes of a network of PyTorch."""
    import torch

    parts = x if isinstance(x, tuple) else (x,)
    given = tuple(torch.from_numpy(np.ascontiguousarray(part[:3])) for part in parts)
    free = {0: torch.export.Dim("batch"), **({1: torch.export.Dim("length")} if length else {})}
    if isinstance(x, tuple) or outputs is not None:
        asked: Any = _asked(model, outputs, isinstance(x, tuple))
        axes: Any = (tuple(free for _ in given),)
    else:
        asked = model
        axes = (free,)
    asked = copy.deepcopy(asked).cpu().eval()
    talk = logging.getLogger("torch.onnx")
    before = talk.level
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), unpacked(asked):
        warnings.simplefilter("ignore")  # of torch about itself
        talk.setLevel(logging.ERROR)  # it misses torchvision, which no network here wants
        try:
            program: Any = torch.onnx.export(
                asked,
                given,
                dynamo=True,
                dynamic_shapes=axes,
                input_names=input_names(len(given)),
                output_names=["scores"],
                opset_version=OPSET,
                external_data=False,
                verbose=False,
            )
        except Exception as error:
            if (ours := _ours(error)) is not None:
                raise ours from None
            raise ExportError(
                f"PyTorch cannot export this network: {str(error).strip().splitlines()[0][:200]}",
                rule="torch.onnx follows one pass through the network; what depends on the values it meets "
                "cannot be followed.",
                fix="rung export RUN --to torch",
            ) from None
        finally:
            talk.setLevel(before)
    made: Any = program.model_proto
    fixed = [v.name for v in made.graph.input if length and not v.type.tensor_type.shape.dim[1].dim_param]
    if fixed:  # seen once, in a process that had exported several networks before
        raise ExportError(
            "PyTorch took the length of one example for the length of all",
            rule="A network of texts is exported for any length; nothing was written.",
            fix="the same command again, in a process of its own",
        )
    for node in made.graph.node:
        del node.metadata_props[:]  # paths of this machine
        node.doc_string = ""
    for value in (*made.graph.value_info, *made.graph.input, *made.graph.output, *made.graph.initializer):
        del value.metadata_props[:]
    del made.graph.metadata_props[:]
    return made


def _ours(error: BaseException | None) -> ExportError | None:
    """Return the error of ours that PyTorch wrapped in its own, if there is one."""
    while error is not None and not isinstance(error, ExportError):
        error = error.__cause__ or error.__context__
    return error


def _asked(model: Any, outputs: Callable[[Any, Any], Any] | None, several: bool) -> Any:
    """Return a module that asks the network as its project does."""
    from torch import nn

    class Asked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *x: Any) -> Any:
            given = x if several else x[0]
            return outputs(self.model, given) if outputs is not None else self.model(given)

    return Asked()

"""An ONNX file that also tells which places speak for each class, where that needs no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

_POOLS = ("GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax")
_PASSED = ("Reshape", "Flatten", "Squeeze", "Identity", "Dropout")


def with_evidence(content: bytes) -> bytes:
    """Return the file with an output `evidence` (n, classes, h, w), or as it was where there can be none.

    Of a network that ends with maps A_k, their mean or greatest value over all places, and one linear layer
    with weights w, Grad-CAM's weight of a map, the mean slope of the score over its places, is w_ck / (h w).
    So Grad-CAM of class c is max(0, evidence_c) / (h w), where

        evidence_c = sum over k of w_ck A_k

    is a convolution of 1 x 1, which the file can compute itself. Of a network that is asked about a picture
    and about its mirror image, the evidence is that of the picture.

    Args:
        content: an ONNX file with the output `scores`.

    Source: selvaraju2017, section 3.1, which shows that this is the class activation map of Zhou and others
    (2016, section 2).
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(content)
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    constants = {array.name: array for array in graph.initializer}
    linear = _linear(makers, "scores")
    if linear is None or linear.input[1] not in constants:
        return content
    pool = makers.get(linear.input[0])
    while pool is not None and pool.op_type in _PASSED:
        pool = makers.get(pool.input[0])
    if pool is None or pool.op_type not in _POOLS or not _over_places(pool, constants):
        return content
    weight = numpy_helper.to_array(constants[linear.input[1]])
    settings = {a.name: helper.get_attribute_value(a) for a in linear.attribute}
    weight = weight if settings.get("transB", 0) else weight.T
    if settings.get("transA", 0) or settings.get("alpha", 1.0) != 1.0:
        return content
    graph.initializer.append(
        numpy_helper.from_array(np.ascontiguousarray(weight[:, :, None, None]), "evidence weight")
    )
    graph.node.append(
        helper.make_node("Conv", [pool.input[0], "evidence weight"], ["evidence"], kernel_shape=[1, 1])
    )
    shape = ["batch", weight.shape[0], "rows", "columns"]
    graph.output.append(helper.make_tensor_value_info("evidence", TensorProto.FLOAT, shape))
    onnx.checker.check_model(model)
    made: bytes = model.SerializeToString()
    return made


def _linear(makers: dict[str, Any], name: str) -> Any:
    """Return the linear layer that makes the scores; None if something else does.

    The mean of two such layers' answers is of a picture and its mirror image: the first is the picture's.
    """
    node = makers.get(name)
    while node is not None and node.op_type in ("Identity", "Div"):
        node = makers.get(node.input[0])
    if node is not None and node.op_type == "Add":
        first, second = (makers.get(name) for name in node.input)
        if first is None or second is None:
            return None
        node = first if list(first.input[1:]) == list(second.input[1:]) else None
    return node if node is not None and node.op_type == "Gemm" else None


def _over_places(pool: Any, constants: dict[str, Any]) -> bool:
    """Whether a pooling goes over height and width, all of them and nothing else."""
    from onnx import numpy_helper

    if pool.op_type.startswith("Global"):
        return True
    if len(pool.input) < 2 or pool.input[1] not in constants:
        return False
    axes = numpy_helper.to_array(constants[pool.input[1]]).tolist()
    return sorted(axis % 4 for axis in axes) == [2, 3]

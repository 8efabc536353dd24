"""check_op and check_module: the rules that every part keeps, for parts of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.scratch.function import Function
from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor, apply
from rung.testing import checks
from rung.testing.compare import difference
from rung.testing.gradcheck import gradcheck, outputs_of
from rung.testing.row import LayerRow, Row, Sample, as_tensors

RULES = (
    checks.equals_central_differences,
    checks.leaves_its_inputs_alone,
    checks.takes_read_only_inputs,
    checks.takes_any_memory_order,
    checks.keeps_the_dtype,
    checks.gives_each_gradient_alone,
    checks.repeats_itself,
)


def check_op(
    op: type[Function],
    *inputs: Any,
    reference: Callable[..., Any] | None = None,
    smooth: bool = True,
    **options: Any,
) -> None:
    """Hold a Function to what every part is held to: right gradients, inputs left alone, dtype kept.

    Args:
        op: the Function class.
        *inputs: arrays to try it on. float64 ones get gradients, and are also given as float32.
        reference: what the output should be, as a function of the arrays; left out, only the gradients are
            checked.
        smooth: whether the inputs are away from corners, so that central differences make sense.
        **options: passed on to `forward`.

    Raises:
        AssertionError: a rule is broken; the message says which, and on what.

    Example:
        >>> from rung.scratch.ops import ReLU
        >>> check_op(ReLU, np.array([-1.0, 0.5, 2.0]), reference=lambda x: np.maximum(x, 0))
    """
    arrays = tuple(np.asarray(x) for x in inputs)
    row = Row(op.__name__, op, lambda rng: [Sample(arrays, options, smooth=smooth)], lambda torch, *a: None)
    if reference is not None:
        got = apply(op, *as_tensors(arrays, np.float64), **options).data
        expected = reference(*arrays, **options)
        off = difference(got, expected)
        assert off <= row.tolerance, (
            f"{op.__name__}: forward is off by {off:.3g}: {got} instead of {expected}"
        )
    for rule in RULES:
        rule(row)


def check_module(build: Callable[[], Module], *inputs: Any, smooth: bool = True) -> None:
    """Hold a Module to what every layer is held to.

    Its parameters are found and all get gradients, which agree with central differences; its state goes out
    and comes back; evaluation repeats itself; inputs are left alone; dtypes are kept; it can be printed.

    Args:
        build: makes the module; called several times, it may draw other weights each time.
        *inputs: arrays to try it on.
        smooth: whether the inputs are away from corners.

    Raises:
        AssertionError: a rule is broken.

    Example:
        >>> from rung.scratch import nn
        >>> check_module(lambda: nn.Linear(3, 2), np.ones((4, 3)))
    """
    arrays = tuple(np.asarray(x) for x in inputs)
    module = build()
    name = type(module).__name__
    row = LayerRow(
        name,
        type(module),
        lambda part, rng: _with_state(build(), module.state_dict()),
        lambda torch: None,
        lambda rng: [Sample(arrays, smooth=smooth)],
    )
    for rule in RULES:
        rule(row)
    assert repr(module).startswith(name), f"{name}: repr() does not begin with its name"
    _state_comes_back(build, module, arrays)
    _parameters_learn(row.make().to(np.float64), arrays, smooth)


def _with_state(module: Module, state: dict[str, np.ndarray]) -> Module:
    module.load_state_dict(state)
    return module


def _state_comes_back(build: Callable[[], Module], module: Module, arrays: tuple) -> None:
    """A second module with the state of the first computes the same."""
    other = _with_state(build(), module.state_dict()).eval()
    module.eval()
    results = [outputs_of(m(*as_tensors(arrays, np.float32))) for m in (module, other)]
    for a, b in zip(*results, strict=True):
        same = np.array_equal(a.data, b.data, equal_nan=True)
        assert same, (
            f"{type(module).__name__}: state_dict does not hold everything that the output depends on"
        )


def _parameters_learn(module: Module, arrays: tuple, smooth: bool) -> None:
    """Every parameter gets a gradient, and it is right."""
    module.eval()
    names = [name for name, p in module.named_parameters() if p.requires_grad]
    parameters = [p for _, p in module.named_parameters() if p.requires_grad]
    for out in outputs_of(module(*as_tensors(arrays, np.float64))):
        if out.requires_grad:
            out.backward(np.ones(out.shape), retain_graph=True)
    for name, p in zip(names, parameters, strict=True):
        assert p.grad is not None, f"{type(module).__name__}: {name} gets no gradient"
    if not smooth or not parameters:
        return

    def of_parameters(*values: Tensor) -> Any:
        # Let the values stand in for the parameters, so that the graph leads back to them.
        for name, value in zip(names, values, strict=True):
            home: Any = module
            *path, last = name.split(".")
            for step in path:
                home = getattr(home, step)
            home._parameters[last] = value
        return module(*as_tensors(arrays, np.float64, requires_grad=False))

    gradcheck(of_parameters, *[p.data.copy() for p in parameters], directions=3)

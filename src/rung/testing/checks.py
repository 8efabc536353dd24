"""What every part is held to. Each check takes a row of the table and raises AssertionError, or returns.

They are what `tests/testing/test_rows.py` runs, one test a row and check; a row of one's own can be checked
the same way:

    for check in checks_of(row).values():
        check()
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rung.scratch.tensor import Tensor
from rung.testing.compare import TOLERANCE, difference
from rung.testing.gradcheck import gradcheck, outputs_of
from rung.testing.row import LayerRow, Refusal, Row, Sample, as_tensors
from rung.testing.torch_side import measure

AnyRow = Row | LayerRow


@contextlib.contextmanager
def strict_numbers() -> Iterator[None]:
    """Turn overflow, division by zero and invalid operations into errors; what underflows may become 0."""
    with np.errstate(all="raise", under="ignore"):
        yield


def runner(row: AnyRow, dtype: Any = np.float64) -> Callable[..., Any]:
    """Return what a row runs: its function, or its layer built anew, in evaluation mode."""
    return row.call if isinstance(row, Row) else row.make().to(dtype).eval()


def equals_torch_in_float64(row: AnyRow) -> None:
    """Outputs, gradients, buffers and trained parameters equal PyTorch's but for the last digits."""
    _equals_torch(row, np.float64, row.tolerance)


def equals_torch_in_float32(row: AnyRow) -> None:
    """The same in float32, with float32's precision."""
    if isinstance(row, LayerRow) or row.float32:
        _equals_torch(row, np.float32, TOLERANCE[np.dtype(np.float32)])


def _equals_torch(row: AnyRow, dtype: Any, tolerance: float) -> None:
    with strict_numbers():
        measured = measure(row, dtype)
    for what in ("forward", "gradient", "steps"):
        value = getattr(measured, what)
        assert value is None or value <= tolerance, (
            f"{row.name}: {what} is off by {value:.3g} ({tolerance:g} allowed)"
        )


def equals_central_differences(row: AnyRow) -> None:
    """Gradients agree with what small changes of the inputs do, along random directions."""
    fn = runner(row)
    for sample in _smooth(row):
        gradcheck(lambda *a, s=sample: fn(*a, **s.options), *sample.inputs, directions=3)


def leaves_its_inputs_alone(row: AnyRow) -> None:
    """Neither forward nor backward changes an input, nor the gradient it is given."""
    fn = runner(row)
    for sample in row.cases():
        before = [np.array(x) if isinstance(x, np.ndarray) else x for x in sample.inputs]
        outputs = _run(fn, sample.inputs, sample, np.float64, copy=False)
        for out in outputs:
            if out.requires_grad:
                g = np.ones(out.shape)
                out.backward(g, retain_graph=True)
                assert (g == 1).all(), f"{row.name}: backward changed the gradient it was given"
        for x, was in zip(sample.inputs, before, strict=True):
            same = (
                np.array_equal(x, was, equal_nan=True)
                if isinstance(x, np.ndarray) and x.dtype.kind == "f"
                else True
            )
            assert same, f"{row.name}: an input was changed"


def takes_read_only_inputs(row: AnyRow) -> None:
    """It works on arrays that may not be written to."""
    fn = runner(row)
    for sample in row.cases():
        locked = tuple(np.array(x) if isinstance(x, np.ndarray) else x for x in sample.inputs)
        for x in locked:
            if isinstance(x, np.ndarray):
                x.flags.writeable = False
        _sweep(_run(fn, locked, sample, np.float64, copy=False))


def takes_any_memory_order(row: AnyRow) -> None:
    """Arrays that are transposed, reversed or spaced out in memory give the same outputs and gradients."""
    fn = runner(row)
    for sample in row.cases():
        usual = _outputs_and_gradients(fn, sample.inputs, sample)
        for rearrange in (spaced_out, np.asfortranarray, turned_round):
            inputs = tuple(rearrange(x) if isinstance(x, np.ndarray) and x.ndim else x for x in sample.inputs)
            for a, b in zip(_outputs_and_gradients(fn, inputs, sample), usual, strict=True):
                off = difference(a, b)
                said = f"{row.name}: {rearrange.__name__} inputs change the result by {off:.3g}"
                assert off <= row.tolerance / 10, said


def keeps_the_dtype(row: AnyRow) -> None:
    """float32 in gives float32 out, and float32 gradients; float64 stays float64."""
    for dtype in (np.float32, np.float64):
        fn = runner(row, dtype)
        for sample in row.cases():
            tensors = as_tensors(sample.inputs, dtype)
            outputs = outputs_of(fn(*tensors, **sample.options))
            for out in outputs:
                assert out.data.dtype.kind != "f" or out.data.dtype == dtype, (
                    f"{row.name}: output is {out.data.dtype}"
                )
            seen: list[Any] = []  # hooks see a gradient before the store could cast it
            for t in tensors:
                if isinstance(t, Tensor) and t.requires_grad:
                    t.register_hook(_noting(seen))
            _sweep(outputs)
            assert all(d == dtype for d in seen), (
                f"{row.name}: gradients are {seen}, the inputs {np.dtype(dtype)}"
            )


def _noting(seen: list[Any]) -> Callable[[Any], None]:
    return lambda g: seen.append(g.dtype)


def gives_each_gradient_alone(row: AnyRow) -> None:
    """An input's gradient is the same if it alone is wanted: a backward may skip only what nobody wants."""
    fn = runner(row)
    for sample in row.cases():
        wanted = [
            i for i, x in enumerate(sample.inputs) if isinstance(x, np.ndarray) and x.dtype == np.float64
        ]
        if len(wanted) < 2:
            continue
        together = _gradients(fn, sample, wanted)
        for i in wanted:
            alone = _gradients(fn, sample, [i])
            off = difference(alone[i], together[i])
            assert off <= 1e-12, f"{row.name}: the gradient of input {i} alone is off by {off:.3g}"


def _gradients(fn: Any, sample: Sample, wanted: list[int]) -> dict[int, np.ndarray]:
    tensors = [
        Tensor(x, requires_grad=i in wanted) if isinstance(x, np.ndarray) else x
        for i, x in enumerate(sample.inputs)
    ]
    _sweep(outputs_of(fn(*tensors, **sample.options)))
    return {i: np.zeros(()) if tensors[i].grad is None else np.array(tensors[i].grad) for i in wanted}


def repeats_itself(row: AnyRow) -> None:
    """The same inputs give the same outputs and gradients to the last bit."""
    fn = runner(row)
    for sample in row.cases():
        first, second = (_outputs_and_gradients(fn, sample.inputs, sample) for _ in range(2))
        for a, b in zip(first, second, strict=True):
            assert np.array_equal(a, b, equal_nan=True), f"{row.name}: a second call gave something else"


def refuses_what_is_wrong(row: AnyRow) -> None:
    """Each wrong call raises its error, and the message says what its row says."""
    for refusal in row.refusals:
        message = _message(refusal)
        assert message is not None, f"{row.name}: a wrong call ({refusal.says!r}) was not refused"
        assert re.search(refusal.says, message), f"{row.name}: the message is\n{message}"


def _message(refusal: Refusal) -> str | None:
    """Make the wrong call; return the message of its error, or None if none came."""
    try:
        refusal.call()
    except refusal.error as error:
        return str(error)
    return None


CHECKS: dict[str, Callable[[AnyRow], None]] = {
    check.__name__: check
    for check in (
        equals_torch_in_float64,
        equals_torch_in_float32,
        equals_central_differences,
        leaves_its_inputs_alone,
        takes_read_only_inputs,
        takes_any_memory_order,
        keeps_the_dtype,
        gives_each_gradient_alone,
        repeats_itself,
        refuses_what_is_wrong,
    )
}


def checks_of(row: Any) -> dict[str, Callable[[], None]]:
    """Return what a row is held to, by name: its own checks if it brings some, else all of CHECKS."""
    if hasattr(row, "checks"):
        return row.checks()
    return {name: functools.partial(check, row) for name, check in CHECKS.items()}


def spaced_out(x: np.ndarray) -> np.ndarray:
    """Return x with gaps between its numbers in memory."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), dtype=x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def turned_round(x: np.ndarray) -> np.ndarray:
    """Return x laid out backwards in memory."""
    return x[::-1].copy()[::-1]


def _smooth(row: AnyRow) -> Iterator[Sample]:
    yield from (s for s in row.cases() if s.smooth)


def _run(fn: Any, inputs: tuple, sample: Sample, dtype: Any, copy: bool = True) -> list[Tensor]:
    if copy:
        tensors = as_tensors(inputs, dtype)
    else:  # the arrays themselves
        tensors = [
            Tensor(x, requires_grad=x.dtype == np.float64) if isinstance(x, np.ndarray) else x for x in inputs
        ]
    return outputs_of(fn(*tensors, **sample.options))


def _sweep(outputs: list[Tensor]) -> None:
    for out in outputs:
        if out.requires_grad:
            out.backward(np.ones(out.shape), retain_graph=True)


def _outputs_and_gradients(fn: Any, inputs: tuple, sample: Sample) -> list[np.ndarray]:
    tensors = [Tensor(x, x.dtype == np.float64) if isinstance(x, np.ndarray) else x for x in inputs]
    outputs = outputs_of(fn(*tensors, **sample.options))
    _sweep(outputs)
    grads = [t.grad for t in tensors if isinstance(t, Tensor) and t.grad is not None]
    return [np.array(t.data) for t in outputs] + [np.array(g) for g in grads]

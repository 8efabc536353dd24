"""prove.run: the library is proven; a learner's part is found out, or found right."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from rung.errors import UnknownNameError
from rung.scratch import nn, ops
from rung.testing import prove


class SlowReLU(ops.ReLU):
    """Right, and written otherwise."""

    def backward(self, g):
        return np.where(self.open, g, 0).astype(g.dtype)


class WrongReLU(ops.ReLU):
    """Masks by the gradient's sign."""

    def backward(self, g):
        return np.maximum(g, 0)


class BrokenReLU(ops.ReLU):
    """Does not run."""

    def forward(self, x):
        raise ValueError("not yet written")


def test_a_part_by_name():
    found = prove.run(["ReLU", "linear", "nn.Linear"])
    assert [p.name for p in found] == ["ReLU", "nn.ReLU", "Linear", "nn.Linear"]
    assert all(p.ok for p in found)
    relu, _, linear, layer = found
    assert (relu.forward, relu.gradient, relu.steps) == (0.0, 0.0, None)
    assert relu.verdict == "exact"
    assert linear.verdict in ("exact", "equal")
    assert layer.steps is not None
    assert layer.steps < 1e-10


def test_what_is_found_is_plain_data():
    part = asdict(prove.run(["CrossEntropy"])[0])
    assert set(part) == {"name", "ok", "forward", "gradient", "steps", "note"}
    assert json.loads(json.dumps(part))["ok"] is True


def test_an_unknown_name():
    with pytest.raises(UnknownNameError, match='did you mean "ReLU"'):
        prove.run(["ReLUU"])


def test_names_are_listed_once():
    listed = prove.names()
    assert len(listed) == len(set(listed))
    assert {"ReLU", "nn.Linear", "CTC", "MLP"} <= set(listed)


@pytest.mark.slow
def test_a_learners_part_is_tried_on_every_row_that_runs_on_it():
    found = prove.run(replacements={ops.ReLU: SlowReLU})
    assert {"ReLU", "nn.ReLU"} <= {p.name for p in found}
    assert "Linear" not in {p.name for p in found}
    assert all(p.ok for p in found)


def test_a_wrong_part_is_found_out():
    found = {p.name: p for p in prove.run(["ReLU", "nn.ReLU", "Tanh"], {ops.ReLU: WrongReLU})}
    assert not found["ReLU"].ok
    assert found["ReLU"].verdict == "different"
    assert found["ReLU"].forward == 0.0
    assert found["ReLU"].gradient > 0.1
    assert not found["nn.ReLU"].ok
    assert found["Tanh"].ok
    assert prove.run(["ReLU"])[0].ok  # and the library's own is back


def test_a_part_that_does_not_run_is_a_finding():
    (relu, _) = prove.run(["ReLU"], {ops.ReLU: BrokenReLU})
    assert not relu.ok
    assert relu.note == "ValueError: not yet written"
    assert relu.forward is None


def test_a_layer_can_be_replaced_too():
    class NoBias(nn.Linear):
        def forward(self, x):
            return super().forward(x) - self.bias

    found = {p.name: p for p in prove.run(["nn.Linear"], {nn.Linear: NoBias})}
    assert not found["nn.Linear"].ok

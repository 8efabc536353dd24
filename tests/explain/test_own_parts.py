"""A subject on a learner's own parts: they run in every way of looking, told as what they stand for."""

import numpy as np
import pytest

from rung.explain.attribution import METHODS, attribute, sanity_check
from rung.explain.subject import Subject
from rung.explain.trace import trace
from rung.scratch import nn, ops
from rung.scratch.function import Function, current

X = np.random.default_rng(0).normal(size=(2, 6)).astype(np.float32)
called: list[str] = []


class Linear(Function):
    def forward(self, x, weight, bias):
        called.append("Linear")
        self.x, self.weight = x, weight
        return x @ weight.T + bias

    def backward(self, g):
        return g @ self.weight, g.T @ self.x, g.sum(0)


class ReLU(Function):
    def forward(self, x):
        called.append("ReLU")
        self.open = x > 0
        return x * self.open

    def backward(self, g):
        called.append("ReLU back")
        return g * self.open


def model():
    return nn.Sequential(nn.Linear(6, 8, rng=0), nn.ReLU(), nn.Linear(8, 3, rng=1))


@pytest.fixture
def subjects():
    called.clear()
    theirs = {ops.Linear: Linear, ops.activation.ReLU: ReLU}
    return Subject(model()), Subject(model(), parts=theirs)


def test_the_parts_run_and_are_gone_again(subjects):
    library, own = subjects
    np.testing.assert_allclose(own.ask(X), library.ask(X), rtol=1e-5)
    assert called == ["Linear", "ReLU", "Linear"]
    assert current(ops.activation.ReLU) is not ReLU


@pytest.mark.parametrize("method", [name for name, m in METHODS.items() if "table" in m.inputs])
def test_every_attribution_runs_on_the_parts(subjects, method):
    library, own = subjects
    settings = {"steps": 5} if method == "integrated-gradients" else {}
    expected = attribute(library, X, 1, method, **settings).map
    assert called == []
    np.testing.assert_allclose(attribute(own, X, 1, method, **settings).map, expected, atol=1e-5)
    assert "ReLU" in called
    assert ("ReLU back" in called) == (method != "occlusion")


def test_randomised_copies_keep_the_parts(subjects):
    library, own = subjects
    expected = sanity_check(library, X, method="saliency").correlations
    assert sanity_check(own, X, method="saliency").correlations == pytest.approx(expected, abs=1e-5)
    assert called


def test_their_work_is_counted_like_that_of_what_they_stand_for(subjects):
    library, own = (trace(subject, X[:1], times=0) for subject in subjects)
    assert own.flops == library.flops == 2 * (6 * 8 + 8 * 3)
    assert [c.between for c in own.calls] == [c.between for c in library.calls]

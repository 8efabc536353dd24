"""Looking changes nothing, and sees the same in a model from scratch as in PyTorch's with its weights."""

import numpy as np
import pytest
import torch

from rung.explain.engine import engine_of
from rung.explain.subject import Subject, UnknownLayerError
from rung.scratch import nn


def ours():
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, rng=rng),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(3 * 4 * 4, 5, rng=rng),
    )


def theirs(state):
    t = torch.nn
    model = t.Sequential(t.Conv2d(1, 3, 3), t.ReLU(), t.Dropout(0.5), t.Flatten(), t.Linear(48, 5))
    model.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
    return model


@pytest.fixture
def pair():
    model = ours()
    return Subject(model), Subject(theirs(model.state_dict()))


X = np.random.default_rng(1).normal(size=(4, 1, 6, 6)).astype(np.float32)


def test_answers_values_and_gradients_are_the_same_on_both_engines(pair):
    a, b = pair
    assert (a.engine.name, b.engine.name) == ("scratch", "pytorch")
    np.testing.assert_allclose(a.ask(X), b.ask(X), atol=1e-6)
    np.testing.assert_allclose(a.value(X, "1"), b.value(X, "1"), atol=1e-6)
    for layer in (None, "0", "3"):
        for target in (2, [0, 1, 2, 3], np.ones((4, 5))):
            for mine, yours in zip(a.gradient(X, target, layer), b.gradient(X, target, layer), strict=True):
                np.testing.assert_allclose(mine, yours, atol=1e-6)


@pytest.mark.parametrize("which", [0, 1])
def test_the_gradient_is_the_slope_of_the_score(pair, which):
    subject = pair[which]
    _, x, gradient = subject.gradient(X, 2)
    step = 1e-2 * np.sign(gradient).astype(np.float32)
    rise = (subject.ask(x + step) - subject.ask(x - step))[:, 2] / 2
    np.testing.assert_allclose(rise, (gradient * step).sum((1, 2, 3)), rtol=0.05)


@pytest.mark.parametrize("which", [0, 1])
def test_a_value_that_is_put_in_reaches_the_answer(pair, which):
    subject = pair[which]
    zeros = np.zeros_like(subject.value(X, "3"))
    scores, value, _ = subject.gradient(X, 0, "3", zeros)
    bias = subject.layer("4").bias
    np.testing.assert_allclose(scores, np.tile(subject.engine.array(bias), (4, 1)), atol=1e-6)
    assert not value.any()


@pytest.mark.parametrize("which", [0, 1])
def test_looking_leaves_mode_weights_and_gradients_alone(pair, which):
    subject = pair[which]
    model = subject.model
    model.train()
    model[2].eval()
    subject.ask(X)
    subject.gradient(X, 1)
    assert [m.training for m in (model, model[0], model[2])] == [True, True, False]
    assert all(p.grad is None and p.requires_grad for p in model.parameters())
    assert np.array_equal(subject.ask(X), subject.ask(X)), "dropout is off"


def test_whole_numbers_go_in_as_they_are_and_gradients_are_by_their_vectors():
    model = nn.Sequential(nn.Embedding(7, 3, rng=0), nn.Flatten(), nn.Linear(6, 2, rng=1))
    torch_model = torch.nn.Sequential(torch.nn.Embedding(7, 3), torch.nn.Flatten(), torch.nn.Linear(6, 2))
    torch_model.load_state_dict({k: torch.from_numpy(v) for k, v in model.state_dict().items()})
    words = np.array([[1, 4], [6, 0]])
    found = [Subject(m).gradient(words, [0, 1], "0") for m in (model, torch_model)]
    for mine, yours in zip(*found, strict=True):
        np.testing.assert_allclose(mine, yours, atol=1e-6)


def test_what_is_no_model_and_what_is_no_layer_is_told(pair):
    with pytest.raises(TypeError, match="a function is no model"):
        engine_of(lambda x: x)
    with pytest.raises(UnknownLayerError, match="no layer '9'") as told:
        pair[0].value(X, "9")
    assert "Its layers are 0, 1, 2, 3, 4." in str(told.value)

"""The derivatives by hand against PyTorch and against nudges."""

import numpy as np
import pytest
import torch

from rung.scratch.models.two_layer import gradients, predict, squared_error


@pytest.mark.parametrize(("d", "m"), [(2, 3), (1, 1), (5, 2)])
def test_gradients_agree_with_pytorch(d, m):
    rng = np.random.default_rng(d * 10 + m)
    x, y = rng.normal(size=d), float(rng.normal())
    parameters = rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=m), float(rng.normal())
    w1, b1, w2, b2 = (torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in parameters)
    loss = (w2 @ torch.tanh(w1 @ torch.tensor(x) + b1) + b2 - y) ** 2
    loss.backward()
    assert squared_error(predict(x, *parameters)[2], y) == pytest.approx(loss.item())
    for ours, theirs in zip(gradients(x, y, *parameters), (w1, b1, w2, b2), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-12)

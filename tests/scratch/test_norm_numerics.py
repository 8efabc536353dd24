"""A variance taken as E[x²] - E[x]² loses all its digits for numbers around 1,000,000; ours must not."""

import numpy as np
import pytest

from rung.scratch import Tensor
from rung.scratch.nn import functional as F


@pytest.mark.parametrize("mean", [0.0, 1e3, 1e6])
def test_batch_norm_of_numbers_far_from_0_still_has_variance_1(mean):
    x = mean + np.random.default_rng(0).standard_normal((64, 3))
    y = F.batch_norm(Tensor(x), None, None, training=True, eps=0.0).data
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-8)
    np.testing.assert_allclose(y.var(axis=0), 1, rtol=1e-8)

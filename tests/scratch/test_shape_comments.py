"""The shape comments in the operations say what the arrays are."""

import numpy as np
import pytest

from rung.scratch import ops
from rung.testing import check_shape_comments

RNG = np.random.default_rng(0)


def draw(*shape):
    return RNG.standard_normal(shape)


CASES = {
    "Linear": (ops.Linear, (draw(5, 3), draw(4, 3), draw(4)), {}, (5, 4)),
    "MatMul": (ops.MatMul, (draw(2, 5, 3), draw(2, 3, 4)), {}, (2, 5, 4)),
    "CrossEntropy": (ops.CrossEntropy, (draw(5, 3), np.array([0, 1, 2, 0, 1])), {}, ()),
    "NLL": (ops.NLL, (draw(5, 3), np.array([0, 1, 2, 0, 1])), {}, ()),
    "Prod": (ops.Prod, (draw(5, 3),), {"dim": 1}, (5,)),
    "BCE": (ops.BCE, (RNG.uniform(0.1, 0.9, 4), RNG.uniform(0, 1, 4)), {}, ()),
    "Dropout": (ops.Dropout, (draw(5, 3),), {"p": 0.5, "rng": np.random.default_rng(0)}, (5, 3)),
    "ELU": (ops.ELU, (draw(5, 3),), {}, (5, 3)),
    "CTC": (
        ops.CTC,
        (
            np.log(RNG.dirichlet(np.ones(4), (9, 3))),
            np.array([[1, 1, 2, 3, 1], [3, 2, 3, 2, 1], [2, 1, 2, 1, 2]]),
        ),
        {"input_lengths": np.array([9, 8, 9]), "blank": 0, "target_lengths": np.array([3, 4, 1])},
        (3,),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_comments_of(name):
    op, arrays, options, shape = CASES[name]
    fn = op()
    fn.needs = (True,) * len(arrays)
    compared = check_shape_comments(fn.forward, *arrays, **options)
    compared += check_shape_comments(fn.backward, np.ones(shape))
    assert compared > 0

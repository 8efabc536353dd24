"""check_shape_comments: right comments are counted, wrong ones are found."""

import numpy as np
import pytest

from rung.testing import ShapeCommentError, check_shape_comments


def attention(q, k, v, h):
    B, T, D = q.shape
    q = q.reshape(B, T, h, D // h).swapaxes(1, 2)  # (B, h, T, d)
    k = k.reshape(B, T, h, D // h).swapaxes(1, 2)  # (B, h, T, d)
    v = v.reshape(B, T, h, D // h).swapaxes(1, 2)  # (B, h, T, d)
    scores = q @ k.swapaxes(-1, -2)  # (B, h, T, T)
    e = np.exp(scores - scores.max(-1, keepdims=True))  # (B, h, T, T)
    p = e / e.sum(-1, keepdims=True)  # (B, h, T, T), rows sum to 1
    y = (p @ v).swapaxes(1, 2).reshape(B, T, D)  # (B, T, D)
    return y


def kept_axis(x):
    m = x.max(-1, keepdims=True)  # (B, T)
    return m


def missing_transpose(x):
    y = x.swapaxes(1, 2)  # (B, T, d)
    z = x  # (B, T, d)
    return y, z


def many_kinds(x):
    n = x.shape[0]
    a, b = x[:, 0], x[0]  # (n)
    rows: np.ndarray = x * 1  # (n, 3)
    rows += 1  # (..., 3)
    flat = rows.reshape(-1)  # (n 3)
    for i in range(n):
        row = x[i]  # (3)
    total = x.sum()  # ()
    return a, b, flat, row, total


X = np.random.default_rng(0).standard_normal((2, 5, 4))


def test_right_comments_are_counted():
    assert check_shape_comments(attention, X, X, X, h=2) == 7


def test_a_kept_axis_is_found():
    with pytest.raises(ShapeCommentError, match=r"the comment says \(B, T\), the array is \(2, 5, 1\)"):
        check_shape_comments(kept_axis, X)


def test_a_missing_transpose_is_found():
    with pytest.raises(ShapeCommentError, match=r"T is 4 here, but the array is \(2, 5, 4\)"):
        check_shape_comments(missing_transpose, X)


def test_numbers_products_dots_tuples_and_loops():
    with pytest.raises(ShapeCommentError, match=r"n is 4 here, but the array is \(3,\)"):
        check_shape_comments(many_kinds, X[:, 0, :3].repeat(2, 0))
    assert check_shape_comments(many_kinds, np.ones((3, 3))) == 9


class Layer:
    def __init__(self):
        self.w = np.ones((3, 4))

    def forward(self, x):
        self.y = x @ self.w  # (N, out)
        return self.y


def test_methods_and_attributes():
    assert check_shape_comments(Layer().forward, np.ones((2, 3))) == 1


def test_tracing_ends_even_after_an_error():
    import sys

    before = sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        check_shape_comments(lambda x: x / (len(x) - len(x)) if False else 1 // 0, X)
    assert sys.gettrace() is before

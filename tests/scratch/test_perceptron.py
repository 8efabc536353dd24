"""The perceptron, its margin and bound, its losses, and networks of step units."""

import itertools
import math

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron
from sklearn.svm import SVC

from rung.scratch.errors import DTypeError
from rung.scratch.models import line, margin_loss, perceptron, step_network
from rung.scratch.models import margin as margins


def petals(first, second):
    """Two species of iris: petal length and width in cm, labels -1 and +1."""
    iris = load_iris()
    keep = (iris.target == first) | (iris.target == second)
    return iris.data[keep, 2:4], np.where(iris.target[keep] == second, 1, -1)


def clouds(rng, n=40, d=2, gap=0.3):
    """Random points that a line with a gap on both sides separates."""
    w, b = rng.normal(size=d), rng.normal()
    x = rng.normal(size=(4 * n, d)) * 2
    s = (x @ w + b) / np.linalg.norm(w)
    keep = np.abs(s) > gap
    return x[keep][:n], np.where(s > 0, 1, -1)[keep][:n]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_score_of_many_points_is_the_score_of_each(rng):
    w, b, x = rng.normal(size=3), 0.7, rng.normal(size=(5, 3))
    np.testing.assert_allclose(perceptron.score(w, b, x), [sum(w * row) + b for row in x])


def test_predict_gives_the_negative_side_to_a_point_on_the_line():
    assert perceptron.predict(np.array([1.0, -1.0]), 0.0, np.array([2.0, 2.0])) == -1


def test_line_through_passes_through_both_points_and_measures_distance(rng):
    for _ in range(20):
        p, q = rng.normal(size=(2, 2))
        w, b = line.line_through(p, q)
        np.testing.assert_allclose(perceptron.score(w, b, np.array([p, q, 3 * q - 2 * p])), 0, atol=1e-12)
        left = p + np.array([-(q - p)[1], (q - p)[0]]) / np.linalg.norm(q - p) * 2.5
        assert perceptron.score(w, b, left) == pytest.approx(2.5)


def test_line_through_one_point_is_refused():
    with pytest.raises(line.NoLineError, match="both points are"):
        line.line_through([1.0, 2.0], [1.0, 2.0])


def test_line_within_is_the_way_back_from_line_through(rng):
    for _ in range(30):
        p, q = np.array([0.0, rng.uniform(0.2, 1.8)]), np.array([3.0, rng.uniform(0.2, 1.8)])
        p, q = (p, q) if rng.random() < 0.5 else (q, p)
        w, b = line.line_through(p, q)
        np.testing.assert_allclose(
            line.line_within(2.5 * w, 2.5 * b, (0.0, 3.0), (0.0, 2.0)), [p, q], atol=1e-12
        )


def test_line_within_is_none_out_of_sight():
    assert line.line_within(np.array([1.0, 1.0]), 5.0, (0.0, 3.0), (0.0, 2.0)) is None
    assert line.line_within(np.array([0.0, 1.0]), 1.0, (0.0, 3.0), (0.0, 2.0)) is None
    assert line.line_within(np.zeros(2), 1.0, (0.0, 3.0), (0.0, 2.0)) is None


def test_best_line_is_beaten_by_no_random_line(rng):
    for _ in range(5):
        x, y = rng.normal(size=(12, 2)), rng.choice([-1, 1], size=12)
        w, b, wrong = line.best_line(x, y)
        assert wrong == np.sum(y * perceptron.score(w, b, x) <= 0)
        lines = rng.normal(size=(20_000, 3))
        assert wrong <= (y * (lines[:, :2] @ x.T + lines[:, 2:]) <= 0).sum(axis=1).min()


def test_best_line_finds_what_separates_and_counts_the_overlap():
    assert line.best_line(*petals(0, 1))[2] == 0
    assert line.best_line(*petals(1, 2))[2] == 3


def test_best_line_needs_two_points():
    with pytest.raises(line.NoLineError, match="the same"):
        line.best_line(np.ones((3, 2)), np.array([1, -1, 1]))


def test_update_leaves_right_points_and_its_inputs_alone(rng):
    w, x = rng.normal(size=3), rng.normal(size=3)
    kept = w.copy()
    y = int(perceptron.predict(w, 0.1, x))
    new, b = perceptron.perceptron_update(w, 0.1, x, y)
    np.testing.assert_array_equal(new, w)
    assert b == 0.1
    perceptron.perceptron_update(w, 0.1, x, -y)
    np.testing.assert_array_equal(w, kept)


def test_update_raises_the_margin_of_a_wrong_point_by_its_squared_length(rng):
    for lr in (1.0, 0.1):
        w, x, b = rng.normal(size=3), rng.normal(size=3), 0.2
        y = -int(perceptron.predict(w, b, x))
        new_w, new_b = perceptron.perceptron_update(w, b, x, y, lr)
        gain = y * perceptron.score(new_w, new_b, x) - y * perceptron.score(w, b, x)
        assert gain == pytest.approx(lr * (x @ x + 1))


def test_a_fit_on_separable_petals_ends_and_agrees_with_scikit_learn():
    x, y = petals(0, 1)
    fit = perceptron.perceptron_fit(x, y)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=len(fit.mistakes)).fit(x, y)
    assert fit.mistakes[-1] == 0
    assert (y * perceptron.score(fit.w, fit.b, x) > 0).all()
    np.testing.assert_allclose(theirs.coef_[0], fit.w)
    assert theirs.intercept_[0] == pytest.approx(fit.b)


def test_the_learning_rate_changes_no_decision_from_zero(rng):
    x, y = clouds(rng)
    one, tenth = perceptron.perceptron_fit(x, y), perceptron.perceptron_fit(x, y, lr=0.125)
    assert one.mistakes == tenth.mistakes
    np.testing.assert_allclose(tenth.w, one.w / 8)


def test_a_fit_without_a_line_uses_up_its_passes():
    x, y = petals(1, 2)
    fit = perceptron.perceptron_fit(x, y, epochs=20)
    assert len(fit.mistakes) == 20
    assert min(fit.mistakes) > 0


def test_pocket_keeps_a_better_line_than_the_last_one():
    x, y = petals(1, 2)
    last = perceptron.perceptron_fit(x, y, epochs=30, rng=np.random.default_rng(0))
    w, b, wrong = perceptron.pocket(x, y, epochs=30, rng=np.random.default_rng(0))
    assert wrong == np.sum(y * perceptron.score(w, b, x) <= 0)
    assert wrong < np.sum(y * perceptron.score(last.w, last.b, x) <= 0)
    assert perceptron.pocket(*petals(0, 1))[2] == 0


def test_widest_margin_is_no_smaller_than_that_of_any_other_line(rng):
    for _ in range(30):
        x, y = clouds(rng, d=int(rng.integers(1, 5)))
        found = margins.widest_margin(x, y)
        others = rng.normal(size=(500, x.shape[1] + 1)) * 0.2 + np.append(found.w, found.b)
        others /= np.linalg.norm(others, axis=1, keepdims=True)
        signed = y[:, None] * np.column_stack([x, np.ones(len(x))])
        assert found.margin == pytest.approx((signed @ np.append(found.w, found.b)).min())
        assert found.margin >= (signed @ others.T).min(axis=0).max() - 1e-9
        assert np.hypot(np.linalg.norm(found.w), found.b) == pytest.approx(1)


def test_widest_margin_equals_that_of_a_support_vector_machine():
    x, y = petals(0, 1)
    both = np.column_stack([x, np.ones(len(x))])
    mirrored, signs = np.vstack([both, -both]), np.append(y, -y)  # mirrored data: its best line has no offset
    svm = SVC(kernel="linear", C=1e8).fit(mirrored, signs)
    assert margins.widest_margin(x, y).margin == pytest.approx(1 / np.linalg.norm(svm.coef_), rel=1e-3)


def test_widest_margin_is_zero_where_no_line_separates():
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    found = margins.widest_margin(corners, np.array([-1, 1, 1, -1]))
    assert found.margin == 0
    assert margins.mistake_bound(found) == math.inf


def test_the_bound_holds_from_any_start_and_with_any_rate(rng):
    tight = 0.0
    for _ in range(60):
        x, y = clouds(rng, n=25, gap=float(rng.uniform(0.02, 0.5)))
        found = margins.widest_margin(x, y)
        lr = float(rng.choice([0.1, 1.0, 3.0]))
        w, b = (np.zeros(2), 0.0) if rng.random() < 0.3 else (rng.normal(size=2) * 5, float(rng.normal()))
        bound = margins.mistake_bound(found, w, b, lr)
        made, wrong = 0, 1
        while wrong:
            w, b, wrong = perceptron.perceptron_epoch(w, b, x, y, lr)
            made += wrong
        assert made <= bound
        tight = max(tight, made / bound)
    assert tight > 0.2  # a bound that is never approached would hold for the wrong reason


def test_the_bound_from_zero_is_novikoffs():
    found = margins.widest_margin(*petals(0, 1))
    assert margins.mistake_bound(found) == pytest.approx((found.radius / found.margin) ** 2)
    assert margins.mistake_bound(found, lr=0.01) == pytest.approx((found.radius / found.margin) ** 2)


LOSSES = [margin_loss.perceptron_loss, margin_loss.hinge_loss, margin_loss.logistic_loss]


@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_are_those_of_the_loss(loss):
    m = np.array([-3.0, -0.4, 0.3, 0.9, 1.2, 5.0])
    up, down = loss(m + 1e-6)[0], loss(m - 1e-6)[0]
    np.testing.assert_allclose(loss(m)[1], (up - down) / 2e-6, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES)
def test_line_gradient_is_that_of_the_average_loss(loss, rng):
    w, b, x, y = rng.normal(size=3), 0.3, rng.normal(size=(8, 3)), rng.choice([-1, 1], size=8)
    value, dw, db = margin_loss.line_gradient(loss, w, b, x, y)
    assert value == pytest.approx(loss(y * (x @ w + b))[0].mean())
    for k in range(3):
        step = np.eye(3)[k] * 1e-6
        up, down = (margin_loss.line_gradient(loss, w + s, b, x, y)[0] for s in (step, -step))
        assert dw[k] == pytest.approx((up - down) / 2e-6, abs=1e-7)
    up, down = (margin_loss.line_gradient(loss, w, b + s, x, y)[0] for s in (1e-6, -1e-6))
    assert db == pytest.approx((up - down) / 2e-6, abs=1e-7)


def test_a_step_on_the_perceptron_loss_of_one_point_is_the_perceptron_trick(rng):
    for _ in range(20):
        w, b, x, y = rng.normal(size=2), float(rng.normal()), rng.normal(size=2), int(rng.choice([-1, 1]))
        _, dw, db = margin_loss.line_gradient(margin_loss.perceptron_loss, w, b, x[None], np.array([y]))
        trick = perceptron.perceptron_update(w, b, x, y, lr=0.3)
        np.testing.assert_allclose(w - 0.3 * dw, trick[0])
        assert b - 0.3 * db == pytest.approx(trick[1])


def test_the_logistic_loss_stays_finite_for_large_margins():
    loss, slope = margin_loss.logistic_loss(np.array([-1e4, -800.0, 800.0, 1e4]))
    np.testing.assert_allclose(loss, [1e4, 800.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(slope, [-1, -1, 0, 0], atol=1e-12)


def test_the_count_of_mistakes_has_no_slope():
    loss, slope = margin_loss.zero_one_loss(np.array([-2.0, 0.0, 2.0]))
    assert loss.tolist() == [1, 1, 0]
    assert not slope.any()


def test_step_network_is_perceptrons_one_after_another(rng):
    layers = [(rng.normal(size=(3, 2)), rng.normal(size=3)), (rng.normal(size=(1, 3)), rng.normal(size=1))]
    x = rng.normal(size=(6, 2))
    hidden = np.array([[perceptron.predict(w, b, p) for w, b in zip(*layers[0], strict=True)] for p in x])
    want = [[perceptron.predict(layers[1][0][0], layers[1][1][0], h)] for h in hidden]
    np.testing.assert_array_equal(step_network.step_network(layers, x), want)
    assert step_network.step_network(layers, x[0]).shape == (1,)


def test_xor_network_computes_exclusive_or():
    out = step_network.step_network(step_network.xor_network(), step_network.truth_table(2))
    assert out.ravel().tolist() == [-1, 1, 1, -1]


@pytest.mark.parametrize("n", [2, 3])
def test_is_separable_agrees_with_the_convex_hulls(n):
    rows = step_network.truth_table(n)
    for y in itertools.product([-1, 1], repeat=len(rows)):
        want = margins.widest_margin(rows, np.array(y)).margin > 0
        assert step_network.is_separable(rows, np.array(y)) == want


def test_is_separable_refuses_fractions():
    with pytest.raises(DTypeError, match="not whole"):
        step_network.is_separable(np.array([[0.1], [0.2]]), np.array([-1, 1]))


def test_the_known_counts_of_threshold_functions():
    assert [step_network.count_separable(n) for n in range(4)] == [2, 4, 14, 104]  # OEIS A000609


@pytest.mark.slow
def test_the_count_for_four_inputs():
    assert step_network.count_separable(4) == 1882

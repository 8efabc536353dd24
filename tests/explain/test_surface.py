"""A surface is the loss where it says, in both engines; and the weights come back to the bit."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from rung.explain.contour import contour
from rung.explain.subject import Subject
from rung.explain.surface import cross_entropy, surface
from rung.explain.weights import put, weights
from rung.scratch import nn
from rung.scratch.errors import SettingError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4)).astype(np.float32)
Y = RNG.integers(0, 3, 30)


def pair():
    mine = nn.Sequential(nn.Linear(4, 6, rng=0), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3, rng=1))
    t = torch.nn
    yours = t.Sequential(t.Linear(4, 6), t.BatchNorm1d(6), t.Dropout(0.5), t.Linear(6, 3))
    state = {k: torch.from_numpy(np.array(v)) for k, v in mine.state_dict().items()}
    yours.load_state_dict(state)
    return mine, yours


def test_the_surface_is_the_same_in_both_engines_and_has_the_loss_in_its_middle():
    a, b = (surface(Subject(m), X, Y, size=5) for m in pair())
    np.testing.assert_allclose(a.losses, b.losses, rtol=1e-4)
    mine = pair()[0]
    mine.eval()
    here = cross_entropy(Subject(mine).ask(X), Y)
    assert a.centre == here
    assert a.losses[2, 2] == here
    assert len(np.unique(a.losses)) > 20
    t = torch.nn.functional.cross_entropy(torch.from_numpy(Subject(mine).ask(X)), torch.from_numpy(Y))
    assert here == pytest.approx(float(t), rel=1e-5)


def test_filters_are_moved_by_as_much_as_they_are_long_and_biases_stay():
    model = pair()[0]
    before, seen = weights(model), []

    def loss(scores, y):
        seen.append(weights(model))
        return float(scores.mean())

    surface(Subject(model), X, Y, loss, size=3, span=1.0)
    moved = seen[1 + 3 + 2]  # after the present weights: a row below, then the middle row's last point
    for name, w in before.items():
        if w.ndim > 1:
            step = np.linalg.norm(moved[name] - w, axis=1)
            np.testing.assert_allclose(step, np.linalg.norm(w, axis=1), rtol=1e-4)
        else:
            assert np.array_equal(moved[name], w)


def bits(model):
    state = {
        k: v.numpy() if isinstance(v, torch.Tensor) else np.asarray(v) for k, v in model.state_dict().items()
    }
    return {k: v.tobytes() for k, v in state.items()}


@pytest.mark.parametrize("which", [0, 1])
def test_weights_and_statistics_come_back_to_the_bit_also_when_stopped(which):
    model = pair()[which]
    model.train()
    before = bits(model)

    def stop(done, of):
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        surface(Subject(model), X, Y, size=5, progress=stop)
    surface(Subject(model), X, Y, size=3)
    assert bits(model) == before
    assert model.training


def walk(model, steps=6):
    """Snapshots of a training that walks along two known directions, 10 times as far along the first."""
    end = weights(model)
    rng = np.random.default_rng(3)
    d1, d2 = ({n: rng.normal(size=w.shape).astype(np.float32) for n, w in end.items()} for _ in range(2))
    return [{n: end[n] + (steps - s) * (d1[n] + 0.1 * (-1) ** s * d2[n]) for n in end} for s in range(steps)]


@pytest.mark.parametrize("which", [0, 1])
def test_the_plane_of_a_path_holds_it_and_the_losses_are_those_of_its_points(which):
    model = pair()[which]
    snapshots = walk(model)
    found = surface(Subject(model), X, Y, snapshots=snapshots, size=17)
    assert sum(found.explained) == pytest.approx(1, abs=1e-5)
    assert found.explained[0] > 0.95
    assert found.path[-1] == (0, 0)
    assert len(found.path) == 7
    # distances in the plane are those of the weights, since the plane holds the path
    far = np.sqrt(sum(((snapshots[0][n] - w) ** 2).sum() for n, w in weights(model).items()))
    assert np.hypot(*found.path[0]) == pytest.approx(far, rel=1e-4)
    put(model, snapshots[2])
    true = cross_entropy(Subject(model).ask(X), Y)
    x, y = found.path[2]
    j, i = np.abs(found.across - x).argmin(), np.abs(found.up - y).argmin()
    near = found.losses[i - 1 : i + 2, j - 1 : j + 2]
    assert near.min() * 0.98 <= true <= near.max() * 1.02


def test_a_path_that_is_a_line_or_one_snapshot_has_a_plane_too():
    model = pair()[0]
    one = surface(Subject(model), X, Y, snapshots=walk(model)[:1], size=3)
    assert one.explained == (1, 0)
    assert np.isfinite(one.losses).all()
    assert one.up[-1] > one.up[0]


def test_a_random_walk_has_the_shares_that_the_caption_tells():
    model = nn.Linear(60, 60, rng=0)
    end, rng = weights(model), np.random.default_rng(0)
    snapshots = [end]
    for _ in range(150):
        snapshots.append({n: w + rng.normal(size=w.shape) for n, w in snapshots[-1].items()})
    x = np.ones((2, 60), np.float32)
    found = surface(Subject(model), x, np.zeros(2, int), snapshots=snapshots[:0:-1], size=3)
    assert found.explained == pytest.approx((0.81, 0.09), abs=0.03)
    assert "81% and 9%" in found.caption


def test_what_is_no_plane_is_told():
    model = pair()[0]
    with pytest.raises(SettingError, match="size is 2"):
        surface(Subject(model), X, Y, size=2)
    with pytest.raises(SettingError, match="all snapshots are the present weights"):
        surface(Subject(model), X, Y, snapshots=[weights(model)])
    with pytest.raises(ShapeError, match=r"snapshot 0 has no '0\.weight', the model one of \(6, 4\)"):
        surface(Subject(model), X, Y, snapshots=[{}])
    with pytest.raises(SettingError, match="no weights to move"):
        surface(Subject(nn.BatchNorm1d(4)), X, Y)


def test_a_contour_goes_around_a_hill_at_its_height():
    side = np.linspace(-2, 2, 41)
    hill = side[:, None] ** 2 + side**2
    points = np.array([p for piece in contour(hill, 1.003) for p in piece])
    radius = np.hypot(*(points * 0.1 - 2).T)
    np.testing.assert_allclose(radius, 1, atol=0.01)
    starts, ends = np.array(contour(hill, 1.003)).transpose(1, 0, 2).round(6)
    both = np.concatenate([starts, ends])
    _, counts = np.unique(both, axis=0, return_counts=True)
    assert (counts == 2).all(), "the line is closed"


def test_a_saddle_is_cut_the_way_its_middle_lies():
    high = contour(np.array([[1.0, 0.0], [0.2, 1.0]]), 0.5)
    low = contour(np.array([[0.6, 0.0], [0.0, 0.6]]), 0.5)
    assert len(high) == len(low) == 2

    def cut_off(pieces, corner):
        return any(np.abs(np.array(piece) - corner).sum(axis=1).max() <= 1 for piece in pieces)

    assert cut_off(high, (1, 0))
    assert cut_off(high, (0, 1))
    assert cut_off(low, (0, 0))
    assert cut_off(low, (1, 1))


def test_what_is_not_finite_has_no_line():
    values = np.array([[0.0, 1.0, np.inf], [0.0, 1.0, np.nan]])
    assert contour(values, 0.5) == [((0.5, 0.0), (0.5, 1.0))]


def test_the_caption_is_of_the_numbers_and_the_drawing_has_lines_path_and_cross():
    model = pair()[0]
    found = surface(Subject(model), X, Y, snapshots=walk(model), size=15)
    assert f"{found.losses.min():.3g} to {found.losses.max():.3g}" in found.caption
    assert "6 snapshots and the present weights" in found.caption
    titles = [e.text for e in ET.fromstring(found.svg()).iter("{http://www.w3.org/2000/svg}title")]
    assert sum(t.startswith("snapshot ") for t in titles) == 6
    assert sum(t.startswith("loss ") for t in titles) == 10
    assert titles[-1] == f"the present weights: loss {found.centre:.3g}"
    assert len(found.table().rows) == 15 * 15
    flat = surface(Subject(model), X, Y, lambda scores, y: 1.0, size=3)
    assert ET.fromstring(flat.svg()) is not None
    burst = surface(Subject(model), X, Y, lambda scores, y: float("inf"), size=3)
    assert "no finite number" in burst.caption
    ET.fromstring(burst.svg())

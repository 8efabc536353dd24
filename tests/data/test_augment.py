"""Augmentation: laws that every change of a picture keeps, whatever was drawn."""

import numpy as np
import pytest

from rung.data import augment
from rung.data.augment import (
    color_jitter,
    cutout,
    mixup,
    normalise,
    random_affine,
    random_crop,
    random_flip,
)
from rung.scratch.errors import DTypeError, SettingError, ShapeError

SHAPES = [(12, 10, 14), (12, 10, 14, 3)]


def pictures(shape, seed=0):
    return np.random.default_rng(seed).integers(1, 256, shape, dtype=np.uint8)


def rng(seed=0):
    return np.random.default_rng(seed)


ALL = [random_flip, random_crop, random_affine, cutout, color_jitter, lambda x, r: mixup(x, r)[0]]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("change", ALL)
def test_bytes_of_the_same_shape_drawn_alike_by_the_same_generator(change, shape):
    x = pictures(shape)
    before = x.copy()
    once, again, other = change(x, rng(3)), change(x, rng(3)), change(x, rng(4))
    assert once.shape == x.shape
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(once, x)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("change", ALL)
def test_each_picture_has_its_own_draw(change, shape):
    x = np.repeat(pictures((1, *shape[1:])), 40, axis=0)
    if change is ALL[-1]:
        x[::2] = 255 - x[::2]  # of equal pictures every mixture is the same
    assert len({picture.tobytes() for picture in change(x, rng())}) > 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_twice_mirrored_is_the_picture(shape):
    x = pictures(shape)
    once = random_flip(x, rng(), p=1.0)
    np.testing.assert_array_equal(once, x[:, :, ::-1])
    np.testing.assert_array_equal(random_flip(once, rng(), p=1.0), x)
    np.testing.assert_array_equal(random_flip(x, rng(), p=0.0), x)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_crop_is_the_picture_moved_with_black_around_it(shape):
    x = pictures(shape)
    np.testing.assert_array_equal(random_crop(x, rng(), padding=0), x)
    framed = np.pad(x, [(0, 0), (2, 2), (2, 2), *[(0, 0)] * (len(shape) - 3)])
    for i, picture in enumerate(random_crop(x, rng(), padding=2)):
        windows = [framed[i, a : a + 10, b : b + 14] for a in range(5) for b in range(5)]
        assert any(np.array_equal(picture, w) for w in windows)


def test_a_crop_reaches_every_place():
    x = np.zeros((400, 5, 5), np.uint8)
    x[:, 2, 2] = 1
    assert (random_crop(x, rng(), padding=2).sum(axis=0) > 0).all()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_affine_change_by_nothing_is_the_picture(shape):
    x = pictures(shape)
    np.testing.assert_array_equal(random_affine(x, rng(), degrees=0, shift=0, scale=0), x)


def test_an_affine_change_is_scipys():
    from scipy.ndimage import affine_transform

    x = pictures((5, 21, 21))
    ours = random_affine(x, rng(1), degrees=30, shift=0.0, scale=0.2)
    draw = rng(1)
    angles, zooms = np.deg2rad(draw.uniform(-30, 30, 5)), draw.uniform(0.8, 1.2, 5)
    for picture, angle, zoom, mine in zip(x, angles, zooms, ours, strict=True):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
        offset = np.array([10, 10]) - turn @ [10, 10]
        theirs = affine_transform(picture.astype(float), turn, offset, order=1, mode="grid-constant")
        assert np.abs(theirs - mine).max() <= 1


def test_a_shift_moves_the_middle_and_brings_black_in():
    x = np.full((50, 20, 20), 200, np.uint8)
    out = random_affine(x, rng(), degrees=0, shift=0.4, scale=0)
    assert out.max() <= 200
    assert (out == 0).any(axis=(1, 2)).mean() > 0.9


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cutout_blackens_one_square_and_touches_nothing_else(shape):
    x = pictures(shape)
    for before, after in zip(x, cutout(x, rng(), size=4), strict=True):
        black = (after == 0).reshape(10, 14, -1).all(axis=2)
        rows, columns = np.flatnonzero(black.any(axis=1)), np.flatnonzero(black.any(axis=0))
        assert 2 <= len(rows) <= 4
        assert 2 <= len(columns) <= 4
        assert black.sum() == len(rows) * len(columns)
        np.testing.assert_array_equal(after[~black], before[~black])


def test_jitter_by_nothing_is_the_picture_and_grey_stays_grey():
    x = pictures(SHAPES[1])
    np.testing.assert_array_equal(color_jitter(x, rng(), 0, 0, 0), x)
    grey = np.repeat(pictures((6, 10, 14))[..., None], 3, axis=3)
    assert np.ptp(color_jitter(grey, rng()).astype(int), axis=3).max() <= 1


def test_brightness_multiplies_and_contrast_keeps_the_mean():
    x = np.random.default_rng(0).integers(80, 120, (8, 16, 16), dtype=np.uint8)
    factor = 1 + rng(5).uniform(-0.2, 0.2, 8).astype(np.float32)
    bright = color_jitter(x, rng(5), brightness=0.2, contrast=0, saturation=0)
    assert np.abs(bright - x * factor[:, None, None]).max() <= 0.51
    strong = color_jitter(x, rng(5), brightness=0, contrast=0.5, saturation=0)
    assert np.abs(strong.mean(axis=(1, 2)) - x.mean(axis=(1, 2))).max() < 0.5
    assert (np.abs(strong.std(axis=(1, 2)) / x.std(axis=(1, 2)) - 1) > 0.05).any()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_mixup_says_what_it_mixed(shape):
    x = pictures(shape)
    mixed, weight, partner = mixup(x, rng(), alpha=1.0)
    assert weight.dtype == np.float32
    assert sorted(partner) == list(range(len(x)))
    own = weight.reshape(-1, *[1] * (len(shape) - 1))
    assert np.abs(mixed - (x * own + x[partner] * (1 - own))).max() <= 0.51


def test_normalised_pictures_have_mean_0_and_deviation_1_channels_first():
    x = pictures((30, 8, 8, 3))
    scaled = x / 255
    mean, deviation = scaled.mean(axis=(0, 1, 2)), scaled.std(axis=(0, 1, 2))
    out = normalise(x, mean, deviation)
    assert out.shape == (30, 3, 8, 8)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, ((scaled - mean) / deviation).transpose(0, 3, 1, 2), atol=1e-5)
    np.testing.assert_allclose(normalise(x[..., 0])[:, 0], x[..., 0] / 255, atol=1e-6)
    assert out.flags["C_CONTIGUOUS"]


def test_misuse_is_told():
    x = pictures(SHAPES[0])
    with pytest.raises(DTypeError, match="pictures of float64"):
        random_flip(x / 255, rng())
    with pytest.raises(ShapeError, match=r"shape \(10, 14\)"):
        random_crop(x[0], rng())
    with pytest.raises(ShapeError, match=r"\(B, H, W, 3\)"):
        cutout(pictures((2, 8, 8, 4)), rng())
    for call in (
        lambda: random_flip(x, rng(), p=2),
        lambda: random_crop(x, rng(), padding=-1),
        lambda: random_affine(x, rng(), scale=1),
        lambda: cutout(x, rng(), size=11),
        lambda: color_jitter(x, rng(), brightness=-0.1),
        lambda: mixup(x, rng(), alpha=0),
        lambda: normalise(x, 0.5, 0.0),
    ):
        with pytest.raises(SettingError):
            call()
    with pytest.raises(ShapeError, match="3 means and 1 deviations for pictures of 1 channels"):
        normalise(x, [0.1, 0.2, 0.3])


def test_every_public_function_is_tested_here():
    public = {n for n, f in vars(augment).items() if callable(f) and f.__module__ == augment.__name__}
    assert {n for n in public if not n.startswith("_")} <= set(globals())

"""Every data set: whole, described, split without overlap, and the same as its publisher's."""

import gzip

import numpy as np
import pytest

import rung.data
from rung.data import CorruptDataError, MissingDataError
from rung.data.packaged import unpacked
from rung.data.places import Source
from rung.data.sets import mnist
from rung.data.sets.mnist import parse_idx
from rung.scratch.errors import RungError, UnknownNameError

HERE = [
    "breast-cancer",
    "diabetes",
    "digits8",
    "iris",
    "mnist5k",
    "moons",
    "wine",
]  # others: test_contract.py


def test_names_are_the_files_of_the_folder():
    assert {"iris", "wine", "breast-cancer", "diabetes", "digits8", "mnist5k", "mnist", "moons"} <= set(
        rung.data.names()
    )


@pytest.fixture(scope="module", params=HERE)
def data(request):
    return rung.data.load(request.param)


def test_rows_answers_and_names_fit_together(data):
    assert data.x.shape == (len(data), len(data.features))
    assert np.prod(data.shape) == data.x.shape[1]
    assert np.isfinite(data.x).all()
    if data.names:
        assert data.y.dtype.kind == "i"
        assert set(np.unique(data.y)) == set(range(len(data.names)))
    else:
        assert data.y.dtype == np.float64


def test_splits_cover_every_row_once_and_keep_the_proportions(data):
    rows = np.concatenate(list(data.splits.values()))
    assert sorted(rows.tolist()) == list(range(len(data)))
    if data.names:
        counts = [np.bincount(data.split(part)[1], minlength=len(data.names)) for part in ("train", "test")]
        assert np.abs(counts[1] / counts[0] - 0.25).max() < 0.03


def test_the_card_answers_every_question(data):
    card = rung.data.card(data.name)
    assert all([card.title, card.about, card.size, card.splits, card.source, card.licence, card.problems])
    assert card.url.startswith("http")
    assert card.task == ("classes" if data.names else "number")
    assert f"{len(data):,}" in card.size
    assert all(problem in card.markdown() for problem in card.problems)
    assert card.synthetic == (data.name == "moons")
    assert ("**Synthetic**" in card.markdown()) == card.synthetic


def test_loading_twice_gives_equal_but_separate_arrays(data):
    again = rung.data.load(data.name)
    assert again.digest() == data.digest()
    again.x[0] += 1
    assert again.digest() != data.digest()
    assert rung.data.load(data.name).digest() == data.digest()


@pytest.mark.parametrize(
    ("name", "loader"),
    [
        ("iris", "load_iris"),
        ("wine", "load_wine"),
        ("breast-cancer", "load_breast_cancer"),
        ("digits8", "load_digits"),
    ],
)
def test_equal_to_what_scikit_learn_loads(name, loader):
    import sklearn.datasets

    theirs = getattr(sklearn.datasets, loader)()
    ours = rung.data.load(name)
    scale = 16 if name == "digits8" else 1
    np.testing.assert_allclose(ours.x * scale, theirs.data)
    assert (ours.y == theirs.target).all()


def test_diabetes_is_scikit_learns_unscaled():
    from sklearn.datasets import load_diabetes

    theirs = load_diabetes(scaled=False)
    ours = rung.data.load("diabetes")
    np.testing.assert_allclose(ours.x, theirs.data)
    np.testing.assert_allclose(ours.y, theirs.target)


def test_pictures_keep_their_shape_and_range():
    data = rung.data.load("mnist5k", limit=100)
    assert data.images.shape == (100, 28, 28)
    assert data.x.dtype == np.float32
    assert data.x.min() == 0
    assert data.x.max() == 1


def test_take_keeps_the_parts_and_is_the_same_every_time():
    data = rung.data.load("digits8")
    few = data.take(100)
    assert {part: len(rows) for part, rows in few.splits.items()} == {"train": 80, "test": 20}
    assert few.digest() == data.take(100).digest()
    assert few.digest() != data.take(100, seed=1).digest()
    assert data.take(10**6) is data
    whole = {row.tobytes() for row in data.split("test")[0]}
    assert all(row.tobytes() in whole for row in few.split("test")[0])
    with pytest.raises(RungError, match="a limit of 1 examples on digits8"):
        data.take(1)


def test_an_unknown_name_is_told_its_nearest():
    with pytest.raises(UnknownNameError, match='did you mean "iris"'):
        rung.data.load("irsi")
    with pytest.raises(UnknownNameError, match=r'(?s)has no part .tets.*did you mean "test"'):
        rung.data.load("iris").split("tets")


# Files that are cut short, changed or missing.


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"some numbers" * 100)[:-12])
    with pytest.raises(CorruptDataError, match=r"a\.gz cannot be unpacked"):
        unpacked(path, "0" * 64, "fetch it again")


def test_a_changed_file_is_named(tmp_path):
    path = tmp_path / "b.csv"
    path.write_bytes(b"1,2,3")
    with pytest.raises(CorruptDataError, match=r"b\.csv is not the published file(.|\n)*fetch it again"):
        unpacked(path, "0" * 64, "fetch it again")


def idx(array):
    shape = b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.tobytes()


def test_an_idx_file_is_read_back():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert (parse_idx(idx(array), "f") == array).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x00", "not an IDX file"),
        (idx(np.zeros((2, 3), np.uint8))[:-1], r"shape \(2, 3\) but has 5 numbers"),
        (idx(np.zeros((2, 3), np.uint8)) + b"x", r"shape \(2, 3\) but has 7 numbers"),
        (b"\0\0\x08\x03\0\0\0\x02", "has 0 numbers"),
    ],
)
def test_a_broken_idx_file_is_refused(data, message):
    with pytest.raises(CorruptDataError, match=message):
        parse_idx(data, "file.gz")


def test_missing_mnist_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    with pytest.raises(MissingDataError) as error:
        rung.data.load("mnist")
    text = str(error.value)
    assert "train-images-idx3-ubyte.gz" in text
    assert str(tmp_path / "mirror" / "mnist") in text
    assert mnist.ADDRESSES[0] in text


def test_mnist_is_read_from_the_mirror(tmp_path, monkeypatch):
    """Four small files in the layout of MNIST, with their own checksums."""
    import hashlib

    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        np.array([0, 1, 2, 3, 4, 5], np.uint8),
        rng.integers(0, 256, (4, 28, 28), dtype=np.uint8),
        np.array([6, 7, 8, 9], np.uint8),
    ]
    (tmp_path / "mnist").mkdir()
    for file, array in zip(mnist.FILES, arrays, strict=True):
        (tmp_path / "mnist" / file).write_bytes(gzip.compress(idx(array)))
        monkeypatch.setitem(mnist.FILES, file, Source([], hashlib.sha256(idx(array)).hexdigest()))
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    data = rung.data.load("mnist")
    assert {part: len(rows) for part, rows in data.splits.items()} == {"train": 6, "test": 4}
    assert data.y.tolist() == list(range(10))
    np.testing.assert_allclose(data.images[:6], arrays[0] / 255, rtol=1e-6)

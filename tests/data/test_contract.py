"""The contract that every data set is held to, whoever wrote it; one whose files are not here is skipped."""

import inspect
import re
from dataclasses import fields
from importlib import import_module
from pathlib import PurePosixPath

import numpy as np
import pytest

import rung.data
from rung.data import MissingDataError
from rung.data.dataset import TASKS, Card
from rung.data.files import HERE, Packaged, Source, choose

NAMES = rung.data.names()
PICTURES = ["bccd", "camvid", "cats-vs-dogs", "imagenet-sample-1000"]
FEW = 24  # so many examples are decoded of a data set that can load a few


def module(name):
    return import_module(f"rung.data.sets.{name.replace('-', '_')}")


def loads_few(name):
    return "limit" in inspect.signature(module(name).load).parameters


def load(name):
    return rung.data.load(name, FEW if loads_few(name) else None)


def large(name):
    """Tell whether loading it takes seconds."""
    count = int(re.search(r"[\d,]+", rung.data.card(name).size)[0].replace(",", ""))
    return count > 20_000 and not loads_few(name)


PRESENT = [name for name in NAMES if rung.data.state(name) == HERE]


@pytest.fixture(
    scope="module", params=[pytest.param(n, marks=pytest.mark.slow) if large(n) else n for n in PRESENT]
)
def data(request):
    """Each data set that is here, loaded once."""
    return load(request.param)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_here_to_be_tested(name):
    if name not in PRESENT:
        pytest.skip(f"{name}: {rung.data.state(name)}; set RUNG_DATA, or see `rung data {name}`")
    assert rung.data.state(name) == HERE


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_complete(name):
    card = rung.data.card(name)
    for one in fields(Card):
        value = getattr(card, one.name)
        if isinstance(value, str):
            assert len(value) > 2, f"{one.name} says nothing"
            assert value.strip() == value
    assert card.task in TASKS
    assert card.url.startswith(("http://", "https://"))
    assert len(card.problems) >= 2, "every data set has something wrong, and something easy to get wrong"
    assert all(len(problem) > 20 and problem[-1] in ".)" for problem in card.problems)
    assert "WRITE" not in card.markdown()


@pytest.mark.parametrize("name", NAMES)
def test_its_files_are_named_with_checksums_and_stay_in_their_folder(name):
    for files in rung.data.files(name):
        for file, source in files.items():
            path = PurePosixPath(file)
            assert not path.is_absolute()
            assert not {"..", "\\"} & {*path.parts, *file}
            assert isinstance(source, Source | Packaged)
            assert re.fullmatch("[0-9a-f]{64}", source.sha256)
            if isinstance(source, Source):
                assert source.addresses or source.origin, f"{file}: where does it come from?"
                assert all(a.startswith(("https://", "http://")) for a in source.addresses)


@pytest.mark.parametrize("name", NAMES)
def test_where_its_files_are_nowhere_it_says_so(name, tmp_path, monkeypatch):
    files = rung.data.files(name)[0]
    if not files or any(isinstance(source, Packaged) for source in files.values()):
        pytest.skip(f"{name} needs no folder")
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    assert rung.data.state(name) == "missing"
    with pytest.raises(MissingDataError) as error:
        rung.data.load(name)
    text = str(error.value)
    assert any(file in text for each in rung.data.files(name) for file in each)
    assert str(tmp_path) in text
    source = next(source for each in rung.data.files(name) for file, source in each.items() if file in text)
    assert (source.addresses[0] if source.addresses else source.origin) in text
    assert list(tmp_path.rglob("*")) == []


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("rung.data.packaged.find_spec", lambda _: None)
    for name in NAMES:
        if any(isinstance(source, Packaged) for source in rung.data.files(name)[0].values()):
            assert rung.data.state(name) == "missing"
            with pytest.raises(MissingDataError, match="pip install"):
                rung.data.load(name)


def test_examples_and_answers_are_equally_many_and_of_their_kind(data):
    assert len(data.x) == len(data.y) == len(data) > 0
    x = data.x
    if x.dtype.names:
        assert x.ndim == 1
        assert tuple(x.dtype.names) == data.features
        assert all(x.dtype[n] in (np.float64, np.int64) or x.dtype[n].kind == "U" for n in x.dtype.names)
    elif x.dtype == np.uint8:
        assert x.shape[1:] == data.shape
        assert data.kind == "pictures"
    elif x.dtype == object:
        assert x.ndim == 1
        assert len({type(item) for item in x}) == 1
    else:
        assert (x.dtype.kind, x.ndim) == ("f", 2)
        assert np.isfinite(x).all()


def test_answers_are_what_the_task_says(data):
    y, task = data.y, data.card.task
    if task == "classes":
        assert (y.dtype.kind, y.ndim) == ("i", 1)
        assert set(np.unique(y)) <= set(range(len(data.names)))
        assert len(set(data.names)) == len(data.names) > 1
    elif task == "number":
        assert y.dtype.kind == "f"
        assert np.isfinite(y).any()
    elif task == "mask":
        assert y.dtype == np.uint8
        assert y.shape == data.x.shape[:3]
        assert y.max() < len(data.names)
    elif task == "boxes":
        assert {boxes.shape[1:] for boxes in y} == {(5,)}
        kind, left, top, right, bottom = np.concatenate(list(y)).T
        assert set(kind) <= set(range(len(data.names)))
        assert (left < right).all()
        assert (top < bottom).all()
        assert min(left.min(), top.min()) >= 0
        assert right.max() <= data.shape[1]
        assert bottom.max() <= data.shape[0]
    else:
        assert len(y) == len(data.x)


def test_no_row_is_in_two_parts_and_none_is_empty(data):
    rows = [part for part in data.splits.values() if len(part)]
    assert len(rows) == len(data.splits) > 0
    every = np.concatenate(rows)
    assert len(np.unique(every)) == len(every)
    assert set(every) <= set(range(len(data)))


def test_loading_it_again_gives_the_same(data):
    assert load(data.name).digest() == data.digest()


@pytest.mark.parametrize(
    "name", ["flickr8k-part", *(pytest.param(n, marks=pytest.mark.slow) for n in PICTURES)]
)
def test_a_few_are_those_that_the_whole_would_give(name):
    if rung.data.state(name) != HERE:
        pytest.skip(f"{name} is not here: set RUNG_DATA")
    assert rung.data.load(name, 12).digest() == rung.data.load(name).take(12).digest()


def test_nothing_is_loaded_to_tell_where_it_is(monkeypatch):
    for name in NAMES:
        monkeypatch.setattr(module(name), "load", None)
        assert rung.data.state(name) in ("here", "can be fetched", "missing")
        assert choose(name, rung.data.files(name)) in rung.data.files(name)

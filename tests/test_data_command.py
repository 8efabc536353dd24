"""`rung data`: the list, a card, a sheet of pictures, checksums; what it prints and how it ends."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import rung.data
from rung.cli import main
from rung.data.dataset import Card, Dataset
from rung.data.samples import chosen, sample_rows, write_sheet


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "rung"))
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "rung"


@pytest.fixture
def rung_(capsys):
    def run(*words: str) -> tuple[int, str, str]:
        status = main(["data", *words])
        return status, *capsys.readouterr()

    return run


def test_the_list_has_every_data_set_and_loads_none(rung_, monkeypatch):
    monkeypatch.setattr(Dataset, "__init__", None)
    status, out, _ = rung_()
    assert status == 0
    assert all(f"\n{name} " in out for name in rung.data.names())
    assert all(len(line) <= 80 for line in out.splitlines())
    assert " here" in out
    assert " missing" in out


def test_the_list_for_machines(rung_):
    every = json.loads(rung_("--json")[1])
    assert [e["name"] for e in every] == rung.data.names()
    assert {e["state"] for e in every} <= {"here", "can be fetched", "missing"}
    assert all(e["licence"] and e["task"] and e["size"] and len(e["problems"]) >= 2 for e in every)


def test_the_list_is_quick(rung_):
    rung_()  # the modules are imported once
    begin = time.perf_counter()
    rung_()
    assert time.perf_counter() - begin < 0.5


def test_one_of_them_is_shown_with_its_parts_and_examples(rung_):
    status, out, _ = rung_("iris")
    assert status == 0
    assert "Parts: 120 train, 30 test" in out
    assert "petal width (cm)" in out
    assert "virginica" in out
    told = json.loads(rung_("iris", "--json")[1])
    assert told["parts"] == {"train": 120, "test": 30}
    assert told["files"] == [{"file": "iris.csv"}]
    assert told["digest"] == rung.data.load("iris").digest()


def test_of_pictures_a_sheet_is_written(rung_, home):
    _, out, _ = rung_("digits8")
    sheet = home / "cache" / "samples" / "digits8.png"
    assert sheet.name in out
    pixels = np.asarray(Image.open(sheet))
    assert pixels.shape == (4 * 148, 6 * 134, 3)
    assert len(np.unique(pixels)) > 10
    assert list(sheet.parent.iterdir()) == [sheet]


def test_one_that_is_missing_shows_its_card_and_how_to_get_it(rung_):
    status, out, _ = rung_("mnist")
    assert status == 0
    assert "70,000 pictures" in out
    assert "RUNG_OFFLINE is set" in out


def test_one_that_can_be_fetched_says_how(rung_, monkeypatch):
    monkeypatch.delenv("RUNG_OFFLINE")
    assert "rung data mnist --fetch" in " ".join(rung_("mnist")[1].split())


def test_verify_ends_with_1_where_a_file_is_wrong(rung_, tmp_path):
    status, out, _ = rung_("iris", "--verify")
    assert (status, "1 of 1 files have their checksum" in out) == (0, True)
    folder = tmp_path / "mirror" / "telco-churn"
    folder.mkdir(parents=True)
    (folder / "Telco-Customer-Churn.csv").write_bytes(b"customerID\n1\n")
    status, out, _ = rung_("--verify")
    assert status == 1
    assert "telco-churn" in out
    assert "wrong" in out
    told = json.loads(rung_("telco-churn", "--verify", "--json")[1])
    assert told["whole"] is False
    assert [v["state"] for v in told["data"]["telco-churn"]] == ["wrong"]


def test_a_wrong_file_is_never_shown(rung_, tmp_path):
    folder = tmp_path / "mirror" / "titanic"
    folder.mkdir(parents=True)
    (folder / "titanic_raw.csv").write_bytes(b"survived\n1\n")
    status, _, err = rung_("titanic")
    assert status == 2
    assert "titanic_raw.csv is not the published file" in err


def test_fetch_needs_a_name_and_says_what_cannot_be_had(rung_):
    assert rung_("--fetch")[0] == 2
    status, _, err = rung_("bccd", "--fetch")
    assert status == 2
    assert "github.com/Shenggan/BCCD_Dataset" in err
    assert rung_("moons", "--fetch")[0] == 0


def test_an_unknown_name_is_told_its_nearest(rung_):
    status, _, err = rung_("titanik")
    assert status == 2
    assert 'did you mean "titanic"' in err


def test_a_file_of_ones_own_is_shown_like_any_other(rung_, tmp_path):
    path = tmp_path / "tea.csv"
    path.write_text("minutes,tea\n" + "".join(f"{i},{'black' if i % 2 else 'green'}\n" for i in range(40)))
    status, out, err = rung_(str(path))
    assert (status, err) == (0, "")
    assert "Parts: " in out
    assert "green" in out


def made(task: str, x: np.ndarray, y: np.ndarray, names: tuple[str, ...] = (), shape=()) -> Dataset:
    card = Card("T", "about", task, "3", "s", "s", "https://example.org", "CC0", ("a", "b"))
    return Dataset("toy", x, y, names, (), card, {"train": np.arange(len(y))}, shape)


def test_each_class_is_among_the_samples():
    y = np.array([0] * 50 + [1, 2])
    data = made("classes", np.zeros((52, 2)), y, ("a", "b", "c"), (2,))
    assert set(y[chosen(data, 3)]) == {0, 1, 2}


def test_boxes_masks_and_pictures_of_many_sizes_can_be_drawn(tmp_path):
    pixels = np.full((3, 20, 40, 3), 90, dtype=np.uint8)
    boxes = np.empty(3, dtype=object)
    boxes[:] = [np.array([[1, 2, 3, 30, 15]])] * 3
    plain = np.asarray(
        Image.open(write_sheet(made("itself", pixels, pixels, (), (20, 40, 3)), tmp_path / "p.png"))
    )
    framed = np.asarray(
        Image.open(write_sheet(made("boxes", pixels, boxes, ("a", "b"), (20, 40, 3)), tmp_path / "b.png"))
    )
    masked = made("mask", pixels, np.ones((3, 20, 40), dtype=np.uint8), ("a", "b"), (20, 40, 3))
    coloured = np.asarray(Image.open(write_sheet(masked, tmp_path / "m.png")))
    assert plain.shape == framed.shape == coloured.shape
    assert (plain != framed).any()
    assert (plain != coloured).any()
    many = np.empty(2, dtype=object)
    many[:] = [pixels[0], np.zeros((2, 9, 5, 3), dtype=np.uint8)]
    assert write_sheet(
        made("text", many, np.array(["one", "two"], dtype=object)), tmp_path / "s.png"
    ).is_file()


def test_rows_show_what_is_missing():
    x = np.array([(np.nan, ""), (1.5, "tea")], dtype=[("age", "f8"), ("drink", "U3")])
    heads, cells = sample_rows(made("number", x, np.array([1.0, 2.0])))
    assert heads == ["age", "drink", "answer"]
    assert sorted(cells) == [["1.5", "tea", "2"], ["missing", "missing", "1"]]

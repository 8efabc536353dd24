"""Data sets of the hub's form, read from local folders of that form: the hub itself is not asked."""

import builtins
import gc
import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

import rung.data
from rung.data.hub import load, parse, stream
from rung.data.huberror import HubError

pytest.importorskip("datasets")
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RUNG_OFFLINE", raising=False)
    yield
    with warnings.catch_warnings():  # the package leaves the files of a stream for the collector to close
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def table(path, head, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *rows]) + "\n")


@pytest.fixture
def texts(tmp_path):
    for part, count in (("train", 40), ("test", 10)):
        rows = [f'"film {part} {i}",{("bad", "good")[i % 2]}' for i in range(count)]
        table(tmp_path / "films" / f"{part}.csv", "text,label", rows)
    return tmp_path / "films"


@pytest.fixture
def pictures(tmp_path):
    for part, count in (("train", 4), ("test", 2)):
        for name in ("cat", "dog"):
            for i in range(count):
                path = tmp_path / "pets" / part / name / f"{i}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (12, 9), (i * 20, 200 if name == "cat" else 10, 0)).save(path)
    return tmp_path / "pets"


def test_texts_with_labels_keep_their_parts(texts):
    data = load(f"hf:{texts}")
    assert (data.kind, data.names, data.card.task) == ("texts", ("bad", "good"), "classes")
    assert {p: len(r) for p, r in data.splits.items()} == {"train": 40, "test": 10}
    assert data.split("test")[0][3] == "film test 3"
    assert data.y[:3].tolist() == [0, 1, 0]
    assert rung.data.load(f"hf:{texts}", limit=10).digest() == load(f"hf:{texts}", limit=10).digest()


def test_pictures_in_folders_have_the_folders_names_as_classes(pictures):
    data = load(f"hf:{pictures}")
    assert (data.kind, data.names, data.x.shape) == ("pictures", ("cat", "dog"), (12, 9, 12, 3))
    assert (data.x[data.y == 0][..., 1] == 200).all()
    assert load(f"hf:{pictures}?size=6").shape == (6, 6, 3)


def test_parquet_with_class_labels_and_a_validation_part_for_testing(tmp_path):
    import datasets

    features = datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    for part in ("train", "validation", "test"):
        label = [-1] * 4 if part == "test" else [0, 1, 1, 0]
        rows = {"sentence": [f"{part} {i}" for i in range(4)], "label": label}
        made = datasets.Dataset.from_dict(rows, features=features)
        (tmp_path / "glue").mkdir(exist_ok=True)
        made.to_parquet(tmp_path / "glue" / f"{part}.parquet")
    data = load(f"hf:{tmp_path / 'glue'}")
    assert data.names == ("no", "yes")
    assert set(data.splits) == {"train", "test"}  # the published test part has no labels: it cannot be one
    assert data.split("test")[0][0] == "validation 0"


def test_a_table_without_parts_is_parted_by_its_content(tmp_path):
    rows = [f"{i},{'cook' if i % 3 else 'smith'},{i}.5" for i in range(40)]
    table(tmp_path / "people" / "data.csv", "age,job,target", rows)
    data = load(f"hf:{tmp_path / 'people'}")
    assert (data.kind, data.card.task) == ("columns", "number")
    assert data.x.dtype.names == ("age", "job")
    assert sorted(np.concatenate(list(data.splits.values()))) == list(range(40))
    assert load(f"hf:{tmp_path / 'people'}?y=job").names == ("cook", "smith")


def test_columns_can_be_named(tmp_path):
    rows = [f"one {i},two {i},{i % 3}" for i in range(12)]
    table(tmp_path / "pairs" / "train.csv", "first,second,stars", rows)
    data = load(f"hf:{tmp_path / 'pairs'}?x=second&y=stars")
    assert (data.x[4], data.names) == ("two 4", ("0", "1", "2"))
    with pytest.raises(HubError, match=r"(?s)no column 'secnd'.*second"):
        load(f"hf:{tmp_path / 'pairs'}?x=secnd")


def test_a_stream_yields_examples_one_by_one(texts):
    examples = stream(f"hf:{texts}")
    assert next(examples) == ("film train 0", "bad")
    assert next(examples) == ("film train 1", "good")
    assert len(list(stream(f"hf:{texts}", "test"))) == 10
    mixed = [x for x, _ in stream(f"hf:{texts}", seed=1)]
    assert sorted(mixed) == sorted(x for x, _ in stream(f"hf:{texts}"))
    assert mixed != [x for x, _ in stream(f"hf:{texts}")]
    with pytest.raises(HubError, match="no part 'dev'"):
        stream(f"hf:{texts}", "dev")


def test_a_limit_takes_the_first_of_a_shuffled_stream_and_the_same_ones_again(texts):
    data = load(f"hf:{texts}", limit=10)
    assert {p: len(r) for p, r in data.splits.items()} == {"train": 8, "test": 2}
    assert data.digest() == load(f"hf:{texts}", limit=10).digest()
    assert data.digest() != load(f"hf:{texts}", limit=10, seed=1).digest()
    assert set(data.split("train")[0]) != {f"film train {i}" for i in range(8)}


def test_the_name_is_read_in_its_parts():
    made = parse("hf:glue:sst2?x=sentence&y=label&size=32")
    assert (made.name, made.config, made.x, made.y, made.size) == ("glue", "sst2", "sentence", "label", 32)
    assert parse("hf:imdb").config is None
    for name in ("hf:", "hf:imdb?colour=red", "hf:imdb?size=big"):
        with pytest.raises(HubError, match="hf:NAME:CONFIG"):
            parse(name)


def test_offline_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    with pytest.raises(HubError, match="hf:imdb is not fetched: RUNG_OFFLINE is set"):
        load("hf:imdb")


def test_a_missing_package_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name == "datasets":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(HubError, match="pip install datasets"):
        load("hf:imdb")


def test_a_folder_that_is_no_data_set_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(HubError, match="empty cannot be read as a data set"):
        load(f"hf:{tmp_path / 'empty'}")


def test_a_row_without_an_answer_is_told(tmp_path):
    table(tmp_path / "gap" / "train.csv", "text,label", ["fine,good", "bad,", "well,good"])
    with pytest.raises(HubError, match="row 1 has no answer in 'label'"):
        load(f"hf:{tmp_path / 'gap'}")


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_said_in_one_sentence(tmp_path):
    code = "from rung.data.hub import load\ntry: load('hf:imdb')\nexcept OSError as e: print(e.message)\n"
    env = {"HF_ENDPOINT": "http://127.0.0.1:9", "RUNG_HOME": str(tmp_path), "PATH": "/usr/bin"}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert said.stdout.startswith("hf:imdb could not be had from the Hugging Face hub: ")
    assert said.stdout.count("\n") == 1


def test_the_package_is_imported_only_when_used():
    code = "import sys, rung.data, rung.data.hub; print('datasets' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"

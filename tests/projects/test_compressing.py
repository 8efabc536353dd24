"""`rung compress RUN`: of real runs: the table, the files it tells of, and what it refuses."""

import gzip
import json
import shutil
import signal

import numpy as np
import pytest
import torch

from rung import cli
from rung.projects.command import main
from rung.projects.compressing import compress
from rung.projects.project import load
from rung.projects.shrinking import METHODS, Shrinking
from rung.serve.compress.errors import CompressError
from rung.serve.onnx_file import run as run_file
from rung.train.record import find_run
from rung.train.restore import restore

DIGITS = ["digits", "--data", "mnist5k", "--data-limit", "600", "--epochs", "1", "--track", "none"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        assert main([*DIGITS, "--hidden", "16,16", "--name", "mlp"]) == 0
        assert main([*DIGITS, "--model", "lenet", "--engine", "pytorch", "--name", "lenet"]) == 0
        yield folder


@pytest.fixture(scope="module")
def table(home):
    """The table of a run from scratch, with every method."""
    return compress(find_run("mlp"), None, 1, lambda _: None)


def opened(name, said=None, stopped=lambda: False):
    run = find_run(name)
    recipe = load(run.config["project"]).recipe
    return Shrinking(restore(recipe, run), 1, (said if said is not None else []).append, stopped)


@pytest.mark.slow
def test_every_method_has_its_row_and_the_sizes_are_those_of_the_files(home, table):
    assert [row["method"] for row in table["rows"]] == ["", *(m for m in METHODS if m != "lowrank")]
    folder = find_run("mlp").folder
    for row in table["rows"]:
        content = (folder / row["file"]).read_bytes()
        assert row["bytes"] == len(content)
        network = gzip.decompress(content) if row["file"].endswith(".gz") else content
        assert row["gzip"] == len(gzip.compress(network, 9, mtime=0))
        assert set(row["ms"]) == {"1", "64"}
    assert sorted(f.name for f in (folder / "compressed").iterdir()) == sorted(
        row["file"].split("/")[1] for row in table["rows"]
    )
    assert json.loads((folder / "compress.json").read_text()) == json.loads(json.dumps(table))


@pytest.mark.slow
def test_what_does_not_fit_is_left_out_with_the_reason(table):
    (left,) = table["left_out"]  # no layer of 16 units has rank to give away
    assert left["method"] == "lowrank"
    assert "no linear layer" in left["why"]


@pytest.mark.slow
def test_the_scores_are_those_of_the_files_on_the_test_part(home, table):
    of = opened("mlp")
    rows = of.inputs.splits["test"]
    x, truth = of.shown(rows), of.inputs.y[rows]
    assert table["test"] == len(rows)
    for row in table["rows"]:
        content = (find_run("mlp").folder / row["file"]).read_bytes()
        content = gzip.decompress(content) if row["file"].endswith(".gz") else content
        answers = run_file(content, x).argmax(axis=1)
        assert row["score"]["value"] == pytest.approx((answers == truth).mean(), abs=2 / len(truth))
        assert row["score"]["low"] <= row["score"]["value"] <= row["score"]["high"]
    first, *others = table["rows"]
    assert first["score"]["value"] == pytest.approx(find_run("mlp").result["score"]["value"], abs=1e-9)
    assert first["difference"] is None
    for row in others:
        wanted = row["score"]["value"] - first["score"]["value"]
        assert row["difference"]["value"] == pytest.approx(wanted)
        assert row["changed"] >= abs(round(wanted * len(truth)))


@pytest.mark.slow
def test_a_setting_is_chosen_by_the_validation_part(table):
    before = table["validation"]["before"]
    for row in table["rows"]:
        if row["method"] not in ("magnitude", "units"):
            continue
        values = [t["validation"] for t in row["tried"]]
        within = [t for t in row["tried"] if t["validation"] >= before - 0.01]
        if within:
            assert row["name"] == within[-1]["setting"]
        else:
            assert row["name"] == row["tried"][int(np.argmax(values))]["setting"]


@pytest.mark.slow
def test_int8_is_smaller_and_pruning_shows_when_packed(table):
    rows = {row["method"]: row for row in table["rows"]}
    for method in ("dynamic", "static", "qat"):
        assert rows[method]["weights"] < 0.4 * rows[""]["weights"]
    assert rows["units"]["weights"] < rows[""]["weights"]
    assert rows["magnitude"]["weights"] == rows[""]["weights"]
    assert rows["magnitude"]["bytes"] < rows[""]["gzip"]


@pytest.mark.slow
def test_a_second_table_takes_the_place_of_the_first(home, capsys):
    assert cli.main(["compress", "lenet", "--methods", "static", "--json"]) == 0
    assert cli.main(["compress", "lenet", "--methods", "dynamic"]) == 0
    out = capsys.readouterr().out
    folder = find_run("lenet").folder
    assert sorted(f.name for f in (folder / "compressed").iterdir()) == ["as-trained.onnx", "dynamic.onnx"]
    assert [row["method"] for row in find_run("lenet").read("compress.json")["rows"]] == ["", "dynamic"]
    for told in ("int8, dynamic", "test examples once", "as trained", "1 thread"):
        assert told in " ".join(out.split())


@pytest.mark.slow
def test_the_run_itself_is_not_changed(home):
    files = ("model.safetensors", "result.json", "config.json", "metrics.jsonl")
    before = {name: (find_run("lenet").folder / name).read_bytes() for name in files}
    compress(find_run("lenet"), ["dynamic"], 1, lambda _: None)
    assert {name: (find_run("lenet").folder / name).read_bytes() for name in files} == before


@pytest.mark.slow
def test_ctrl_c_stops_between_two_steps_and_writes_nothing(home):
    run = find_run("lenet")
    (run.folder / "compress.json").unlink(missing_ok=True)
    before = sorted((run.folder / "compressed").glob("*")) if (run.folder / "compressed").exists() else []

    handler = signal.getsignal(signal.SIGINT)

    def interrupt(told):
        if told.startswith("qat"):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        compress(run, ["qat"], 1, interrupt)
    assert not (run.folder / "compress.json").exists()
    assert (sorted((run.folder / "compressed").glob("*")) if before else []) == before
    assert signal.getsignal(signal.SIGINT) is handler, "it is given back"


def test_a_student_is_smaller_and_takes_the_same_inputs(home):
    from rung.projects.students import student_of

    for name, told in (("mlp", "MLP 8-8"), ("lenet", "half as wide")):
        of = opened(name)
        student = student_of("digits", of.config, of.inputs, of.recipe, of.model)
        assert student.name == told
        assert sum(p.numel() for p in student.model.parameters()) < 0.6 * sum(
            p.numel() for p in of.model.parameters()
        )
        assert student.model(of.backend.inputs(of.shown(np.arange(3)))).shape == (3, 10)


def test_a_student_of_words_needs_nothing_that_its_teacher_does_not():
    from rung.projects.students import student_of
    from rung.train.inputs import Inputs

    recipe = load("sentiment").recipe
    words = np.arange(24).reshape(2, 12)
    inputs = Inputs(
        words, np.array([0, 1]), {"train": np.arange(2)}, about={"vocabulary": 100, "classes": 2, "words": []}
    )
    for kind in ("cnn", "bilstm", "transformer"):
        config = recipe.Config(model=kind)
        teacher = recipe.build(config, inputs)
        student = student_of("sentiment", config, inputs, recipe, teacher)
        sizes = [sum(p.numel() for p in m.parameters()) for m in (student.model, teacher)]
        assert sizes[0] < 0.3 * sizes[1]
        assert student.model(torch.from_numpy(words)).shape == (2, 2)


def test_what_cannot_be_done_is_refused(home, capsys):
    run = find_run("mlp")
    with pytest.raises(CompressError, match="no linear layer"):  # nothing else was asked for
        compress(run, ["lowrank"], 1, lambda _: None)
    told = compress(run, ["dynamic", "lowrank"], 1, lambda _: None)
    assert [row["method"] for row in told["rows"]] == ["", "dynamic"]
    assert [left["method"] for left in told["left_out"]] == ["lowrank"]
    with pytest.raises(CompressError, match="--epochs is 0"):
        compress(run, None, 0, lambda _: None)
    assert cli.main(["compress", "mlp", "--methods", "statik"]) == 2
    assert "static" in capsys.readouterr().err
    assert cli.main(["compress", "none"]) == 2


def test_a_run_of_another_project_is_refused(home, capsys):
    other = shutil.copytree(find_run("mlp").folder, home / "runs" / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "project": "churn"}))
    assert cli.main(["compress", "other"]) == 2
    assert "digits, sentiment, cat-dog, objects-10" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_the_run_s_page_shows_the_table(home):
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from rung.studio import assets, project_pages, runs

    told = compress(find_run("mlp"), ["dynamic"], 1, lambda _: None)
    with TestClient(Starlette(routes=[*project_pages.routes, *runs.routes, *assets.routes])) as client:
        page = client.get("/runs/mlp").text
        other = client.get("/runs/lenet").text
    assert "Made smaller" in page
    assert "int8, dynamic" in page
    assert f"{told['rows'][1]['bytes']:,}" in page
    assert ("Made smaller" in other) == (find_run("lenet").folder / "compress.json").is_file()

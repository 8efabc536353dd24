"""Project boundary: two numbers in, a class out; what bends the line is the bend."""

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.projects.boundary import recipe
from rung.projects.command import main
from rung.train.options import OptionError
from rung.train.record import find_run
from rung.train.report import report


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        yield folder


def trained(name, *words):
    assert main(["boundary", "--track", "none", "--name", name, *words]) == 0
    return find_run(name)


def test_a_dry_run_ends_well(home):
    assert trained("dry", "--dry-run").result["dry_run"]


def test_a_network_with_a_bend_beats_the_straight_line_and_one_without_is_one(home):
    bent, straight = trained("bent", "--epochs", "40"), trained("straight", "--activation", "identity")
    names = [b["name"] for b in bent.result["baselines"]]
    assert names == ["always the most frequent class", "logistic regression", "15 nearest neighbours"]
    value = {run.name: run.result["score"]["value"] for run in (bent, straight)}
    line = bent.result["baselines"][1]["value"]
    assert value["bent"] > line + 0.05
    assert abs(value["straight"] - line) < 0.04
    assert bent.result["baselines"][0]["difference"]["better"]
    lines = report(bent, bent.result)
    assert [text for text in lines if len(text) > 80 and str(bent.folder) not in text] == []


def test_both_engines_begin_alike_and_learn_alike(home):
    words = ("--epochs", "3", "--hidden", "5", "--activation", "tanh")
    one, two = trained("mine", *words), trained("torch", *words, "--engine", "pytorch")
    losses = [[m["loss"] for m in run.metrics()] for run in (one, two)]
    np.testing.assert_allclose(*losses, rtol=1e-3)


def test_real_columns_are_taken_by_number_and_named(home):
    data = recipe.load(recipe.Config(data="iris"), None)
    assert data.features == ("petal length (cm)", "petal width (cm)")
    data = recipe.load(recipe.Config(data="wine", columns=(1, 0)), None)
    np.testing.assert_array_equal(data.x, rung.data.load("wine").x[:, [1, 0]])
    inputs = recipe.prepare(recipe.Config(), data)
    assert inputs.x.shape == (len(data), 2)


def test_a_persons_own_table_gives_its_first_two_columns_of_numbers(home, tmp_path):
    rows = "".join(f"{i},{i % 7},word,{'yes' if i % 2 else 'no'}\n" for i in range(40))
    (tmp_path / "own.csv").write_text("a,b,c,answer\n" + rows)
    data = recipe.load(recipe.Config(data=str(tmp_path / "own.csv")), None)
    assert data.features == ("a", "b")
    assert data.x.shape == (40, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"columns": (1,)}, "--columns is"),
        ({"columns": (1, 1)}, "--columns is"),
        ({"columns": (0, 0, 1)}, "--columns is"),
        ({"activation": "gelu"}, "--activation is gelu"),
        ({"data": "iris", "columns": (0, 4)}, "--columns 0,4 of iris"),
        ({"data": "mnist5k"}, "no table of numbers in classes"),
        ({"data": "diabetes"}, "no table of numbers in classes"),
    ],
)
def test_what_is_no_plane_is_told(home, settings, message):
    with pytest.raises(OptionError, match=message):
        recipe.load(recipe.Config(**settings), None)


@pytest.mark.slow
def test_the_default_reaches_what_it_promises(home):
    low, high = rung.projects.load("boundary").expected["moons"]
    assert low <= trained("default").result["score"]["value"] <= high

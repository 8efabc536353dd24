"""Project objects-10: pictures of ten things, augmented in training alone, against strong baselines."""

import numpy as np
import pytest
import torch

import rung.data
import rung.projects
from rung.data.dataset import Card, Dataset
from rung.data.split import with_validation
from rung.projects.command import main
from rung.projects.objects_10 import patches, recipe
from rung.train.backend import backend_of
from rung.train.inputs import predict
from rung.train.options import OptionError
from rung.train.record import find_run

CARD = Card("Stripes", "A picture of stripes.", "classes", "", "", "", "", "none", ("drawn",), synthetic=True)


def stripes(n=240, size=16, colours=True):
    """Return pictures of two classes, stripes that lie and stripes that stand, with noise over them."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    x = rng.integers(0, 40, (n, size, size, 3) if colours else (n, size, size))
    for image, label in zip(x, y, strict=True):
        at = slice(int(rng.integers(3)), None, 3)
        if label:
            image[:, at] += 130
        else:
            image[at] += 130
    rows = np.arange(n)
    parts = {"train": rows[: n * 2 // 3], "test": rows[n * 2 // 3 :]}
    return Dataset("stripes", x.astype(np.uint8), y, ("lie", "stand"), (), CARD, parts, x.shape[1:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The stripes as a learner's own folder of pictures: the files of CIFAR-10 are not on every machine."""
    from PIL import Image

    data, folder = stripes(), tmp_path_factory.mktemp("pictures")
    for i, (image, label) in enumerate(zip(data.images, data.y, strict=True)):
        place = folder / data.names[label]
        place.mkdir(exist_ok=True)
        Image.fromarray(image).save(place / f"{i}.png")
    return f"{folder}?size=16"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def test_a_dry_run_ends_well_and_fits_80_columns(home, folder, capsys):
    assert main(["objects-10", "--data", folder, "--dry-run", "--batch", "64"]) == 0
    out = capsys.readouterr().out
    assert "A dry run on a few examples: its score means nothing." in out
    assert "the picture and its mirror image" in out
    told = [line for line in out.splitlines() if len(line) > 80]
    assert [line for line in told if str(home) not in line and not line.startswith("data: ")] == []


@pytest.mark.parametrize("model", ["cnn", "resnet"])
def test_trained_for_a_moment_it_beats_the_trivial_baseline(home, folder, model):
    words = ["objects-10", "--data", folder, "--model", model, "--blocks", "1"]
    assert main([*words, "--epochs", "4", "--batch", "16", "--lr", "0.05", "--name", "n"]) == 0
    result = find_run("n").result
    assert result["baselines"][0]["difference"]["better"]
    assert [b["trivial"] for b in result["baselines"]] == [True, False, False]
    assert result["names"] == ["lie", "stand"]


def test_broken_off_and_resumed_it_ends_like_an_unbroken_one(home, folder, monkeypatch):
    words = [
        "objects-10",
        "--data",
        folder,
        "--model",
        "resnet",
        "--blocks",
        "1",
        "--epochs",
        "3",
        "--batch",
        "32",
    ]
    assert main([*words, "--name", "whole"]) == 0
    plain, steps = recipe.loss, []

    def stops(model, x, y):
        steps.append(1)
        if len(steps) == 7:  # in the middle of the second epoch
            find_run("broken").ask_to_stop()
        return plain(model, x, y)

    monkeypatch.setattr(recipe, "loss", stops)
    assert main([*words, "--name", "broken"]) == 1
    monkeypatch.setattr(recipe, "loss", plain)
    assert main(["objects-10", "--resume", "broken"]) == 0
    one, two = (find_run(name) for name in ("whole", "broken"))
    assert len(steps) < one.config["steps"]
    weights = [(run.folder / "model.safetensors").read_bytes() for run in (one, two)]
    assert weights[0] == weights[1]


def test_pictures_change_in_training_alone_and_stay_bytes_until_the_batch():
    data = with_validation(stripes())
    inputs = recipe.prepare(recipe.Config(), data)
    rows = data.splits["train"][:8]
    assert inputs.x.dtype == np.uint8
    seen, plain = inputs.take(rows, np.random.default_rng(0)), inputs.take(rows)
    assert plain.shape == seen.shape == (8, 3, 16, 16)
    assert plain.dtype == np.float32
    assert not np.array_equal(seen, plain)
    np.testing.assert_array_equal(inputs.take(rows), plain)
    everything = inputs.take(data.splits["train"])
    assert np.abs(everything.mean(axis=(0, 2, 3))).max() < 0.1
    assert np.abs(everything.std(axis=(0, 2, 3)) - 1).max() < 0.1


def test_mean_and_deviation_are_the_training_parts():
    data = with_validation(stripes())
    inputs = recipe.prepare(recipe.Config(), data)
    changed = data.x.copy()
    changed[data.splits["test"]] = 255
    changed[data.splits["validation"]] = 255
    other = recipe.prepare(recipe.Config(), Dataset(**{**vars(data), "x": changed}))
    rows = data.splits["train"][:4]
    np.testing.assert_array_equal(inputs.take(rows), other.take(rows))


@pytest.mark.parametrize("model", ["cnn", "resnet"])
def test_a_picture_and_its_mirror_image_get_the_same_answer(model):
    config = recipe.Config(model=model, blocks=1)
    inputs = recipe.prepare(config, with_validation(stripes()))
    net = recipe.build(config, inputs).eval()
    x = torch.from_numpy(inputs.take(np.arange(4)))
    torch.testing.assert_close(recipe.outputs(net, x), recipe.outputs(net, x.flip(-1)))


@pytest.mark.parametrize("model", ["cnn", "resnet"])
@pytest.mark.parametrize("colours", [True, False])
def test_pictures_of_other_sizes_and_without_colours_go_through(model, colours):
    config = recipe.Config(model=model, blocks=1)
    inputs = recipe.prepare(config, with_validation(stripes(40, 24, colours)))
    net = recipe.build(config, inputs)
    assert predict(backend_of(net), net, inputs, np.arange(5), recipe.outputs).shape == (5, 2)


def test_weight_decay_holds_what_multiplies_and_nothing_else():
    config = recipe.Config(decay=0.1)
    inputs = recipe.prepare(config, with_validation(stripes(40)))
    held, free = recipe.optimizer(config, recipe.build(config, inputs)).param_groups
    assert held["weight_decay"] == 0.1
    assert all(p.ndim > 1 for p in held["params"])
    assert free["weight_decay"] == 0.0
    assert all(p.ndim == 1 for p in free["params"])


def test_the_rate_rises_and_falls_once():
    rate = recipe.rate(recipe.Config(), 400)
    rates = [rate(step) for step in range(400)]
    assert max(rates) == rates[99] == 0.2
    assert rates[:100] == sorted(rates[:100])
    assert rates[99:] == sorted(rates[99:], reverse=True)
    assert 0 < rates[-1] < 1e-4


# The strong baseline.


def test_patches_tell_stripes_apart_that_pixels_cannot():
    data = with_validation(stripes(300))
    y = data.split("test")[1]
    of_patches, of_pixels = ((f(data).argmax(1) == y).mean() for f in (recipe.of_patches, recipe.of_pixels))
    assert of_patches > 0.95
    assert of_pixels < of_patches


def test_patches_are_cut_where_they_stand():
    image = np.arange(10 * 10).reshape(1, 10, 10).astype(np.uint8)
    found = patches.cut(image)
    assert found.shape == (1, 3, 3, 36)
    np.testing.assert_array_equal(found[0, 1, 2].reshape(6, 6), image[0, 2:8, 4:10])
    levelled = patches.level(found.reshape(-1, 36))
    np.testing.assert_allclose(levelled.mean(axis=1), 0, atol=1e-5)


def test_the_strength_is_chosen_by_the_validation_part():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 30)).astype(np.float32), rng.integers(0, 2, 60)
    look = rng.normal(size=(200, 30)).astype(np.float32)
    y[:], truth = x[:, 0] > 0, look[:, 0] > 0
    strengths = (1e-6, 1.0)
    alone = [patches.linear((x, y), (look, truth), look, 2, [s]) for s in strengths]
    right = [(answer.argmax(1) == truth).mean() for answer in alone]
    chosen = patches.linear((x, y), (look, truth), look, 2, strengths)
    np.testing.assert_array_equal(chosen, alone[int(np.argmax(right))])


# What is refused.


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"batch": 0}, "at least 1"), ({"model": "vit"}, "cnn or resnet"), ({"lr": 0.0}, "above 0")],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(OptionError, match=message):
        recipe.Config(**settings)


def test_what_holds_no_pictures_or_too_small_ones_is_refused(folder):
    for name in ("iris", folder.replace("16", "6")):
        with pytest.raises(OptionError, match="It must hold pictures of one size, 8 by 8 pixels or more"):
            recipe.load(recipe.Config(data=name), None)


def test_the_project_says_what_to_expect():
    project = rung.projects.load("objects-10")
    low, high = project.expected["cifar10"]
    assert 0.8 <= low < high


@pytest.mark.slow
def test_a_few_of_the_real_pictures_are_enough_to_leave_chance_behind(home):
    """The default training takes minutes; what it comes to is in README.md."""
    if rung.data.state("cifar10") != "here":
        pytest.skip("cifar10 is not here")
    words = ["objects-10", "--data-limit", "4000", "--epochs", "4", "--batch", "32", "--lr", "0.05"]
    assert main([*words, "--name", "few"]) == 0
    result = find_run("few").result
    assert result["score"]["value"] > 0.2
    assert result["baselines"][0]["difference"]["better"]
    assert not result["leakage"]["fitted_on_all"]

"""What a sweep searches: read from words, refused with a suggestion, drawn from, told of as JSON."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

import rung.projects
from rung.train.options import option
from rung.train.sweep.notation import parsed, space_of
from rung.train.sweep.space import (
    Choices,
    Range,
    SpaceError,
    as_json,
    distributions,
    from_json,
    params_of,
    settings_of,
    size_of,
)


@dataclass(frozen=True)
class Config:
    data: str = option("iris", "which data set")
    epochs: int = option(3, "times through the data")
    batch: int = option(32, "examples a step")
    seed: int = option(0, "of everything")
    lr: float = option(0.1, "learning rate")
    hidden: tuple[int, ...] = option((16,), "widths")
    dropout: float | None = option(None, "share")
    bias: bool = option(True, "with a bias")


ALL = "lr=0.01..1:log, batch=8..64, hidden=16|32x16, dropout=none|0.5, bias=true|false"


def test_words_become_ranges_and_choices_of_the_settings_own_kinds():
    assert parsed(ALL, Config) == {
        "lr": Range(0.01, 1.0, log=True),
        "batch": Range(8, 64, whole=True),
        "hidden": Choices(((16,), (32, 16))),
        "dropout": Choices((None, 0.5)),
        "bias": Choices((True, False)),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rl=0.1..1", "did you mean lr?"),
        ("batch-size=8|16", "did you mean batch?"),
        ("lr=1..0.1", "lr=0.1..1"),
        ("lr=0..1:log", "no factor from 0"),
        ("lr=0.1..1:lgo", "lr=0.1..1:log"),
        ("lr=fast|slow", "lr cannot be 'fast'"),
        ("lr", "lr=low..high"),
        ("batch=8", "--batch 8 holds it fixed"),
        ("hidden=16..32", "hidden=a|b"),
        ("lr=0.1..1,lr=1|2", "twice"),
        ("seed=1|2", "lucky seed"),
        ("data=iris|wine", "different data"),
        ("", "empty"),
    ],
)
def test_a_space_that_cannot_be_is_refused_with_what_may_be_meant(text, said):
    with pytest.raises(SpaceError) as caught:
        parsed(text, Config)
    assert said in str(caught.value)


def test_without_words_the_recipe_says_and_else_the_defaults():
    own = SimpleNamespace(Config=Config, SPACE={"lr": (0.1, 1, "log"), "batch": [8, 16], "epochs": (1, 4)})
    space, said = space_of(own, Config())
    assert space == {
        "lr": Range(0.1, 1, log=True),
        "batch": Choices((8, 16)),
        "epochs": Range(1, 4, whole=True),
    }
    assert said == "the project's own"
    assert set(space_of(own, Config(), fixed=["lr"])[0]) == {"batch", "epochs"}
    none = SimpleNamespace(Config=Config)
    assert space_of(none, Config())[0] == {"lr": Range(0.01, 1.0, log=True), "batch": Choices((16, 32, 64))}
    with pytest.raises(SpaceError, match="nothing to search"):
        space_of(none, Config(), fixed=["lr", "batch"])
    with pytest.raises(SpaceError, match="both searched and set"):
        space_of(none, Config(), fixed=["lr"], text="lr=0.1..1")
    with pytest.raises(SpaceError, match="SPACE"):
        space_of(SimpleNamespace(Config=Config, SPACE={"lr": 3}), Config())


def test_draws_lie_inside_and_where_factors_matter_each_decade_gets_its_share():
    space, rng = parsed(ALL, Config), np.random.default_rng(0)
    drawn = {name: [setting.draw(rng) for _ in range(600)] for name, setting in space.items()}
    for name, setting in space.items():
        assert all(value in setting for value in drawn[name])
    assert 230 < sum(value < 0.1 for value in drawn["lr"]) < 370
    assert all(isinstance(value, int) for value in drawn["batch"])
    assert {*drawn["hidden"]} == {(16,), (32, 16)}


@pytest.mark.parametrize("setting", parsed(ALL, Config).values(), ids=parsed(ALL, Config))
def test_levels_reach_from_end_to_end_and_places_from_0_to_1(setting):
    levels = setting.levels(5)
    assert setting.at(levels[0]) == 0
    assert setting.at(levels[-1]) == 1
    assert all(level in setting for level in levels)


def test_the_ends_of_a_range_with_many_digits_are_in_it():
    third = Range(1 / 3, 2 / 3)
    assert third.value(0) in third
    assert third.value(1) in third
    assert Range(1, 100, log=True, whole=True).levels(100) == list(range(1, 101))


def test_size_counts_points():
    assert size_of(parsed("batch=8..10,hidden=16|32", Config)) == 6
    assert size_of(parsed(ALL, Config)) == float("inf")


def test_a_space_and_its_settings_survive_the_journal():
    import json

    import optuna

    space = parsed(ALL, Config)
    assert from_json(json.loads(json.dumps(as_json(space)))) == space
    settings = {"lr": 0.05, "batch": 9, "hidden": (32, 16), "dropout": None, "bias": False}
    params = params_of(settings, space)
    assert settings_of(json.loads(json.dumps(params)), space) == settings
    trial = optuna.trial.create_trial(value=1.0, params=params, distributions=distributions(space))
    assert trial.params == params


@pytest.mark.parametrize("slug", rung.projects.slugs())
def test_every_project_searches_its_learning_rate(slug):
    recipe = rung.projects.load(slug).recipe
    space, _ = space_of(recipe, recipe.Config())
    assert "lr" in space
    for name in space:
        rng = np.random.default_rng(0)
        recipe.Config(**{name: space[name].draw(rng)})  # what is drawn is a setting that the project takes

"""Options made from a dataclass: what the help shows."""

from dataclasses import dataclass, fields

import rung.projects
from rung.train.options import describe, option


@dataclass
class Settings:
    momentum: float = option(0.0, "how much is kept")
    epochs: int = option(3, "how often")
    quick: bool = option(False, "less of it")
    limit: int | None = option(None, "at most")


def test_the_help_shows_every_default_that_is_a_value_and_zero_is_one():
    shown = [line.split("  ")[1] for line in describe(Settings).splitlines()]
    assert shown == ["--momentum 0.0", "--epochs 3", "--quick", "--limit"]


def test_the_help_of_every_project_fits_80_columns():
    for slug in rung.projects.slugs():
        config = rung.projects.load(slug).recipe.Config
        lines = describe(config).splitlines()
        assert max(map(len, lines)) <= 80
        assert len([line for line in lines if line.startswith("  --")]) == len(fields(config))

"""What the app.py of a project says of its input is what its recipe makes of it."""

import json

import numpy as np
import pytest

import rung.data
from rung.projects.admission import app as admission_app
from rung.projects.admission import recipe as admission
from rung.projects.boundary import app as boundary_app
from rung.projects.boundary import recipe as boundary
from rung.projects.exporting import given_of
from rung.projects.income import app as income_app
from rung.projects.income import recipe as income
from rung.projects.objects_10 import app as objects_app
from rung.projects.objects_10 import recipe as objects
from rung.serve.shipped import picture, table
from rung.train.inputs import Inputs


@pytest.mark.parametrize(
    ("recipe", "app", "limit"),
    [(admission, admission_app, None), (income, income_app, 1500), (boundary, boundary_app, None)],
)
def test_a_test_row_becomes_what_the_recipe_makes_of_it(recipe, app, limit):
    config = recipe.Config()
    if rung.data.state(config.data) != "here":
        pytest.skip(f"{config.data} is not here")
    data = recipe.load(config, limit)
    inputs = recipe.prepare(config, data)
    made = app.app(config, data, inputs)
    settings = json.loads(json.dumps(made.spec))
    refused = 0
    for row in data.splits["test"][:80]:
        given = given_of(data, int(row), made)
        assert list(given) == [field["name"] for field in made.spec["fields"]]
        try:
            found = table.prepare(given, settings)
        except table.Refused:  # a word that no training row holds
            refused += 1
            continue
        expected = inputs.take(np.array([row]))
        for ours, theirs in zip(found, expected if isinstance(expected, tuple) else (expected,), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert refused < 20
    assert made.limits


class Things:
    """As much of a data set as the app asks of."""

    names = ("aeroplane", "frog")

    def __init__(self, shape):
        self.shape = shape


@pytest.mark.parametrize("shape", [(8, 10, 3), (8, 8)])
def test_a_photograph_becomes_what_objects_10_makes_of_it(shape):
    images = np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8)
    splits = {"train": np.arange(20), "test": np.arange(5)}

    class Data(Things):
        y = np.zeros(20, int)

    data = Data(shape)
    data.images, data.splits = images, splits
    inputs: Inputs = objects.prepare(objects.Config(), data)
    made = objects_app.app(objects.Config(), data, inputs)
    expected = inputs.take(np.arange(5))
    for i in range(5):
        (x,) = picture.prepare(images[i], json.loads(json.dumps(made.spec)))
        assert x.dtype == expected.dtype
        np.testing.assert_allclose(x[0], expected[i], atol=1e-5)

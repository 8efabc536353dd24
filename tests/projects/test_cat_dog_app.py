"""cat-dog's app: a photograph becomes what the recipe makes of it; a head alone takes no photograph."""

import numpy as np
import pytest

from rung.projects.cat_dog import app, recipe
from rung.projects.cat_dog.features import as_input
from rung.serve.shipped.picture import prepare
from rung.train.inputs import Inputs


class Photographs:
    """As much of a data set as the app asks of."""

    names = ("cat", "dog")
    shape = (12, 12, 3)

    class card:
        title = "Twelve photographs"


IMAGES = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 3), dtype=np.uint8)
INPUTS = Inputs(IMAGES, np.zeros(12, int), {}, as_input)


@pytest.mark.parametrize("model", ["scratch", "transfer"])
def test_a_photograph_becomes_what_the_recipe_makes_of_it(model):
    made = app.app(recipe.Config(model=model), Photographs, INPUTS)
    expected = INPUTS.take(np.arange(12))
    for image, row in zip(IMAGES, expected, strict=True):
        (x,) = prepare(image, made.spec)
        assert x.dtype == row.dtype
        np.testing.assert_allclose(x[0], row, rtol=0, atol=1e-6)  # (v - 127) / 128, in another order
    larger = np.repeat(np.repeat(IMAGES[0], 3, axis=0), 3, axis=1)
    np.testing.assert_allclose(prepare(larger, made.spec)[0][0], expected[0], atol=1e-6)


def test_a_head_alone_has_no_app():
    assert app.app(recipe.Config(model="frozen"), Photographs, INPUTS) is None

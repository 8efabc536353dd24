"""What travels with an export: raw inputs become the project's own arrays, and bad ones a plain sentence."""

import json

import numpy as np
import pytest

import rung.data
from rung.data.prepare import Columns
from rung.projects.churn import app as churn_app
from rung.projects.churn import recipe as churn
from rung.serve.shipped import picture, table

SPEC = {"size": [28, 28], "channels": 1, "ink": True, "layout": "rows", "offset": 0, "scale": 255}
COLOURS = {"size": [8, 8], "channels": 3, "ink": False, "layout": "maps", "offset": 127, "scale": 128}


def one(height, width, paper=255, ink=0):
    """Return a picture of an upright stroke in the middle third."""
    made = np.full((height, width), paper, np.uint8)
    made[height // 4 : -height // 4, width // 3 : width // 2] = ink
    return made


def test_a_stroke_becomes_a_digit_as_mnist_has_them():
    made = picture.fitted(one(300, 200), SPEC)
    assert made.shape == (28, 28)
    assert made.dtype == np.uint8
    rows, columns = np.flatnonzero(made.any(axis=1)), np.flatnonzero(made.any(axis=0))
    assert len(rows) == 20, "20 of 28 pixels high"
    mass = made / made.sum()
    assert abs((mass.sum(axis=1) * (np.arange(28) + 0.5)).sum() - 14) <= 0.51
    assert abs((mass.sum(axis=0) * (np.arange(28) + 0.5)).sum() - 14) <= 0.51
    assert made.max() == 255
    assert len(columns) < 10


@pytest.mark.parametrize("paper", [255, 30])
def test_dark_on_light_and_light_on_dark_are_the_same_digit(paper):
    other = picture.fitted(one(300, 200, paper, 255 - paper), SPEC)
    np.testing.assert_array_equal(other, picture.fitted(one(300, 200), SPEC))


def test_where_it_stands_how_large_it_is_and_of_how_many_channels_do_not_matter():
    expected = picture.fitted(one(300, 200), SPEC)
    moved = np.pad(one(300, 200), ((50, 10), (0, 90)), constant_values=255)
    np.testing.assert_array_equal(picture.fitted(moved, SPEC), expected)
    np.testing.assert_array_equal(picture.fitted(np.stack([one(300, 200)] * 3, axis=2), SPEC), expected)
    alpha = np.zeros((300, 200, 4), np.uint8)
    alpha[:, :, 3] = 255 - one(300, 200)  # black where there is ink, else nothing
    np.testing.assert_array_equal(picture.fitted(alpha, SPEC), expected)


def test_colours_are_resized_by_the_mean_of_areas_and_scaled():
    made = np.zeros((16, 16, 3), np.uint8)
    made[:, 8:] = (255, 128, 0)
    (x,) = picture.prepare(made, COLOURS)
    assert x.shape == (1, 3, 8, 8)
    np.testing.assert_allclose(x[0, :, 0, 7], (np.array([255, 128, 0]) - 127) / 128, rtol=1e-6)
    np.testing.assert_allclose(x[0, :, 0, 0], -127 / 128)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("a text", "no picture"),
        (np.zeros((0, 5)), "no picture"),
        (np.full((40, 40), np.nan), "no numbers"),
        (np.zeros((40, 40, 2)), "channels"),
        (np.full((40, 40), 255), "nothing drawn"),
        (np.broadcast_to(np.uint8(0), (10_000, 5_000)), "at most"),
    ],
)
def test_what_is_no_picture_of_a_digit_is_told_so(given, why):
    with pytest.raises(picture.Refused, match=why):
        picture.prepare(given, SPEC)


@pytest.fixture(scope="module")
def customers():
    """The customers, what churn makes of them, and its app."""
    if rung.data.state("telco-churn") != "here":
        pytest.skip("telco-churn is not here")
    config = churn.Config()
    data = churn.load(config, None)
    inputs = churn.prepare(config, data)
    return data, inputs, churn_app.app(config, data, inputs)


def raw(row):
    """Return a row of the table as a form or JSON gives it: None for what is missing."""
    values = {name: row[name].item() for name in row.dtype.names}
    return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in values.items()}


def test_a_customer_becomes_what_the_recipe_makes_of_them(customers):
    data, inputs, app = customers
    settings = json.loads(json.dumps(app.spec))
    gaps = [i for i, row in enumerate(data.x) if any(v is None for v in raw(row).values())]
    for i in [*data.splits["test"][:100], *gaps[:10]]:
        (x,) = table.prepare(raw(data.x[i]), settings)
        assert x.dtype == inputs.x.dtype
        np.testing.assert_array_equal(x[0], inputs.x[i])


def test_the_form_knows_the_range_of_numbers_and_the_words(customers):
    data, _, app = customers
    assert [f["name"] for f in app.spec["fields"]] == list(data.features)
    for field in app.spec["fields"]:
        if field["kind"] == "number":
            assert field["low"] <= field["typical"] <= field["high"]
        else:
            assert set(field["choices"]) == set(data.split("train")[0][field["name"]])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"age": "old"}, "age: 'old' is no number"),
        ({"age": float("inf")}, "age: a number has an end"),
        ({"age": [1]}, "is no number"),
        ({"drinks": "beer"}, "training never saw 'beer'; it is one of 'milk', 'tea'"),
        ({"height": 1}, "has the unknown column height"),
        ({"age": ...}, "lacks age"),
        (None, "by its name"),
    ],
)
def test_a_bad_row_is_told_what_is_wrong(change, why):
    x = np.array([(20.0, "tea"), (40.0, "milk")], dtype=[("age", "f8"), ("drinks", "U4")])
    state = Columns(indicators=True).fit(x).state()
    settings = {key: state[key] for key in ("columns", "scaler", "categories")}
    row = {"age": 20.0, "drinks": "tea"}
    np.testing.assert_array_equal(table.prepare(row, settings)[0], [[-1, 0, 1]])
    given = None if change is None else {k: v for k, v in {**row, **change}.items() if v is not ...}
    with pytest.raises(table.Refused, match=why):
        table.prepare(given, settings)

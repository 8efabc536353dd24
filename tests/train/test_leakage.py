"""Each way for a test score to be too good: a planted leak is found, and clean data is not accused."""

import json

import numpy as np
import pytest

import rung.data
from rung.data.dataset import Card, Dataset
from rung.data.prepare import Columns, Scaler
from rung.data.split import with_validation
from rung.train.leakage import leakage, leakage_lines


def card(task):
    return Card("made", "for a test", task, "small", "made", "rung", "https://example.org", "CC0", ())


def made(x, y, task="classes", shape=(), train=0.75):
    cut = round(train * len(y))
    splits = {"train": np.arange(cut), "test": np.arange(cut, len(y))}
    names = tuple(str(c) for c in np.unique(y)) if task == "classes" else ()
    return Dataset("made", x, y, names, (), card(task), splits, shape or x.shape[1:])


def clean(leaks):
    return leakage_lines(leaks) == [
        f"No leakage: none of the {leaks['test']:,} test examples is also a training example, or nearly one."
    ]


def photographs(n=80, seed=0, side=32):
    """Pictures with large areas and edges: a few random rectangles each."""
    rng = np.random.default_rng(seed)
    out = np.empty((n, side, side, 3), np.uint8)
    for picture in out:
        picture[:] = rng.integers(60, 200, 3)
        for _ in range(8):
            (a, b), (c, d) = np.sort(rng.integers(0, side, (2, 2)), axis=1)
            picture[a : b + 1, c : d + 1] = rng.integers(0, 256, 3)
    return made(out, rng.integers(0, 2, n))


WORDS = np.array(["the", "a", "film", "plot", "actor", "scene", "is", "was", "not", "good", "bad", "long"])


def reviews(n=80, seed=0):
    rng = np.random.default_rng(seed)
    x = np.array([" ".join(rng.choice(WORDS, 25)) for _ in range(n)], dtype=object)
    return made(x, rng.integers(0, 2, n))


def numbers(n=200, seed=0, task="classes"):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6))
    y = (x[:, 0] + rng.normal(size=n) > 0).astype(int) if task == "classes" else x[:, 0] + rng.normal(size=n)
    return made(x, y, task)


def people(n=120, seed=0):
    rng = np.random.default_rng(seed)
    x = np.empty(n, dtype=[("age", "f8"), ("job", "U6"), ("serial", "U6")])
    x["age"] = np.where(rng.random(n) < 0.1, np.nan, rng.normal(40, 10, n))
    x["job"], x["serial"] = rng.choice(["cook", "smith"], n), [f"n{i}" for i in range(n)]
    return made(x, rng.integers(0, 2, n))


KINDS = [photographs, reviews, numbers, people]


@pytest.mark.parametrize("make", KINDS)
def test_clean_data_is_not_accused(make):
    leaks = leakage(make())
    assert clean(leaks), leakage_lines(leaks)
    assert leakage_lines(leaks)[0].startswith("No leakage")
    assert json.loads(json.dumps(leaks)) == leaks


@pytest.mark.parametrize("make", KINDS)
def test_a_copy_in_the_test_part_is_found_whatever_the_kind(make):
    data = make()
    test = data.splits["test"]
    data.x[test[3]], data.y[test[3]] = data.x[7], data.y[7]
    data.x[test[5]], data.y[test[5]] = data.x[8], 1 - data.y[8]
    data.x[1] = data.x[0]
    leaks = leakage(data)
    assert (leaks["leaked"], leaks["same_answer"], leaks["repeated"]) == ([3, 5], 1, 1)
    assert leaks["near"]["rows"] == []  # what is exact is not told twice
    assert f"LEAKAGE: 2 of the {len(test)} test examples" in leakage_lines(leaks)[0]


def brighter(picture):
    return np.clip(picture * 0.8 + 40, 0, 255)


def shifted(picture):
    return np.roll(picture, 1, axis=1)


def noisy(picture):
    return np.clip(picture + np.random.default_rng(0).normal(0, 6, picture.shape), 0, 255)


@pytest.mark.parametrize("change", [brighter, shifted, noisy])
def test_a_changed_picture_is_nearly_the_same(change):
    data = photographs()
    data.x[data.splits["test"][4]] = change(data.x[9].astype(float)).astype(np.uint8)
    near = leakage(data)["near"]
    assert (near["rows"], near["twins"]) == ([4], [9])


def test_a_picture_of_another_size_and_without_colours_is_nearly_the_same():
    from PIL import Image

    data = photographs()
    x = np.empty(len(data), dtype=object)
    for i, picture in enumerate(data.x):
        x[i] = picture
    x[data.splits["test"][2]] = np.asarray(Image.fromarray(x[11]).convert("L").resize((50, 45)))
    near = leakage(made(x, data.y))["near"]
    assert (near["rows"], near["twins"]) == ([2], [11])


def test_handwriting_that_is_alike_is_not_taken_for_the_same():
    """Two ones differ by less than two photographs of one thing do; at most 5 of 1,000 are flagged."""
    assert len(leakage(rung.data.load("mnist5k"))["near"]["rows"]) <= 5


def test_a_text_with_other_capitals_points_or_a_word_more_is_nearly_the_same():
    data = reviews()
    test = data.splits["test"]
    data.x[test[0]] = data.x[3].upper().replace(" ", "  ") + "!"
    words = data.x[5].split()
    data.x[test[1]] = " ".join([*words[:10], "really", *words[10:]])
    data.x[test[2]] = " ".join(data.x[6].split()[:8])  # a third of it is another text
    near = leakage(data)["near"]
    assert (near["rows"], near["twins"]) == ([0, 1], [3, 5])


def test_lists_of_words_are_compared_like_texts():
    texts = reviews()
    x = np.empty(len(texts), dtype=object)
    for i, text in enumerate(texts.x):
        x[i] = text.split()
    x[texts.splits["test"][2]] = [*x[4], "indeed"]
    assert leakage(made(x, texts.y))["near"]["twins"] == [4]


def test_a_row_that_is_the_same_after_rounding_is_found():
    data = numbers()
    data.x[data.splits["test"][6]] = data.x[20] + 1e-4
    leaks = leakage(data)
    assert (leaks["leaked"], leaks["near"]["rows"], leaks["near"]["twins"]) == ([], [6], [20])


def test_rounded_rows_must_agree_in_their_strings_and_gaps():
    data = people()
    x, test = data.x, data.splits["test"]
    x["age"][[2, 3, 4]] = 41.0, 42.0, np.nan
    for k, twin in enumerate((2, 3, 4)):
        x[test[k]] = x[twin]
        x["age"][test[k]] += 1e-4
    x["job"][test[1]] = "baker"
    x["age"][test[2]] = 0.0
    assert leakage(data)["near"]["rows"] == [0]


def test_validation_examples_that_stand_elsewhere_are_found():
    data = with_validation(numbers(), 0.2)
    validation = data.splits["validation"]
    data.x[validation[1]] = data.x[data.splits["train"][0]]
    data.x[data.splits["test"][0]] = data.x[validation[2]]
    leaks = leakage(data)
    assert leaks["validation"] == {"in_train": [1], "in_test": [2]}
    assert any("stand in the training part too" in line for line in leakage_lines(leaks))
    assert any("looking at test examples" in line for line in leakage_lines(leaks))


# The target in the features.


@pytest.mark.parametrize(
    "plant",
    [
        lambda y: y.astype(float),
        lambda y: np.where(y == 1, 7.0, 3.0) + np.random.default_rng(1).random(len(y)),  # a threshold
        lambda y: 5 - y * 2.0,
    ],
)
def test_a_column_that_says_the_class_is_named(plant):
    data = numbers()
    data.x[:, 4] = plant(data.y)
    leaks = leakage(data)
    assert [f["column"] for f in leaks["target_in_features"]] == ["column 4"]
    assert "the column 'column 4' alone gives the answer away" in leakage_lines(leaks)[0]


def test_a_column_of_strings_that_says_the_class_is_named_and_serial_numbers_are_not():
    data = people()
    data.x["job"] = np.where(data.y == 1, "left", "stays")
    assert [f["column"] for f in leakage(data)["target_in_features"]] == ["job"]


@pytest.mark.parametrize("plant", [lambda y: -2 * y + 7, lambda y: np.exp(y), lambda y: y + 1e-4])
def test_a_column_that_follows_a_measured_number_is_named(plant):
    data = numbers(task="number")
    data.x[:, 2] = plant(data.y)
    leaks = leakage(data)
    assert [f["column"] for f in leaks["target_in_features"]] == ["column 2"]
    assert "correlation" in leakage_lines(leaks)[0]


def test_no_pixel_of_few_pictures_is_blamed_for_what_chance_does():
    assert leakage(photographs(40))["target_in_features"] == []
    data = photographs(40)
    data.x[:, 0, 0, 1] = 100 + data.y
    assert leakage(data)["target_in_features"] == [], "too few to tell one of thousands"


def test_a_pixel_that_says_the_class_is_named():
    data = photographs(400)
    data.x[:, 0, 0, 1] = 100 + data.y
    assert [f["column"] for f in leakage(data)["target_in_features"]] == ["pixel 0, 0, 1"]


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "diabetes", "digits8"])
def test_honest_data_sets_do_not_give_their_answers_away(name):
    assert leakage(rung.data.load(name))["target_in_features"] == []


def test_a_column_that_helps_but_errs_is_not_named():
    data = numbers(400)
    wrong = np.random.default_rng(2).random(400) < 0.05
    data.x[:, 1] = np.where(wrong, 1 - data.y, data.y)
    assert leakage(data)["target_in_features"] == []


# What was fitted on more than the training rows.


def test_a_scaler_of_the_training_rows_is_fine_and_so_is_one_of_some_of_them():
    data = with_validation(numbers(), 0.2)
    x, _ = data.split("train")
    assert leakage(data, [Scaler().fit(x), Scaler().fit(x[:50])])["fitted_on_all"] == []


def test_a_scaler_of_all_rows_is_named_with_the_parts_it_saw():
    data = with_validation(numbers(), 0.2)
    both = np.concatenate([data.split("train")[0], data.split("validation")[0]])
    found = leakage(data, [Scaler().fit(data.x), Scaler().fit(both)])
    assert found["fitted_on_all"] == [
        {"what": "Scaler", "saw": ["validation", "test"]},
        {"what": "Scaler", "saw": ["validation"]},
    ]
    assert leakage_lines(found)[0] == (
        "LEAKAGE: Scaler was fitted on rows of the validation and the test part too."
    )


def test_columns_that_saw_test_rows_are_named_after_json_too():
    data = people()
    again = Columns.from_state(json.loads(json.dumps(Columns().fit(data.x).state())))
    assert leakage(data, [again])["fitted_on_all"] == [{"what": "Columns", "saw": ["test"]}]


def test_a_preparation_that_kept_the_digest_alone_is_found_too():
    data, scaler = numbers(), Scaler()
    scaler.fit(data.x).sample = ()
    assert leakage(data, [scaler])["fitted_on_all"] == [{"what": "Scaler", "saw": ["test"]}]


def test_rows_that_no_part_knows_accuse_nobody():
    data = numbers()
    assert leakage(data, [Scaler().fit(data.x * 2), Scaler()])["fitted_on_all"] == []


def test_what_the_score_is_without_the_leaked_is_told_in_its_unit():
    assert leakage_lines({"test": 9, "leaked": [], "same_answer": 0, "repeated": 0})
    old = {"test": 9, "leaked": [1], "same_answer": 1, "repeated": 0, "score_without": 0.5}
    assert leakage_lines(old)[1] == "Without these test examples the score is 50.00%."
    assert leakage_lines(old, "number")[1].endswith("the score is 0.5.")

"""A planted weak group is found; in noise, none is, however many are looked at."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rung.explain.slices import holm, slices
from rung.scratch.errors import ShapeError

scipy_stats = pytest.importorskip("scipy.stats")


def people(seed, n=2000):
    rng = np.random.default_rng(seed)
    return rng, {
        "town": rng.choice(["Ulm", "Bonn", "Kiel", "Jena"], n),
        "age": rng.normal(40, 12, n),
        "member": rng.random(n) < 0.3,
        "rooms": rng.integers(1, 6, n),
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_group_is_found_and_comes_first(seed):
    rng, columns = people(seed)
    right = rng.random(2000) < np.where(columns["town"] == "Kiel", 0.75, 0.92)
    found = slices(right, columns)
    assert (found.slices[0].attribute, found.slices[0].group) == ("town", "Kiel")
    assert found.slices[0].worse
    assert "town Kiel" in found.caption
    assert set(found.slices[0].examples) == set(np.flatnonzero(~right & (columns["town"] == "Kiel")))


def test_in_noise_nothing_is_found_as_often_as_was_promised():
    """100 sets of 60 groups each: without a correction nearly every one would raise a false alarm."""
    alarms = uncorrected = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        columns = {str(i): rng.choice(list("abcd"), 400) for i in range(15)}
        found = slices(rng.random(400) < 0.8, columns)
        assert len(found.slices) == 60
        alarms += bool(found.found)
        uncorrected += found.slices[0].p < 0.05
    assert alarms <= 12
    assert uncorrected > 70


def test_the_test_is_fishers_and_the_correction_holms():
    rng, columns = people(0, 300)
    right = rng.random(300) < 0.8
    found = slices(right, columns)
    for s in found.slices:
        bad, rest = round(s.count * (1 - s.right)), int((~right).sum()) - round(s.count * (1 - s.right))
        table = [[bad, s.count - bad], [rest, 300 - s.count - rest]]
        assert s.p == pytest.approx(scipy_stats.fisher_exact(table, alternative="greater").pvalue)
    p = np.array([s.p for s in found.slices])
    assert holm(p).tolist() == [s.p_corrected for s in found.slices]
    assert holm(np.array([0.01, 0.02, 0.5])).tolist() == pytest.approx([0.03, 0.04, 0.5])
    assert holm(np.array([])).tolist() == []


def test_a_group_that_is_better_is_not_called_worse():
    columns = {"town": np.repeat(["Ulm", "Bonn"], 200)}
    right = np.r_[np.ones(200, bool), np.arange(200) % 2 == 0]
    found = slices(right, columns)
    assert [(s.group, s.worse) for s in found.slices] == [("Bonn", True), ("Ulm", False)]


def test_groups_are_words_few_numbers_quarters_and_what_is_missing():
    n = 400
    age = np.arange(n, dtype=float)
    age[:50] = np.nan
    columns = {
        "age": age,
        "rooms": np.arange(n) % 3,
        "id": np.arange(n),
        "word": np.array(["x", None, "", "y"] * (n // 4), dtype=object),
    }
    found = slices(np.arange(n) % 5 > 0, columns)
    groups = {(s.attribute, s.group): s.count for s in found.slices}
    assert groups["age", "missing"] == 50
    assert groups["rooms", "2"] == 133
    assert groups["word", "missing"] == 200
    assert groups["id", "0 to below 99.75"] == 100
    assert sum(count for (name, _), count in groups.items() if name == "age") == n


def test_small_groups_are_not_looked_at():
    columns = {"town": np.array(["Ulm"] * 10 + ["Bonn"] * 90)}
    found = slices(np.arange(100) >= 10, columns)
    assert found.slices == ()
    assert "no group of at least 30" in found.caption
    assert ET.fromstring(found.svg()) is not None


def test_all_right_and_all_wrong_are_no_trouble():
    columns = {"town": np.repeat(["Ulm", "Bonn"], 100)}
    for right in (np.ones(200, bool), np.zeros(200, bool)):
        assert [s.p for s in slices(right, columns).slices] == pytest.approx([1, 1])


def test_a_column_of_another_length_is_told():
    with pytest.raises(ShapeError, match="'town' has shape"):
        slices(np.ones(5, bool), {"town": ["Ulm"]})


def test_the_drawing_shows_every_group_with_its_numbers():
    rng, columns = people(1)
    found = slices(rng.random(2000) < 0.9, columns)
    root = ET.fromstring(found.svg())
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == len(found.slices) == len(found.table().rows)
    assert "None is worse than the rest beyond chance" in found.caption

"""Points in a plane: PCA is PCA, t-SNE is repeatable, and the caption tells what to believe."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sklearn.decomposition import PCA

from rung.explain.projection import pca, project
from rung.explain.sheet import COLOURS, SHAPES, look_of
from rung.scratch.errors import SettingError, ShapeError


def clusters(n=20, seed=0):
    rng = np.random.default_rng(seed)
    centres = 20 * np.eye(3, 12)
    return np.concatenate([c + rng.normal(size=(n, 12)) for c in centres]), np.repeat(["a", "b", "c"], n)


def test_pca_is_scikit_learns_up_to_the_sign():
    values, _ = clusters()
    points, shares = pca(values)
    theirs = PCA(2).fit(values)
    np.testing.assert_allclose(np.abs(points), np.abs(theirs.transform(values)), atol=1e-9)
    np.testing.assert_allclose(shares, theirs.explained_variance_ratio_, atol=1e-12)


def test_the_sign_does_not_depend_on_the_points_order():
    values, _ = clusters()
    order = np.random.default_rng(1).permutation(len(values))
    np.testing.assert_allclose(pca(values[order])[0], pca(values)[0][order], atol=1e-8)


def test_clusters_stay_together_and_neighbours_are_counted():
    values, classes = clusters()
    for method in ("pca", "t-sne"):
        found = project(values, method, classes=classes)
        centres = np.array([found.points[classes == c].mean(axis=0) for c in "abc"])
        distances = np.linalg.norm(found.points[:, None] - centres, axis=2)
        assert (np.array(list("abc"))[distances.argmin(axis=1)] == classes).all(), method
        assert found.kept > 2 * found.by_chance
    assert found.by_chance == pytest.approx(10 / 59)


def test_points_strewn_at_random_keep_few_neighbours():
    noise = np.random.default_rng(0).normal(size=(300, 200))
    assert project(noise).kept < 0.15
    flat = np.random.default_rng(0).normal(size=(60, 2)) @ np.random.default_rng(1).normal(size=(2, 30))
    assert project(flat).kept == pytest.approx(1)


def test_t_sne_with_a_seed_is_one_picture_and_warns():
    values, classes = clusters(8)
    a, b = (project(values, "t-sne", classes=classes, seed=3) for _ in range(2))
    assert np.array_equal(a.points, b.points)
    assert a.explained == ()
    assert "says nothing" in a.caption
    assert "Wattenberg" in a.caption
    assert "first component" not in a.svg()


def test_the_caption_is_of_the_numbers():
    values, _ = clusters()
    found = project(values)
    assert f"{found.explained[0]:.0%} and {found.explained[1]:.0%} of the variance" in found.caption
    assert f"{found.kept:.0%} are among" in found.caption
    assert "60 points of 12 numbers" in found.caption


def test_too_many_points_are_thinned_evenly_and_it_is_told():
    values = np.arange(900.0)[:, None] * np.ones((1, 3))
    found = project(values, labels=range(900), most=100)
    assert found.left_out == 800
    assert (found.labels[0], found.labels[-1]) == ("0", "899")
    assert "800 more points are not drawn" in found.caption
    assert [row[1] for row in found.table().rows][:2] == ["0", "9"]


def test_further_axes_are_laid_out_and_one_dimension_is_enough():
    assert project(np.random.default_rng(0).normal(size=(5, 2, 3, 4))).dimensions == 24
    assert project(np.arange(4.0)[:, None]).points[:, 1].tolist() == [0] * 4
    assert project(np.ones((4, 3))).explained == (0, 0), "all the same"


def test_what_cannot_be_put_in_a_plane_is_told():
    with pytest.raises(ShapeError, match="2 points"):
        project(np.ones((2, 4)))
    with pytest.raises(ShapeError, match="3 labels"):
        project(np.ones((4, 4)), labels=["a", "b", "c"])
    with pytest.raises(SettingError, match="method is 'umap'"):
        project(np.ones((4, 4)), "umap")
    with pytest.raises(SettingError, match="1 of 4 points hold inf or nan"):
        project(np.array([[0.0], [np.nan], [1], [2]]))


def test_classes_differ_in_colour_and_in_shape_and_labels_show_on_hover():
    values, classes = clusters(5)
    labels = [f"<{i}>" for i in range(15)]
    root = ET.fromstring(project(values, labels=labels, classes=classes).svg())
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[:2] == ["<0> · a", "<1> · a"]
    words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[-3:] == ["a", "b", "c"]
    looks = [look_of(i) for i in range(len(COLOURS) * len(SHAPES))]
    assert len(set(looks)) == 42
    assert len({colour for colour, _ in looks[:6]}) == len({shape for _, shape in looks[:6]}) == 6


def test_classes_that_are_numbers_are_sorted_as_numbers():
    values, _ = clusters(4)
    svg = project(values, classes=[10, 9, 2] * 4).svg()
    words = [e.text for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert words[-3:] == ["2", "9", "10"]


def test_points_of_one_number_each_are_put_into_a_plane_too():
    line = np.arange(12.0)[:, None]
    for method in ("pca", "t-sne"):
        assert project(line, method).points.shape == (12, 2)

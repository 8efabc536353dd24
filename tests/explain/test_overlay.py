"""Maps made visible: 0 has no colour, the sign can be told, and text stays readable on any page."""

import io

import numpy as np
import pytest
from PIL import Image

from rung.explain.overlay import (
    AGAINST,
    BEHIND,
    DARK,
    FOR,
    LIGHT,
    overlaid,
    overlay_png,
    strengths,
    words_html,
    words_text,
)


def luminance(colour):
    c = np.asarray(colour) / 255
    c = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return c @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_where_the_map_is_0_the_picture_is_seen_as_it_is():
    picture = np.array([[0.0, 5.0], [10.0, 10.0]])
    found = overlaid(np.array([[0.0, 0.0], [2.0, -1.0]]), picture)
    assert found[0].tolist() == [[DARK] * 3, [(DARK + LIGHT) // 2] * 3]
    assert found[1, 0].tolist() == list(FOR)
    assert np.abs(found[1, 1] - (LIGHT + np.array(AGAINST)) / 2).max() <= 0.5


def test_maps_of_one_scale_can_be_compared_and_what_is_not_a_number_has_no_colour():
    assert strengths(np.array([1.0, -3.0, np.nan, np.inf]), most=2.0).tolist() == [0.5, -1.0, 0.0, 0.0]
    assert not strengths(np.zeros(3)).any()


def test_the_png_has_whole_squares_and_coloured_pictures_become_grey():
    picture = np.random.default_rng(0).normal(size=(3, 28, 28))
    image = Image.open(io.BytesIO(overlay_png(np.zeros((28, 28)), picture, side=224)))
    assert (image.size, image.mode) == ((224, 224), "RGB")
    pixels = np.asarray(image)
    assert (pixels == pixels[:, :, :1]).all()
    assert (pixels[::8, ::8] == pixels[7::8, 7::8]).all()
    assert Image.open(io.BytesIO(overlay_png(np.zeros((300, 300)), side=224))).size == (300, 300)


def test_words_are_escaped_and_counted():
    page = words_html(['<script>"', "fine"], np.array([-1.0, 0.0]))
    assert "<script>" not in page
    assert "&lt;script&gt;&quot;" in page
    assert '<span title="+0">fine</span>' in page
    with pytest.raises(ValueError, match="zip"):
        words_html(["a"], np.zeros(2))


def test_text_behind_which_a_colour_lies_is_readable_on_light_and_dark_pages():
    for page, ink in (((255, 255, 255), (26, 26, 26)), ((17, 17, 17), (238, 238, 238))):
        for colour in (FOR, AGAINST):
            behind = BEHIND * np.array(colour) + (1 - BEHIND) * np.array(page)
            assert contrast(behind, ink) > 4.5


def test_the_two_colours_stay_apart_for_colour_blind_readers():
    """Machado and others' matrices (2009) for full protanopia and deuteranopia, on linear light."""
    kinds = {
        "protanopia": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    }
    linear = [(np.array(c) / 255) ** 2.2 for c in (FOR, AGAINST, (128, 128, 128))]
    for matrix in kinds.values():
        seen = [np.clip(np.array(matrix) @ c, 0, 1) ** (1 / 2.2) for c in linear]
        for a, b in ((0, 1), (0, 2), (1, 2)):
            assert np.abs(seen[a] - seen[b]).max() > 0.2


def test_plain_words_tell_the_sign_without_colour_and_obey_no_control_characters():
    assert words_text(["good", "\x1b[31mbad", "x"], np.array([1.0, -1.0, 0.0])) == "good+++ [31mbad--- x"

"""Pictures come out of zip files as bytes; a damaged file is refused by its name, and nothing is written."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from rung.data.errors import CorruptDataError
from rung.data.pictures import centre_crop, listed, picture, stacked, unzipped
from rung.data.sets.bccd import boxes
from rung.data.sets.cifar10 import apart

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def packed(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_a_picture_comes_back_bit_for_bit():
    files = unzipped(packed(one=png(PIXELS), two=b"text"), "f.zip")
    assert set(files) == {"one", "two"}
    np.testing.assert_array_equal(picture(files["one"], "one"), PIXELS)


def test_a_grey_picture_has_three_equal_colours_and_a_mask_one():
    grey = png(PIXELS[..., 0])
    np.testing.assert_array_equal(picture(grey, "g"), np.repeat(PIXELS[..., :1], 3, axis=2))
    np.testing.assert_array_equal(picture(grey, "g", "L"), PIXELS[..., 0])


@pytest.mark.parametrize("cut", [0, 10, -30, -1])
def test_a_zip_file_that_is_cut_short_is_refused(cut):
    whole = packed(one=png(PIXELS))
    with pytest.raises(CorruptDataError, match=r"f\.zip is not a whole zip file"):
        unzipped(whole[:cut], "f.zip")


def test_a_damaged_file_in_a_zip_file_is_named():
    whole = bytearray(packed(one=b"abc" * 500, two=bytes(PIXELS)))
    whole[whole.index(b"two") + 20] ^= 255
    with pytest.raises(CorruptDataError, match=r"f\.zip is not a whole zip file \(at two\)"):
        unzipped(bytes(whole), "f.zip")


@pytest.mark.parametrize("data", [b"", b"GIF", b"not a picture at all", png(PIXELS)[:-40]])
def test_what_is_no_whole_picture_is_named(data):
    with pytest.raises(CorruptDataError, match=r"cat\.7\.jpg is not a whole picture"):
        picture(data, "cat.7.jpg")


def test_a_crop_keeps_the_middle():
    wide = np.zeros((10, 30, 3), dtype=np.uint8)
    wide[:, 10:20] = 200
    assert (centre_crop(png(wide), "w", 10) == 200).all()
    assert centre_crop(png(wide), "w", 20).shape == (20, 20, 3)


def test_pictures_of_one_size_are_stacked_and_others_refused():
    assert (stacked(iter([PIXELS, PIXELS]), 2, (6, 8, 3), "f") == PIXELS).all()
    with pytest.raises(CorruptDataError, match=r"f: picture 1 has the shape \(6, 8\)"):
        stacked([PIXELS, PIXELS[..., 0]], 2, (6, 8, 3), "f")
    with pytest.raises(CorruptDataError, match="f: 1 pictures"):
        stacked([PIXELS], 2, (6, 8, 3), "f")


def test_things_of_one_size_stay_apart():
    assert listed([PIXELS, PIXELS]).shape == (2,)
    assert listed([("a", "b"), ("c", "d")]).tolist() == [("a", "b"), ("c", "d")]


def test_a_sheet_is_cut_row_by_row():
    sheet = np.arange(1000).reshape(40, 25).repeat(32, 0).repeat(32, 1)[..., None].repeat(3, 2)
    assert (apart(sheet, "s") == np.arange(1000)[:, None, None, None]).all()
    with pytest.raises(CorruptDataError, match=r"s has the shape \(32, 32, 3\)"):
        apart(sheet[:32, :32], "s")


EDGES = "<xmin>1</xmin><ymin>2</ymin><xmax>{}</xmax><ymax>4</ymax>"
BOX = "<object><name>{}</name><bndbox>" + EDGES + "</bndbox></object>"


def test_boxes_are_read_and_those_without_an_area_left_out():
    text = f"<a>{BOX.format('WBC', 3)}{BOX.format('RBC', 1)}</a>"
    assert boxes(text.encode(), "f.xml").tolist() == [[1, 1, 2, 3, 4]]
    assert boxes(b"<a/>", "f.xml").shape == (0, 5)


@pytest.mark.parametrize(
    "text", ["<a>", f"<a>{BOX.format('Cat', 3)}</a>", f"<a>{BOX.format('WBC', 'x')}</a>"]
)
def test_broken_boxes_are_refused(text):
    with pytest.raises(CorruptDataError, match=r"f\.xml cannot be read"):
        boxes(text.encode(), "f.xml")

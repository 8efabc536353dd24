"""BCCD: 364 pictures of blood under the microscope, with a box around every cell."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import Source, read
from rung.data.pictures import listed, picture, stacked, unzipped

CARD = Card(
    title="BCCD (blood cell count and detection)",
    about="One example is a microscope's picture of a blood smear, 480 by 640 pixels. The answer is a box "
    "around each red cell, white cell and platelet.",
    task="boxes",
    size="364 pictures of 480 by 640 pixels, 4,886 boxes: 4,153 red cells, 372 white cells, 361 platelets",
    splits="205 to train, 87 for validation, 72 to test, by the lists that its publishers give",
    source="S. Cheng (cosmicad, akshaylamba), BCCD Dataset, 2017",
    url="https://github.com/Shenggan/BCCD_Dataset",
    licence="MIT",
    problems=(
        "Not every cell has its box, and some have the wrong kind: the authors of TXL-PBC (arXiv "
        "2407.13214, 2024) labelled it anew. A correct find may count as false.",
        "Two published boxes have no area (in pictures 338 and 343) and are left out here.",
        "Who the patients were, and which pictures are of one smear, is not published: both may be on two "
        "sides of the split.",
        "85 % of the boxes are red cells: a mean over boxes hides the platelets. Judge each kind by itself.",
    ),
)

FILES = {
    "bccd.zip": Source(
        [],
        "89730ea7ec9f293273fc7641de16c584c8e07913a37cd048937d84cbdd4481e7",
        origin="It is the folder BCCD/ of https://github.com/Shenggan/BCCD_Dataset (commit d272fb1) as one "
        "zip file.",
    )
}
NAMES = ("red cell", "white cell", "platelet")
_KINDS = {"RBC": 0, "WBC": 1, "Platelets": 2}
SHAPE = (480, 640, 3)


def load(limit: int | None = None) -> Dataset:
    """Read it from the folder `bccd`; boxes are int64 (boxes, 5): class, left, top, right, bottom in pixels.

    Args:
        limit: decode about this many pictures, the same as `load().take(limit)`.

    Cost: about 3 seconds and 335 MB, in proportion to `limit`.
    """
    files = unzipped(read("bccd", FILES, "bccd.zip"), "bccd.zip")
    parts = {
        part: files[f"ImageSets/Main/{file}.txt"].decode().split()
        for part, file in (("train", "train"), ("validation", "val"), ("test", "test"))
    }
    stems = sorted(stem for part in parts.values() for stem in part)
    row = {stem: i for i, stem in enumerate(stems)}
    splits = {part: np.array(sorted(row[stem] for stem in of)) for part, of in parts.items()}
    y = listed(boxes(files[f"Annotations/{stem}.xml"], f"{stem}.xml") for stem in stems)
    data = Dataset("bccd", listed(stems), y, NAMES, (), CARD, splits, SHAPE)
    data = data if limit is None else data.take(limit)
    decoded = (picture(files[f"JPEGImages/{stem}.jpg"], f"{stem}.jpg") for stem in data.x)
    return replace(data, x=stacked(decoded, len(data), SHAPE, "bccd.zip"))


def boxes(data: bytes, what: str) -> np.ndarray:
    """Return the boxes in a Pascal VOC file as int64 (boxes, 5): class, left, top, right, bottom.

    Boxes without an area are left out.

    Args:
        data: the file's contents.
        what: what errors call it.

    Raises:
        CorruptDataError: it is cut short, or lacks an edge, or names another kind of cell.
    """
    try:
        found = []
        for item in ElementTree.fromstring(data).iter("object"):
            edges = [int(item.findtext(f"bndbox/{edge}") or "") for edge in ("xmin", "ymin", "xmax", "ymax")]
            if edges[0] < edges[2] and edges[1] < edges[3]:
                found.append([_KINDS[item.findtext("name") or ""], *edges])
    except (ElementTree.ParseError, ValueError, KeyError) as error:
        raise CorruptDataError(
            f"{what} cannot be read: {type(error).__name__}: {error}",
            rule=f"It has a name ({', '.join(_KINDS)}) and four edges for each box.",
        ) from None
    return np.array(found, dtype=np.int64).reshape(-1, 5)

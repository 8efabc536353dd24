"""The learner's own pictures: a folder for each class, or such folders inside train/ and test/."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from rung.data.dataset import Dataset
from rung.data.owncard import HASHED, OwnDataError, need_classes, own_card, parted

KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
LAYOUT = "A folder of pictures holds a folder for each class, and these hold the pictures."


def own_pictures(folder: Path, name: str, size: tuple[int, int], colours: bool = True) -> Dataset:
    """Read a folder of pictures, one folder a class, each picture cut and scaled to one size.

    If the folder holds the folders train and test (or also val), these are the parts; else a hash of each
    file's bytes decides. Files that are no pictures by their names are passed over.

    Args:
        folder: where they are.
        name: what the data set is called.
        size: (height, width) in pixels.
        colours: False for grey values (n, height, width).

    Raises:
        OwnDataError: a picture is corrupt or has no class, a class is empty or has one picture, there is one
            class only, or none.
    """
    inside = {p.name.lower(): p for p in _folders(folder)}
    given = "train" in inside and "test" in inside
    roots = {"": folder}
    if given:
        roots = {"train": inside["train"], "test": inside["test"]}
        if validation := inside.get("validation") or inside.get("val"):
            roots["validation"] = validation
    found = [(part, *each) for part, root in roots.items() for each in _labelled(root)]
    if not found:
        raise OwnDataError(
            f"{folder} holds no pictures", rule=LAYOUT, fix=f"{folder}/cat/1.jpg, {folder}/dog/1.jpg"
        )
    names = tuple(sorted({label for part, label, _ in found if part in ("", "train")}))
    counts = {n: sum(label == n for _, label, _ in found) for n in names}
    need_classes(counts, str(folder), {label: str(file) for _, label, file in reversed(found)})
    for part, label, file in found:
        if label not in names:
            raise OwnDataError(f"{file}: the {part} part has a class {label!r}, which training never sees")
    y = np.array([names.index(label) for _, label, _ in found], dtype=np.int64)
    contents, x = [], np.empty((len(found), *size, *((3,) if colours else ())), np.uint8)
    for i, (_, _, file) in enumerate(found):
        contents.append(file.read_bytes())
        x[i] = _decoded(file, size, "RGB" if colours else "L")
    if given:
        parts = np.array([part for part, _, _ in found])
        splits = {part: np.flatnonzero(parts == part) for part in roots}
        told = "as the folders say"
    else:
        splits, told = parted(contents, y), HASHED
    card = own_card(
        str(folder),
        "classes",
        f"{len(y):,} pictures of {len(names)} classes, {min(counts.values())} to {max(counts.values())} each",
        f"One example is a picture, cut in its middle to {size[1]} by {size[0]} pixels.",
        told,
    )
    return Dataset(name, x, y, names, (), card, splits, x.shape[1:])


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))


def _labelled(root: Path) -> list[tuple[str, Path]]:
    """Return (class, file) of every picture under the folders of the classes, sorted."""
    loose = sorted(p for p in root.iterdir() if p.is_file() and p.suffix.lower() in KINDS)
    if loose:
        raise OwnDataError(f"{loose[0]} is in no folder of a class ({len(loose)} such pictures)", rule=LAYOUT)
    found = []
    for folder in _folders(root):
        files = sorted(
            p
            for p in folder.rglob("*")
            if p.is_file() and p.suffix.lower() in KINDS and not p.name.startswith(".")
        )
        if not files:
            raise OwnDataError(
                f"{folder} holds no pictures, so its class is empty",
                rule=f"{LAYOUT} They end in {', '.join(sorted(KINDS))}.",
                fix="add pictures, or remove the folder",
            )
        found += [(folder.name, file) for file in files]
    return found


def _decoded(file: Path, size: tuple[int, int], mode: str) -> np.ndarray:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as opened:
                upright = ImageOps.exif_transpose(opened)  # telephones note the turn beside the pixels
                return np.asarray(ImageOps.fit(upright.convert(mode), (size[1], size[0])))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise OwnDataError(
            f"{file} is not a whole picture: {error}",
            rule=f"It has {file.stat().st_size:,} bytes.",
            fix="open it in a viewer; save it anew, or remove it",
        ) from None

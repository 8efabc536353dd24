"""What the functions for notebooks return: pictures with captions that show themselves, and are saved."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from rung.scratch.errors import SettingError


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture.

    Attributes:
        name: for a file: "conv1".
        content: a PNG as bytes, or SVG or HTML as text.
        caption: what it shows and how to read it.
        values: the numbers behind it.
        text: the same for a terminal; may be empty.
    """

    name: str
    content: bytes | str
    caption: str
    values: np.ndarray
    text: str = ""

    @property
    def form(self) -> str:
        """What it is: "png", "svg" or "html"."""
        if isinstance(self.content, bytes):
            return "png"
        return "svg" if self.content.startswith("<svg") else "html"

    def html(self) -> str:
        """Return it as HTML, with its caption."""
        inside = self.content
        if isinstance(inside, bytes):
            data = base64.b64encode(inside).decode()
            inside = (
                f'<img src="data:image/png;base64,{data}" alt="{escape(self.name)}" '
                'style="image-rendering: pixelated; max-width: 100%; height: auto">'
            )
        told = f'<figcaption style="font-size: .875em; max-width: 68ch">{escape(self.caption)}</figcaption>'
        return f'<figure style="margin: 0 0 1em; max-width: 100%; overflow-x: auto">{inside}{told}</figure>'


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures of one look into a model. A notebook shows them by itself, a terminal prints what they say.

    Attributes:
        title: what was looked at.
        pictures: the pictures, in their order.
        notes: what else is to be known: whose code the model ran on, a sanity check.

    Example:
        >>> drawn = Drawn("ink", (Picture("dot", "<svg></svg>", "A dot.", np.ones(1)),), ("The library's.",))
        >>> drawn
        ink
        The library's.
        dot: A dot.
        >>> "<svg>" in drawn._repr_html_()
        True
    """

    title: str
    pictures: tuple[Picture, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def values(self) -> dict[str, np.ndarray]:
        """The numbers behind each picture, by its name."""
        return {picture.name: picture.values for picture in self.pictures}

    def _repr_html_(self) -> str:
        heads = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        many = len(self.pictures) > 1 and all(p.form == "png" for p in self.pictures)
        style = (
            "display: grid; gap: 1em; grid-template-columns: repeat(auto-fill, minmax(min(14em, 100%), 1fr))"
            if many
            else ""
        )
        told = "".join(picture.html() for picture in self.pictures)
        return (
            f'<section><p><b>{escape(self.title)}</b></p>{heads}<div style="{style}">{told}</div></section>'
        )

    def __repr__(self) -> str:
        lines = [self.title, *self.notes]
        for picture in self.pictures:
            lines.append(f"{picture.name}: {picture.caption}")
            lines += [f"  {line}" for line in picture.text.splitlines()]
        return "\n".join(lines)

    def save(self, folder: str | Path) -> list[Path]:
        """Write every picture and its numbers into a folder.

        Args:
            folder: made if it is not there; files of the same names are replaced.

        Returns:
            the files that were written.

        Raises:
            SettingError: a name of a picture is no name of a file.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for picture in self.pictures:
            if Path(picture.name).name != picture.name:
                raise SettingError(f"{picture.name!r} is no name of a file", rule="It has no slash.")
            content = picture.content if isinstance(picture.content, bytes) else picture.content.encode()
            numbers = io.BytesIO()
            np.save(numbers, picture.values, allow_pickle=False)
            for form, data in ((picture.form, content), ("npy", numbers.getvalue())):
                file = folder / f"{picture.name}.{form}"
                part = file.with_name(f".{file.name}.part")
                part.write_bytes(data)
                part.replace(file)  # whole or not at all
                written.append(file)
        return written

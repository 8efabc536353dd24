"""What a person brings: a picture's file made into what the data set's own pictures are."""

from __future__ import annotations

import io
import warnings

import numpy as np

from rung.scratch.errors import RungError

PIXELS = 40_000_000  # of a person's own picture


class ExampleError(RungError, ValueError):
    """What was brought is no example for this network.

    A network of pictures takes a picture, one of texts a text. Others take examples of their data set, by
    their number in the test part.

        >>> from rung.projects.brought import ExampleError
        >>> raise ExampleError("the text is empty")
        Traceback (most recent call last):
            ...
        rung.projects.brought.ExampleError: ...

    Repair: bring what the message asks for, or take a number from `rung look RUN`.
    """

    name = "example"


def decoded(file: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Return a picture file as the bytes of a data set: (h, w, 3) colours, or (h, w) of ink, 0 for paper.

    Args:
        file: its contents.
        shape: (h, w) or (h, w, 3); it is cut to this form in the middle, and scaled.

    Raises:
        ExampleError: it is no picture, or a huge one.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(file)) as opened:
                if opened.width * opened.height > PIXELS:
                    raise ExampleError(
                        f"the picture has {opened.width:,} x {opened.height:,} pixels",
                        rule=f"At most {PIXELS // 1_000_000} million are read.",
                        fix=f"scale it down; the network sees {shape[1]} x {shape[0]} of them anyway",
                    )
                upright = ImageOps.exif_transpose(opened)
                seen = upright.convert("RGBA")
                paper = Image.new("RGBA", seen.size, "white")
                paper.alpha_composite(seen)
                mode = "L" if len(shape) == 2 else "RGB"
                pixels = np.array(ImageOps.fit(paper.convert(mode), (shape[1], shape[0])))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        if isinstance(error, ExampleError):
            raise
        raise ExampleError(f"this is not a whole picture: {error}", fix="a PNG, JPEG or WebP file") from None
    if len(shape) == 3:
        return pixels
    corners = np.concatenate([pixels[:2, :2].ravel(), pixels[-2:, -2:].ravel(), pixels[:2, -2:].ravel()])
    return 255 - pixels if np.median(corners) > 127 else pixels

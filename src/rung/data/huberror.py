"""What can go wrong with a data set of the Hugging Face hub."""

from __future__ import annotations

from rung.scratch.errors import RungError


class HubError(RungError, OSError):
    """A data set of the Hugging Face hub could not be had, or its columns could not be understood.

    The hub is read with the package `datasets`, an extra of rung.

        >>> from rung.data.hub import parse
        >>> parse("hf:imdb?columns=text")
        Traceback (most recent call last):
            ...
        rung.data.huberror.HubError: ...

    Repair: `python -m pip install datasets` if it is missing; try again when the hub can be reached; name
    the columns where they are not clear: "hf:imdb?x=text&y=label".
    """

    name = "data-hub"

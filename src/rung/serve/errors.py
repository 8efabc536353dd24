"""The error of an export."""

from __future__ import annotations

from rung.scratch.errors import RungError


class ExportError(RungError, ValueError):
    """A run cannot be exported in the form that was asked for.

        rung export digits-20261121-161500 --to flash

    An export is checked before it is written: what it answers must be what the model answers. So a network
    with an operation that the form has no word for is refused, and never written half.

    Repair: the message says which forms are possible for this run; `rung export --help` says what each is.
    """

    name = "export"

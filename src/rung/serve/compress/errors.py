"""The error of a compression."""

from __future__ import annotations

from rung.scratch.errors import RungError


class CompressError(RungError, ValueError):
    """A network cannot be made smaller in the way that was asked for.

        rung compress next-word-20261121-161500 --methods units

    Whole units can be taken out where every layer feeds the next one alone: then it is known who reads
    them. Where ways part and meet again (residual blocks, attention), several layers would have to give up
    the same units; that is not done here, and never half done.

    Repair: another of the methods; `rung compress --help` lists them, and without `--methods` all that fit
    this network are tried.
    """

    name = "compress"

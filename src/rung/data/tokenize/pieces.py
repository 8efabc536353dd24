"""Cutting a text into the pieces within which bytes are put together: GPT-2's pattern, with `re` alone."""

from __future__ import annotations

import re
import sys
from functools import cache

# GPT-2's pattern, as published, needs the `regex` module for \p{L} (letters) and \p{N} (numbers):
#   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
# Python's own \w is letters, numbers and "_", so letters are \w without numbers and "_"; and its \s counts
# four separators from \x1c on as space, which Unicode does not.
SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def pattern() -> re.Pattern[str]:
    """Return GPT-2's pattern, its classes written out for `re`.

    It knows the characters that this Python's Unicode knows (`unicodedata.unidata_version`): a letter that a
    later Unicode added is a mark to it.

    Cost: about a tenth of a second the first time, to look at every character there is.

    Example:
        >>> pattern().findall("Don't count  to 1000½!")
        ['Don', "'t", ' count', ' ', ' to', ' 1000½', '!']
    """
    number = _number_class()
    letter = rf"[^\W_{number}]"
    other = rf"(?:[^\w{SPACE}]|_)"
    return re.compile(
        rf"'s|'t|'re|'ve|'m|'ll|'d| ?{letter}+| ?[{number}]+| ?{other}+|[{SPACE}]+(?![^{SPACE}])|[{SPACE}]+"
    )


def _number_class() -> str:
    r"""Return the inside of a class of all \p{N}, as in [0-9²³¹¼-¾...]."""
    found = [c for c in range(sys.maxunicode + 1) if chr(c).isnumeric() and not chr(c).isalpha()]
    ranges: list[list[int]] = []
    for c in found:
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return "".join(f"{chr(a)}-{chr(b)}" if b > a else chr(a) for a, b in ranges)

r"""LaTeX to MathML that a browser draws by itself: no script, no web font loader, no jump.

latex2mathml does the parsing. What it leaves wrong is mended here, and what it does not know is an error
rather than a stray `\name` on the page.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from rung.errors import RungError

_ENVIRONMENTS = {
    "matrix",
    "bmatrix",
    "pmatrix",
    "vmatrix",
    "Vmatrix",
    "Bmatrix",
    "cases",
    "array",
    "align*",
    "split",
    "smallmatrix",
}
_ALIASES = {
    "aligned": "align*",
    "align": "align*",
    "gather*": "align*",
    "gathered": "align*",
    "equation*": "split",
}
_ARITY = {
    "mfrac": 2,
    "msub": 2,
    "msup": 2,
    "mover": 2,
    "munder": 2,
    "mroot": 2,
    "msubsup": 3,
    "munderover": 3,
}
_LIMITS = {"max", "min", "sup", "inf", "lim", "arg\u2006max", "arg\u2006min", "Pr"}
_FENCES = dict.fromkeys("⟨⟩⌈⌉⌊⌋", "fence")
_OPERATORS = dict.fromkeys("±∓⟺⟹⟸∖⧵≪≫", "infix")
_ACCENTS = {"^": "ˆ", "~": "˜", "¯": "¯", "→": "→"}  # over one letter: hat, tilde, bar, vec
_GREEK_CAPITALS = "ΓΔΘΛΞΠΣΦΨΩ"
_NAME = "\ue010"  # marks text that is a name, such as softmax, while latex2mathml reads it

# first code points of Unicode's mathematical alphabets: A, a, capital and small greek, 0
_ALPHABETS: dict[str, tuple[int | None, ...]] = {
    "bold": (0x1D400, 0x1D41A, 0x1D6A8, 0x1D6C2, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0x1D6E2, 0x1D6FC, None),
    "bold-italic": (0x1D468, 0x1D482, 0x1D71C, 0x1D736, 0x1D7CE),
    "double-struck": (0x1D538, 0x1D552, None, None, 0x1D7D8),
    "script": (0x1D49C, 0x1D4B6, None, None, None),
    "fraktur": (0x1D504, 0x1D51E, None, None, None),
    "sans-serif": (0x1D5A0, 0x1D5BA, None, None, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, None, None, 0x1D7F6),
}
_HOLES = {  # letters that Unicode had before it gave the alphabets their blocks
    ("italic", "h"): "ℎ",
    **{("double-struck", plain): letter for plain, letter in zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)},
    **{("script", plain): letter for plain, letter in zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)},
}


class MathError(RungError, ValueError):
    r"""A formula uses LaTeX that the page cannot show.

        $\foo{x}$          no such command
        $\frac{a}$         a fraction needs two parts
        $\begin{foo}...    no such environment

    Repair: write it with the usual commands (fractions, sums, matrices, cases, aligned, hats, bold, arrows);
    the message names what was not understood.
    """

    name = "math"

    def __init__(self, tex: str, what: str) -> None:
        short = tex if len(tex) <= 120 else tex[:117] + "..."
        super().__init__(
            f"the formula ${short}$: {what}",
            rule="Formulas are LaTeX that becomes MathML.",
            fix="say it with plainer commands",
        )


@lru_cache(maxsize=4096)
def mathml(tex: str, display: bool = False) -> str:
    r"""Return a LaTeX formula as a `<math>` element.

    Args:
        tex: what stands between the dollars, such as `\frac{a}{b}`.
        display: on a line of its own.

    Raises:
        MathError: a command, environment or shape that is not supported.

    Cost:
        about 1 ms a formula, once: answers are kept.
    """
    from latex2mathml.converter import convert

    source = _prepare(tex)
    try:
        text = convert(source, display="block" if display else "inline")
        root = ET.fromstring(text.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1))
    except ET.ParseError:
        raise MathError(tex, "& stands outside a matrix, cases or aligned") from None
    except Exception as error:  # latex2mathml has a class of its own for each slip, some of them bare
        raise MathError(tex, f"{type(error).__name__} {error}".strip()) from None
    _refuse(root, tex)
    _mend(root, display)
    root.set("alttext", tex.strip())
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _prepare(tex: str) -> str:
    """Return LaTeX that latex2mathml reads, from LaTeX as people write it."""
    out = tex.strip()
    if not out:
        raise MathError(tex, "it is empty")
    bare = re.sub(r"\\[{}\\]", "", out)
    if bare.count("{") != bare.count("}"):
        raise MathError(tex, "its braces do not match")
    for name in re.findall(r"\\begin\{([^}]*)\}", out):
        if name not in _ENVIRONMENTS and name not in _ALIASES:
            raise MathError(
                tex, f"no environment {name!r}; there are {', '.join(sorted(_ENVIRONMENTS | set(_ALIASES)))}"
            )
    for old, new in _ALIASES.items():
        out = out.replace(f"\\begin{{{old}}}", f"\\begin{{{new}}}").replace(
            f"\\end{{{old}}}", f"\\end{{{new}}}"
        )
    out = re.sub(r"\\arg\s*\\(max|min)(?![A-Za-z])", r"\\operatorname{arg\\,\1}", out)
    return re.sub(
        r"\\(?:operatorname\*?|mathrm)\s*\{([A-Za-z0-9 \-]+|(?:\w|\\[,;: ]|~|\s|-)+)\}", _upright, out
    )


def _upright(match: re.Match[str]) -> str:
    """Return a name set upright as text with a sign before it, by which it is known again afterwards."""
    return r"\text{" + _NAME + re.sub(r"\\[,;: ]|~|\s+", "\u2006", match[1]) + "}"


def _refuse(root: ET.Element, tex: str) -> None:
    """Raise for what latex2mathml passed through without understanding it."""
    for node in root.iter():
        text = node.text or ""
        if text.startswith("\\"):
            raise MathError(tex, f"no command {text}")
        if "&" in text and node.tag != "mtext":
            raise MathError(tex, "& stands outside a matrix, cases or aligned")
        if "$" in text and node.tag == "mtext":
            raise MathError(tex, "a $ stands inside \\text{}")
        if node.get("linebreak"):
            raise MathError(tex, "\\\\ stands outside a matrix, cases or aligned")
        if node.tag in _ARITY and len(node) != _ARITY[node.tag]:
            raise MathError(
                tex,
                f"{node.tag} has {len(node)} parts in place of {_ARITY[node.tag]}: a braced part is missing",
            )
        if node.tag == "menclose" and node.get("notation") != "box":
            raise MathError(tex, "strokes across a term are not supported")


def _mend(node: ET.Element, display: bool) -> None:
    """Rewrite, in place, what browsers' MathML Core does not draw as LaTeX means it."""
    for child in node:
        _mend(child, display)
    _mend_letters(node)
    _mend_layout(node)
    if display and node.tag in ("msub", "msubsup") and len(node) and node[0].text in _LIMITS:
        node.tag = {"msub": "munder", "msubsup": "munderover"}[node.tag]
    if node.tag in ("mrow", "math", "mtd", "mstyle", "msqrt"):
        _sign(list(node))
        node[:] = list(_spaced(list(_fenced(list(node)))))


def _mend_letters(node: ET.Element) -> None:
    text = node.text or ""
    if node.tag == "mtext" and text.startswith(_NAME):
        node.tag, node.text = "mi", text[1:]
        if len(text) == 2:
            node.set("mathvariant", "normal")
    elif node.tag == "mo" and len(text) > 1 and text.isalnum():
        node.tag = "mi"
        node.attrib.clear()
    elif node.tag == "mi" and text in _OPERATORS:
        node.tag = "mo"
    elif node.tag == "mi" and text in _FENCES:
        node.tag = "mo"
        node.attrib.update({"stretchy": "false", "lspace": "0", "rspace": "0"})
    elif node.tag == "mi" and text == "~":
        node.tag, node.text = "mo", "∼"
    elif node.tag == "mo" and text and text in "|‖" and node.get("fence") != "true":
        node.attrib.update({"stretchy": "false", "lspace": "0", "rspace": "0"})
    elif node.tag == "mi" and len(text) == 1 and text in _GREEK_CAPITALS and not node.get("mathvariant"):
        node.set("mathvariant", "normal")
    variant = node.get("mathvariant")
    if variant in _ALPHABETS:
        node.text = "".join(_letter(c, variant) for c in node.text or "")
        del node.attrib["mathvariant"]


def _letter(char: str, variant: str) -> str:
    if (variant, char) in _HOLES:
        return _HOLES[variant, char]
    starts = _ALPHABETS[variant]
    for start, first, last in zip(starts, "AaΑα0", "ZzΩω9", strict=True):
        if start is not None and first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char


def _mend_layout(node: ET.Element) -> None:
    align = node.attrib.pop("columnalign", None)
    if align in ("left", "right"):
        node.set("class", f"math-{align}")
    if node.tag in ("mover", "munder") and len(node) == 2:
        _mend_accent(node)
    if node.tag == "mtable":
        if node.get("columnlines"):
            node.set("class", "math-ruled")
        elif node.get("displaystyle"):
            node.set("class", "math-aligned")
        for name in ("rowspacing", "columnspacing", "columnlines", "rowlines"):
            node.attrib.pop(name, None)
    elif node.tag == "menclose":
        node.tag = "mrow"
        node.attrib = {"class": "math-boxed"}
    elif node.tag == "mspace" and node.get("width") == "negativethinmathspace":
        node.set("width", "-0.167em")
    elif node.tag == "mpadded" and (node.get("width") or "").startswith("+"):
        node.tag = "mrow"
        node.attrib.clear()
        node[:] = [_space("0.45em"), *[c for c in node if c.tag != "mspace"], _space("0.45em")]


def _mend_accent(node: ET.Element) -> None:
    """Set a hat over the letter itself: a browser places it by the letter, not by a row around the letter."""
    base, accent = node
    if len(base) == 1 and base.tag == "mrow" and not base.attrib:
        node[0] = base = base[0]
    if len(base) == 0 and accent.text in _ACCENTS:
        accent.text = _ACCENTS[accent.text]
        accent.attrib = {"stretchy": "false"}
        node.set("accent", "true")


def _fenced(children: list[ET.Element]) -> Iterable[ET.Element]:
    """Yield the children with each `[ table ]` in a row of its own, so that its brackets fit only it."""
    i = 0
    while i < len(children):
        trio = children[i : i + 3]
        bare = len(trio) == 3 and trio[1].tag == "mtable" and trio[0].tag == trio[2].tag == "mo"
        if bare and len(children) > 3:
            row = ET.Element("mrow")
            row.extend(trio)
            yield row
            i += 3
        else:
            yield children[i]
            i += 1


def _sign(children: list[ET.Element]) -> None:
    """Set a minus or plus that begins a term close to it: `= -1`, `{-1, +1}`."""
    for before, child in pairwise(children):
        after_operator = before.tag == "mo" and (before.text or "?") not in ")]}|‖⟩!′"
        if child.tag == "mo" and child.text in ("−", "-", "+", "±") and after_operator:
            child.set("form", "prefix")


def _spaced(children: list[ET.Element]) -> Iterable[ET.Element]:
    """Yield the children with a thin space around named functions: `y log p`, but `log(p)`."""
    before: ET.Element | None = None
    for child in children:
        if before is not None and (
            (_named(before) and not _opens(child)) or (_named(child) and _is_term(before))
        ):
            yield _space("0.167em")
        yield child
        before = child


def _core(node: ET.Element) -> ET.Element:
    while node.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover") and len(node):
        node = node[0]
    return node


def _named(node: ET.Element) -> bool:
    core = _core(node)
    return core.tag == "mi" and len(core.text or "") > 1 and (core.text or "")[0].isascii()


def _opens(node: ET.Element) -> bool:
    return node.tag in ("mo", "mspace") or (node.tag == "mrow" and len(node) > 0 and node[0].tag == "mo")


def _is_term(node: ET.Element) -> bool:
    core = _core(node)
    return core.tag in ("mi", "mn", "mtext", "mfrac", "mrow") or (
        core.tag == "mo" and (core.text or "?") in ")]|‖"
    )


def _space(width: str) -> ET.Element:
    return ET.Element("mspace", {"width": width})

"""LaTeX as a terminal can show it: letters, arrows and signs by their own characters, the rest as typed."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = {
    **{
        "leftarrow": "←",
        "to": "→",
        "rightarrow": "→",
        "mapsto": "↦",
        "Rightarrow": "⇒",
        "Longrightarrow": "⇒",
        "cdot": "·",
        "times": "×",
    },
    **{
        "le": "≤",
        "leq": "≤",
        "ge": "≥",
        "geq": "≥",
        "ne": "≠",
        "neq": "≠",
        "approx": "≈",
        "in": "∈",
        "infty": "∞",
    },
    **{
        "sum": "Σ",
        "prod": "Π",
        "partial": "∂",
        "nabla": "∇",
        "top": "ᵀ",
        "pm": "±",
        "odot": "⊙",
        "dots": "…",
    },
    **{
        "ldots": "…",
        "cdots": "⋯",
        "sqrt": "√",
        "ell": "ℓ",
        "lVert": "‖",
        "rVert": "‖",
        "rvert": "|",
        "quad": " ",
        "qquad": "  ",
    },
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ"},
    **{"lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω"},
    **{"Delta": "Δ", "Sigma": "Σ", "Theta": "Θ", "Omega": "Ω", "varepsilon": "ε", "hat": "^", "log": "log"},
    **{"exp": "exp", "max": "max", "min": "min", "tanh": "tanh", "left": "", "right": "", "displaystyle": ""},
    **dict.fromkeys(("big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "underbrace"), ""),
}
_MATH = re.compile(r"(?<!`)\$\$(.+?)\$\$|(?<![`\\$])\$([^$\n]+(?:\n[^$\n]+)?)\$", re.DOTALL)
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"  # braces, with at most one more pair inside
_FRACTION = re.compile(rf"\\[dt]?frac\s*(?:{_GROUP}|(\w))\s*(?:{_GROUP}|(\w))")
_WORDS = re.compile(r"\\(?:text|mathrm|mathbf|operatorname|mathbb)\s*\{([^{}]*)\}")
_HAT = re.compile(r"\\hat\s*(?:\{(\w)\}|(\w))")
_COMMAND_BEFORE = re.compile(r"\\[A-Za-z]+$")


def plain(markdown: str) -> str:
    r"""Return markdown with its mathematics as plain characters.

    Args:
        markdown: with `$...$` and `$$...$$`.

    Example:
        >>> plain(r"$w \leftarrow w + \eta\,y\,x$ on a mistake")
        'w ← w + η y x on a mistake'
        >>> plain(r"$\frac{dL}{dw}$")
        'dL/dw'
        >>> plain(r"$h\cdot\frac{d\hat y}{dh}$")
        'h · dŷ/dh'
        >>> plain(r"$\sigma(s) = \frac{1}{1 + e^{-s}}$")
        'σ(s) = 1/(1 + e^{-s})'
    """
    return _MATH.sub(
        lambda m: _formula(m[1] if m[1] is not None else m[2], display=m[1] is not None), markdown
    )


def _formula(tex: str, display: bool) -> str:
    tex = _HAT.sub(lambda m: _apart(m, unicodedata.normalize("NFC", (m[1] or m[2]) + "\u0302")), tex)
    for _ in range(3):  # fractions within fractions
        tex = _FRACTION.sub(lambda m: _apart(m, f"{_part(m[1] or m[2])}/{_part(m[3] or m[4])}"), tex)
        tex = _WORDS.sub(lambda m: _apart(m, m[1]), tex)
    tex = re.sub(r"\\lvert\s*", "|", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda m: _sign(m[1]), tex)
    tex = re.sub(r"\\[,;:! ]", " ", tex).replace(r"\{", "{").replace(r"\}", "}").replace("\\\\", "; ")
    tex = re.sub(r"\s+", " ", tex).strip()
    safe = tex.replace("\\", "\\\\").replace("*", r"\*").replace("_", r"\_")
    return f"\n\n    {tex}\n\n" if display else safe


def _sign(name: str) -> str:
    """Return one command's character, with room around what stands between two things."""
    sign = _SIGNS.get(name, "\\" + name)
    return f" {sign} " if sign in "←→↦⇒·×≤≥≠≈∈±⊙" and sign else f" {sign}" if sign in "ΣΠ" and sign else sign


def _apart(match: re.Match[str], text: str) -> str:
    """Return what stands for a match, kept apart from a command that ends where the match begins."""
    return f" {text}" if _COMMAND_BEFORE.search(match.string[: match.start()]) else text


def _part(text: str) -> str:
    return text if re.fullmatch(r"\\?[\w']+", text) else f"({text})"

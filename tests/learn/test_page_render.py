"""Markdown and formulas: everything the lessons use becomes MathML, everything else is an error."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from rung.learn.mathml import MathError, mathml
from rung.learn.render import code, inline, markdown


def shape(tex, display=False):
    """Tags and texts of a formula, without the <math> and the rows around them."""
    root = ET.fromstring(mathml(tex, display))
    return re.sub(r"</?(math\b[^>]*|mrow)>", "", ET.tostring(root, encoding="unicode"))


@pytest.mark.parametrize(
    ("tex", "holds"),
    [
        (r"\frac{a}{b}", ["<mfrac>"]),
        (r"\tfrac12 + \dfrac{1}{2}", ["<mfrac>", 'displaystyle="true"']),
        (r"\sum_{i=1}^{n} x_i", ["∑", "<msubsup>"]),
        (r"\prod_i \int_0^1", ["∏", "∫"]),
        (r"\begin{bmatrix}1&2\\3&4\end{bmatrix}", ["[", "<mtable>", "]"]),
        (r"\begin{pmatrix}a\\b\end{pmatrix}", ["(", "<mtable>"]),
        (r"\begin{cases}1 & x>0\\0 & \text{otherwise}\end{cases}", ["{", "otherwise", "math-left"]),
        (r"\begin{aligned}a&=b\\&=c\end{aligned}", ["math-aligned", "math-right", "math-left"]),
        (r"\begin{align*}a&=b\\&=c\end{align*}", ["math-aligned"]),
        (r"\begin{array}{c|c}a&b\\\hline c&d\end{array}", ["math-ruled"]),
        (r"\hat{y}", ["<mi>y</mi>", "ˆ"]),
        (r"\bar x + \tilde x + \vec x + \dot x", ["¯", "˜", "→", "˙"]),
        (r"\boldsymbol{w}", ["𝒘"]),
        (r"\boldsymbol\theta", ["𝜽"]),
        (r"\mathbf{W}\mathbf{x}", ["𝐖", "𝐱"]),
        (r"\mathbb{R}^{d}", ["ℝ"]),
        (r"\mathbb{1}", ["𝟙"]),
        (r"\mathcal{N}(0, 1)", ["𝒩"]),
        (r"\mathrm{d}x", ['mathvariant="normal">d']),
        (r"\mathrm{ReLU}(x)", ["<mi>ReLU</mi>"]),
        (r"\operatorname{softmax}(z)_i", ["<mi>softmax</mi>"]),
        (r"w \leftarrow w + \eta\,y\,x", ["←", "η"]),
        (r"f \to g \mapsto h \Rightarrow k", ["→", "↦", "⇒"]),
        (r"\xrightarrow{f}", ["→", "<mi>f</mi>"]),
        (r"\lVert w \rVert_2^2", ["‖"]),
        (r"\nabla_\theta \frac{\partial L}{\partial w}", ["∇", "∂"]),
        (r"\left( \frac{a}{b} \right)^2", ['stretchy="true"']),
        (r"\Bigl[ x \Bigr]", ["["]),
        (r"\underbrace{a+b}_{c}", ["⏟"]),
        (r"\log p", ["<mi>log</mi><mspace"]),
        (r"\binom nk + \sqrt{a}", ["<msqrt>", "linethickness"]),
        (r"x^{(i)} \in \{-1, +1\}", ['form="prefix"']),
        (r"a \odot b \cdot c \times d \le e \ne f \approx g", ["⊙", "·", "×", "≤", "≠", "≈"]),
        (r"\boxed{x}", ["math-boxed"]),
    ],
)
def test_every_construct_of_the_lessons_becomes_mathml(tex, holds):
    text = shape(tex)
    for piece in holds:
        assert piece in text
    assert "\\" not in text
    assert 'mathvariant="b' not in text


def test_limits_stand_below_in_display_and_beside_in_text():
    assert "<munderover>" in shape(r"\sum_{i=1}^n x", display=True)
    assert "<munder><mi>arg\u2006max</mi>" in shape(r"\arg\max_i x", display=True)
    assert "<msub><mi>max</mi>" in shape(r"\max_i x")


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\foo{x}", r"no command \foo"),
        (r"\frac{a}", "mfrac has 1 parts"),
        (r"a & b", "& stands outside"),
        (r"a \\ b", r"\\ stands outside"),
        (r"{a", "braces do not match"),
        (r"\begin{foo}x\end{foo}", "no environment 'foo'"),
        (r"\text{a $x$ b}", r"inside \text{}"),
        (r"\cancel{x}", "strokes"),
        ("  ", "it is empty"),
    ],
)
def test_what_cannot_be_shown_is_an_error_and_never_silent(tex, words):
    with pytest.raises(MathError) as caught:
        mathml(tex)
    assert words in str(caught.value)
    if tex.strip():
        with pytest.raises(MathError):
            markdown(f"text ${tex}$ text")


def test_money_code_and_escapes_are_not_formulas():
    out = markdown("costs $5 and $6, `$x$`, \\$3\n\n```python\ny = '$z$'\n```")
    assert "<math" not in out
    assert "$5 and $6" in out
    assert "<code>$x$</code>" in out
    assert "$3" in out


def test_formulas_stand_in_tables_lists_and_headings():
    out = markdown("# The $x$ trick\n\n| a | b |\n|---|---|\n| $|x|$ | 2 |\n\n- one\n  $$y$$\n")
    assert out.count("<math") == 3
    assert '<h1 id="the-trick">' in out
    assert out.count("<td>") == 2
    assert 'display="block"' in out


def test_no_line_begins_with_the_comma_after_a_formula():
    out = markdown("for $x$, and ($y$): $z$")
    assert out.count('<span class="math-held">') == 2
    assert "</math>,</span>" in out
    assert "</math>):</span>" in out


def test_heading_ids_are_unique_on_a_page():
    taken: set[str] = set()
    first, second = markdown("## The same", taken=taken), markdown("## The same", taken=taken)
    assert 'id="the-same"' in first
    assert 'id="the-same-2"' in second


def test_inline_has_no_paragraph_and_code_is_highlighted():
    assert inline("a *b*") == "a <em>b</em>"
    assert '<span class="k">def</span>' in code("def f(): pass")
    assert 'class="highlight"' in markdown("```python\nx = 1\n```")

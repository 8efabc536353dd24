# mypy: disable-error-code="no-untyped-def"
"""A notebook nobody reads: running it once imports all that lessons run on."""

import marimo

__generated_with = "0.25.2"
app = marimo.App()

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.learn.figure import Curve, Figure, Numbers, Plot, Say, Slider


@app.cell(hide_code=True)
def _():
    mo.md(r"A line with $x^2$ and `code`.")
    return


@app.cell
def _():
    np.arange(3)
    return


@app.cell(hide_code=True)
def _():
    def draw(s):
        x = np.linspace(0, 1, 5)
        return [Plot([Curve(x, s.k * x)], x=(0, 1), y=(0, 1)), Numbers([("k", s.k, "")]), Say(r"$k$")]

    Figure("warm", draw, controls=[Slider("k", "k", 0.0, 1.0, 0.5)])
    return


if __name__ == "__main__":
    app.run()

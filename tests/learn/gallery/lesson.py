"""Every panel, mark, control and block once: the figures that the tests move and the screenshots show."""

# ruff: noqa: E501 (formulas and sentences stand on one line)

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Gallery")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.learn.figure import (
        Arrow,
        Bars,
        Button,
        Choice,
        Curve,
        DrawPad,
        Field,
        Figure,
        Graph,
        Handle,
        HLine,
        Label,
        Network,
        Number,
        Numbers,
        Picture,
        Pictures,
        Play,
        Plot,
        Points,
        Say,
        Slider,
        Table,
        Toggle,
        VLine,
    )
    from rung.learn.page import Page

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # The gallery of $\hat y = \sigma(\mathbf w^\top \mathbf x + b)$
    *Two clouds, one line. Which way should it swing?*

    The loss over $n$ examples, with $\eta = 0.1$ and $\lVert \mathbf w \rVert_2 \le R$:

    $$
    \mathcal L(\boldsymbol\theta) = -\frac{1}{n} \sum_{i=1}^{n} \Bigl[ y_i \log \hat y_i + (1 - y_i) \log(1 - \hat y_i) \Bigr],
    \qquad
    \frac{\partial \mathcal L}{\partial \mathbf w} = \frac1n \mathbf X^\top (\hat{\mathbf y} - \mathbf y)
    $$

    $$
    \begin{aligned}
    \mathbf z &= \begin{bmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{bmatrix} \begin{pmatrix} x_1 \\ x_2 \end{pmatrix} \\
    \operatorname{ReLU}(z) &= \max(0, z) = \begin{cases} z & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}
    \end{aligned}
    $$

    | quantity | symbol | value |
    |---|---|---|
    | rate | $\eta$ | 0.1 |
    | labels | $y \in \{-1, +1\}$ | two |
    """)
    return


@app.cell(hide_code=True)
def _():
    page.predict(
        r"One point is on the wrong side of $w \cdot x + b = 0$. Which way will the line swing?",
        ["Towards the point", "Away from the point", "It stays"],
        0,
        r"**Towards it**: $w \leftarrow w + \eta\,y\,x$ adds the point itself.",
    )
    return


@app.cell(hide_code=True)
def _():
    def _clouds():
        rng = np.random.default_rng(3)
        left = rng.normal([2.0, 1.0], [0.6, 0.35], (18, 2))
        right = rng.normal([4.8, 2.0], [0.7, 0.35], (18, 2))
        return np.clip(np.concatenate([left, right]), [0.2, 0.1], [6.8, 2.9]), np.repeat([0, 1], 18)

    _x, _y = _clouds()

    def _line(s):
        (px, py), (qx, qy) = s.p, s.q
        w = np.array([py - qy, qx - px])
        w = w / (np.hypot(*w) or 1.0)
        return (w, -w @ s.p) if w[0] >= 0 else (-w, w @ s.p)

    def _draw(s):
        w, b = _line(s)
        x = np.array(s.x)
        score = x @ w + b
        wrong = (score > 0) != (_y == 1)
        gx, gy = np.meshgrid(np.linspace(0, 7, 50), np.linspace(0, 3, 30))
        field = w[0] * gx + w[1] * gy + b
        i = int(np.argmax(wrong)) if wrong.any() else 0
        return [
            Plot(
                [
                    Field(field, diverging=True, bands=2 if s.hard else None, low=-3, high=3),
                    Points(
                        x, group=_y, drag="x", highlight=np.flatnonzero(wrong), label=["setosa", "versicolor"]
                    ),
                    Curve([s.p[0], s.q[0]], [s.p[1], s.q[1]], color="accent"),
                    Arrow(np.add(s.p, s.q) / 2, np.add(s.p, s.q) / 2 + 0.5 * w, label="w"),
                    Handle("p", s.p, "first end"),
                    Handle("q", s.q, "second end"),
                ],
                x=(0, 7),
                y=(0, 3),
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                title="Iris petals",
                alt="Two clouds of petals and a line between them",
            ),
            Numbers(
                [
                    ("mistakes", int(wrong.sum()), "of 36"),
                    ("steps", s.steps, ""),
                    ("margin", float(np.abs(score).min()), "cm"),
                ]
            ),
            Say(
                rf"$w \leftarrow w + \eta\,y\,x = \begin{{bmatrix}}{w[0]:.2f}\\{w[1]:.2f}\end{{bmatrix}} + {s.lr:.2f}"
                rf"\begin{{bmatrix}}{x[i][0]:.2f}\\{x[i][1]:.2f}\end{{bmatrix}}$ for the ringed point {i}."
            ),
        ]

    def _step(s):
        s.steps += 1
        s.q = [min(6.5, s.q[0] + s.lr * 0.2), s.q[1]]
        s.p = [s.p[0] - 0.1 * s.lr if s.p[0] > 2.6 else s.p[0], s.p[1]]
        s.done = s.steps >= 25

    page.figure(
        Figure(
            "line",
            _draw,
            state=dict(p=[2.2, 2.6], q=[3.2, 0.4], x=_x, steps=0, done=False),
            controls=[
                Slider("lr", "learning rate η", 0.1, 2.0, 1.0, step=0.1),
                Toggle("hard", "show the decision only", True),
                Play("step", "Run", every=0.05),
                Button("step", "Step once"),
                Button("reset", "Start again"),
            ],
            on={"step": _step},
            caption="Drag either end of the line, or any point. **Ringed** points are on the wrong side of $w\\cdot x+b=0$.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    def _draw(s):
        t = np.arange(1, 101)
        fall = np.exp(-t * s.rate / 10) + 0.01 * s.noise
        slow = np.exp(-t * s.rate / 40) + 0.05
        z = np.linspace(-4, 4, 81)
        g = {"sigmoid": 1 / (1 + np.exp(-z)), "tanh": np.tanh(z), "relu": np.maximum(z, 0)}[s.kind]
        zx, zy = np.meshgrid(np.linspace(-3, 3, 40), np.linspace(-2, 2, 30))
        return [
            Plot(
                [
                    Curve(t, fall, label="training", color="a"),
                    Curve(t, slow, label="validation", color="b", dash=True),
                    HLine(0.05, label="best possible"),
                    VLine(float(s.stop), label="stop here", color="good"),
                ],
                y=(0.005, 1.2),
                ylog=True,
                xlabel="step",
                ylabel="loss (nats)",
                title="Two losses",
                height=280,
            ),
            Plot(
                [
                    Curve(z, g, label=s.kind, color="c", width=3),
                    Label((-2.4, 0.75), "flat: the gradient dies"),
                    Points([[1.0, 0.5]], label="you"),
                ],
                y=(-1.2, 1.6),
                xlabel="z",
                ylabel="output",
                title="An activation",
                height=280,
            ),
            Plot(
                [
                    Field(zx**2 + 3 * zy**2),
                    Arrow((2, 1.2), (1.2, 0.2), "−∇", color="bad"),
                    Points([[0, 0]], group=[3], size=6),
                ],
                x=(-3, 3),
                y=(-2, 2),
                equal=True,
                title="A bowl",
                height=280,
            ),
            Plot(
                [
                    Bars(
                        ["cat", "dog", "owl", "fish"],
                        [[0.61, 0.22, 0.12, 0.05], [0.4, 0.3, 0.2, 0.1]],
                        group=["before", "after"],
                    )
                ],
                y=(0, 0.8),
                ylabel="probability",
                title="Softmax",
                height=280,
            ),
        ]

    page.figure(
        Figure(
            "curves",
            _draw,
            controls=[
                Choice(
                    "kind", "activation", {"sigmoid": "σ sigmoid", "tanh": "tanh", "relu": "ReLU"}, "tanh"
                ),
                Slider("rate", "rate", 0.01, 10.0, 1.0, log=True),
                Slider("stop", "stop after", 1, 100, 40),
                Number("noise", "noise", 1.0),
            ],
            caption="Direct labels, a logarithmic axis, equal units, bars in groups.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    def _draw(s):
        w1 = np.array([[0.8, -1.2], [1.5, 0.4], [-0.6, -0.3]]) * s.gain
        w2 = np.array([[1.1, -0.7, 0.5]])
        x = np.array([0.5, -1.0])
        hidden = np.tanh(w1 @ x)
        out = w2 @ hidden + 0.2
        return [
            Network(
                [["x₁", "x₂"], ["h₁", "h₂", "h₃"], ["ŷ"]],
                weights=[w1, w2],
                values=[x, hidden, out],
                biases=[[0.0, 0.1, -0.2], [0.2]],
                pick="chose",
                title="Signed weights",
            ),
            Network([[f"x{i}" for i in range(6)], [""] * 8, [""] * 8, ["0", "1", "2"]], title="A plain one"),
            Say(f"You chose: `{s.chosen}`"),
        ]

    def _chose(s, value):
        s.chosen = str(value)

    page.figure(
        Figure(
            "network",
            _draw,
            state=dict(chosen="nothing yet"),
            controls=[Slider("gain", "gain", -2.0, 2.0, 1.0, step=0.1)],
            on={"chose": _chose},
            caption="Warm and solid is positive; cool and dashed is negative; the width is the size.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    def _draw(s):
        a, b, c = s.a, -3.0, 10.0
        e = a * b
        d = e + c
        loss = d * -2.0
        return [
            Graph(
                [
                    dict(id="a", label="a", value=a, grad=-2.0 * b),
                    dict(id="b", label="b", value=b, grad=-2.0 * a),
                    dict(id="c", label="c", value=c, grad=-2.0),
                    dict(id="f", label="f", value=-2.0, grad=d),
                    dict(id="e", label="e", op="×", value=e, grad=-2.0, active=True),
                    dict(id="d", label="d", op="+", value=d, grad=-2.0, active=True),
                    dict(id="L", label="L", op="×", value=loss, grad=1.0),
                ],
                [("a", "e"), ("b", "e"), ("e", "d"), ("c", "d"), ("d", "L"), ("f", "L")],
                pick="look",
                title="The life of a gradient",
            ),
            Table(
                ["node", "value", "gradient", "note"],
                [["a", a, -2.0 * b, "leaf"], ["e", e, -2.0, "a × b"], ["L", loss, 1.0, s.looked]],
                highlight=[1, (2, 3)],
                title="The same as a table",
            ),
        ]

    page.figure(
        Figure(
            "graph",
            _draw,
            state=dict(looked="the loss"),
            controls=[Number("a", "a", 2.0)],
            on={"look": lambda s, value: setattr(s, "looked", value["node"])},
            caption="Each node holds its value and, below the line, its gradient.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    from sklearn.datasets import load_digits

    _digits = load_digits().images

    def _draw(s):
        ink = np.array(s.ink)
        edge = np.zeros_like(ink)
        edge[:, 1:] = ink[:, 1:] - ink[:, :-1]
        rgb = np.stack([ink, np.roll(ink, 2, 1), np.roll(ink, 4, 1)], -1)
        return [
            Picture(ink, title="what you drew", low=0, high=1),
            Picture(edge, title="its edges", diverging=True, low=-1, high=1),
            Picture(rgb, title="in colour"),
            Pictures(list(_digits[:10]), titles=[str(i) for i in range(10)], title="Real digits"),
            Numbers(
                [
                    ("ink", float(ink.sum()), "pixels"),
                    ("mean", float(ink.mean()), "0 to 1"),
                    ("tiny", 1.5e-7, "nats"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "pictures",
            _draw,
            controls=[DrawPad("ink", "draw a digit", 28)],
            caption="Point at a pixel to read its value.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    def _draw(s):
        return [Plot([Curve([0, 1], [0, 1 / (s.k - 3)])], title="1 / (k − 3)", height=200)]

    page.figure(
        Figure(
            "breaks", _draw, controls=[Slider("k", "k", 0, 5, 1)], caption="At k = 3 this divides by zero."
        )
    )
    return


@app.cell
def _():
    _w = np.array([1.0, 2.0])
    print("two weights")
    _w.sum()
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "What does one step add to $w$?",
        ["the point times its label", "the gradient of the margin", "a random direction"],
        0,
        ["Yes: $y\\,x$.", "The rule has no margin in it.", "Nothing in the rule is random."],
    )
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.learn.figures.wire:point", docstring=False)
    return


if __name__ == "__main__":
    app.run()

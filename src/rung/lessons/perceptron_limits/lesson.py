import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="What a perceptron cannot do")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.data import load
    from rung.learn.figure import (
        Button,
        Choice,
        Curve,
        Field,
        Figure,
        Handle,
        Label,
        Numbers,
        Plot,
        Points,
        Slider,
        Toggle,
        VLine,
    )
    from rung.learn.page import Page
    from rung.scratch.models.line import best_line, line_through, line_within
    from rung.scratch.models.perceptron import predict, score
    from rung.scratch.models.step_network import (
        count_separable,
        is_separable,
        step_network,
        truth_table,
        xor_network,
    )

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # What a perceptron cannot do
    *Two switches, one lamp, and no line that lights it.*

    A staircase has a switch at the bottom and one at the top. Flip either, and the lamp changes. So the lamp is on when **exactly one** of
    the two is up: not when both are, not when none is. An electrician wires this without a thought. Electricians call it a two-way circuit, logicians
    *exclusive or*, XOR.

    Give the positions of the switches, 0 or 1, to a perceptron. Can it run the lamp? And if it cannot, how much more is needed?
    """)
    return


@app.cell(hide_code=True)
def _():
    CORNERS = truth_table(2)
    able_2 = count_separable(2)

    page.predict(
        f"A lamp for two switches can follow {2 ** len(CORNERS)} different rules (on or off for each of the 4 positions). How many of those rules can one "
        "perceptron follow, with the right weights?",
        [
            "All 16: with three free numbers, w₁, w₂ and b, there is always a way.",
            f"All but two: {able_2} of 16.",
            "Half of them: 8 of 16, those whose rule is symmetric.",
        ],
        1,
        f"**{able_2}** of 16, counted by trying all (you will write the judge). Only XOR and its opposite, *both alike*, are out of reach. So the perceptron "
        "fails at 2 rules of 16. That sounds harmless; wait for three switches, and four.",
    )
    return CORNERS, able_2


@app.cell(hide_code=True)
def _(CORNERS):
    SQUARE = (-0.6, 1.6), (-0.6, 1.6)

    def shading(answers_of, xlim, ylim, n=70):
        gx, gy = np.meshgrid(np.linspace(*xlim, n), np.linspace(*ylim, n))
        flat = answers_of(np.stack([gx, gy], axis=-1).reshape(-1, 2))
        return Field(np.asarray(flat).reshape(gx.shape), diverging=True, low=-4, high=4, bands=2)

    def drawn(w, b, box, **style):
        ends = line_within(w, b, *box)
        return [] if ends is None else [Curve(*ends.T, **style)]

    def lamp_draw(s):
        y = np.where([s.s00, s.s01, s.s10, s.s11], 1, -1)
        w, b = line_through(s.p, s.q)
        right = predict(w, b, CORNERS) == y
        can = page.mine.is_separable(CORNERS, y)
        best = len(CORNERS) - best_line(CORNERS, y)[2]
        return [
            Plot(
                [
                    shading(lambda pts: predict(w, b, pts), *SQUARE),
                    *drawn(w, b, SQUARE, color="accent"),
                    Points(
                        CORNERS,
                        group=(y + 1) // 2,
                        size=10,
                        highlight=np.flatnonzero(~right),
                        labels=[f"switches {c[0]} and {c[1]}" for c in CORNERS],
                    ),
                    *[
                        Label([c[0], c[1] + 0.17], "on" if v > 0 else "off")
                        for c, v in zip(CORNERS, y, strict=True)
                    ],
                    Handle("p", s.p, "one end"),
                    Handle("q", s.q, "other end"),
                ],
                x=SQUARE[0],
                y=SQUARE[1],
                xlabel="first switch",
                ylabel="second switch",
                equal=True,
                height=340,
                alt=f"The four positions of two switches and a line with {int(right.sum())} of them on the right side.",
            ),
            Numbers(
                [
                    ("right", int(right.sum()), "of 4"),
                    ("any line", best, "of 4 at best"),
                    ("one perceptron", "can do it" if can else "cannot", "is_separable"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "lamp",
            lamp_draw,
            state=dict(p=[-0.4, 0.9], q=[0.9, -0.4]),
            controls=[
                Toggle("s00", "lamp on at 0 0", False),
                Toggle("s01", "at 0 1", True),
                Toggle("s10", "at 1 0", True),
                Toggle("s11", "at 1 1", False),
                Button("reset", "Start again"),
            ],
            caption="Drag the line so that all four corners are right; a ring marks a wrong one. Then switch the lamp on or off at a corner, and find a rule that is "
            "impossible without being XOR. (There is one.)",
            parts=True,
        )
    )
    return SQUARE, drawn, shading


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Why no weights can do it

    You have tried for a minute. Could somebody cleverer succeed? No, and four lines prove it. XOR asks for

    | inputs | answer | so the score must satisfy |
    |---|---|---|
    | 0 0 | −1 | $b \le 0$ |
    | 0 1 | +1 | $w_2 + b > 0$ |
    | 1 0 | +1 | $w_1 + b > 0$ |
    | 1 1 | −1 | $w_1 + w_2 + b \le 0$ |

    Add the two middle rows: $w_1 + w_2 + 2b > 0$. Add the outer two: $w_1 + w_2 + 2b \le 0$. One number cannot be both. The picture says the same: the
    two "on" corners lie on one diagonal, the two "off" corners on the other, and the diagonals cross. A line with the first two on one side has all of their diagonal on that side,
    the crossing included; but the crossing belongs to the other two as well.

    ## Two lines and a third

    *Exactly one* means: **at least one**, and **not both**. Each of the two halves is a line, and "and" is a line too. So three perceptrons do it, if the third looks not
    at the switches but at the answers of the first two. Those two are called **hidden units**: nothing outside the network sees their answers.

    In the figure, the left picture is the world of the switches, with the lines of the two hidden units. The right picture is the world that the third unit sees: for each corner, the pair
    of hidden answers. Move the hidden lines, and the corners jump about on the right. Arrange it so that *one* line is enough there.
    """)
    return


@app.cell(hide_code=True)
def _(CORNERS, SQUARE, drawn, shading):
    XOR = np.array([-1, 1, 1, -1])
    HIDDEN = (-1.9, 1.9), (-1.9, 1.9)
    APART = 0.16 * np.array(
        [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    )  # so that points on one spot can be told apart

    def layers_of(s):
        (w1, b1), (w2, b2) = line_through(s.a, s.b), line_through(s.c, s.d)
        w3, b3 = line_through(s.e, s.f)
        return [(np.array([w1, w2]), np.array([b1, b2])), (w3[None], np.array([b3]))]

    def hidden_draw(s):
        layers = layers_of(s)
        (hw, hb), (ow, ob) = layers
        inside = page.mine.step_network(layers[:1], CORNERS)
        out = page.mine.step_network(layers, CORNERS)[:, 0]
        wrong = np.flatnonzero(out != XOR)
        group = (XOR + 1) // 2
        return [
            Plot(
                [
                    shading(lambda pts: page.mine.step_network(layers, pts), *SQUARE),
                    *drawn(hw[0], hb[0], SQUARE, color="c"),
                    *drawn(hw[1], hb[1], SQUARE, color="d"),
                    Points(CORNERS, group=group, size=9, highlight=wrong),
                    Handle("a", s.a, "line 1, a"),
                    Handle("b", s.b, "line 1, b"),
                    Handle("c", s.c, "line 2, a"),
                    Handle("d", s.d, "line 2, b"),
                ],
                x=SQUARE[0],
                y=SQUARE[1],
                xlabel="first switch",
                ylabel="second switch",
                title="the switches",
                equal=True,
                height=320,
                alt="The switches, with two hidden lines; shaded by the answer of the whole network.",
            ),
            Plot(
                [
                    shading(lambda pts: predict(ow[0], ob[0], pts), *HIDDEN),
                    *drawn(ow[0], ob[0], HIDDEN, color="accent"),
                    Points(
                        inside + APART,
                        group=group,
                        size=9,
                        highlight=wrong,
                        labels=[f"{c[0]} {c[1]}" for c in CORNERS],
                    ),
                    Handle("e", s.e, "line 3, a"),
                    Handle("f", s.f, "line 3, b"),
                ],
                x=HIDDEN[0],
                y=HIDDEN[1],
                xlabel="answer of hidden unit 1",
                ylabel="answer of hidden unit 2",
                title="what the third unit sees",
                equal=True,
                height=320,
                alt="The same four corners at their hidden answers, with the line of the output unit.",
            ),
            Numbers(
                [
                    ("right", int(4 - len(wrong)), "of 4"),
                    ("places", len({tuple(h) for h in inside.tolist()}), "taken on the right"),
                    (
                        "one line there",
                        "is enough" if is_separable(inside, XOR) else "is not",
                        "in the hidden world",
                    ),
                ]
            ),
        ]

    def solve(s):
        s.a, s.b = [1.05, -0.55], [-0.55, 1.05]
        s.c, s.d = [-0.1, 1.6], [1.6, -0.1]
        s.e, s.f = [1.6, -0.6], [-0.6, 1.6]
        layers = layers_of(s)
        for k, (first, second) in enumerate((("a", "b"), ("c", "d"))):  # "at least one" and "not both"
            corner = CORNERS[3 if k == 0 else 0]
            if step_network(layers[:1], corner)[k] < 0:
                here, there = getattr(s, first), getattr(s, second)
                setattr(s, first, there)
                setattr(s, second, here)
        if step_network(layers_of(s)[1:], np.array([1, 1]))[0] < 0:
            s.e, s.f = s.f, s.e

    page.figure(
        Figure(
            "hidden",
            hidden_draw,
            state=dict(
                a=[1.2, -0.4], b=[1.2, 1.4], c=[-0.4, 1.3], d=[1.4, 1.3], e=[-0.5, 1.5], f=[1.5, -0.5]
            ),
            controls=[Button("solve", "Show one solution"), Button("reset", "Start again")],
            on={"solve": solve},
            caption="Each line has two ends to drag; its +1 side is on the left of the way from a to b. In the right picture corners can fall on one spot: "
            "they are drawn a little apart.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _(CORNERS):
    _layers = xor_network()
    (_hw, _hb), (_ow, _ob) = _layers
    _h = step_network(_layers[:1], CORNERS)
    _rows = "\n".join(
        f"    | {c[0]} {c[1]} | {float(score(_hw[0], _hb[0], c)):+.1f} → {h[0]:+d} | {float(score(_hw[1], _hb[1], c)):+.1f} → {h[1]:+d} | {float(score(_ow[0], _ob[0], h)):+.1f} → {int(predict(_ow[0], _ob[0], h)):+d} |"
        for c, h in zip(CORNERS, _h, strict=True)
    )
    mo.md(
        rf"""
    ### A worked number

    By hand: *at least one* has the weights $({_hw[0][0]:g},\ {_hw[0][1]:g})$ and the bias ${_hb[0]:g}$; *not both* has $({_hw[1][0]:g},\ {_hw[1][1]:g})$ and ${_hb[1]:g}$; the output, which hears two answers of
    $-1$ or $+1$, has $({_ow[0][0]:g},\ {_ow[0][1]:g})$ and ${_ob[0]:g}$. Each entry is a score and the answer it gives.

    | inputs | at least one | not both | output |
    |---|---|---|---|
{_rows}

    The corners 0 1 and 1 0 end on one spot, $(+1, +1)$. That is what the hidden layer does: **it gives each point new coordinates in which the task is easy.** Nothing
    about this is special to switches. It is what hidden layers are for, in every network to come.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Who decides what is possible?

    For two switches you can look. For five inputs nobody can. But you already own a machine that decides it: the perceptron trick. If a line exists, the trick
    stops (Novikoff). If none exists, it goes on for ever; and how do you notice *for ever* without waiting?

    When the inputs are whole numbers, so are $w$ and $b$ at every moment. And the trick has one more property, proved by Block and Levin in 1970: even where no line exists, $w$ and $b$ stay within bounds. Whole numbers within bounds are finitely many. So sooner or
    later a pass begins with exactly the $w$ and $b$ of an earlier one; and since the trick has no other memory, it will now repeat itself for ever, mistakes and all. **A pass without a mistake proves yes; a repeat proves no.** One of the two always comes.

    With such a judge, counting is a loop:
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.models.step_network:count_separable", docstring=False)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Three functions: `step_network` runs layers of perceptrons one after another; `xor_network` returns the layers that you set by hand (any weights that work are right); `is_separable` is the judge. `predict` and `perceptron_epoch` from the lessons before are yours to
    use. One case deserves a refusal: if `x` holds numbers that are not whole, the circle might never close, so
    `raise DTypeError("...")` with a sentence of your own.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _(able_2):
    _known = {4: 1882, 5: 94572, 6: 15028134}  # OEIS A000609
    _counted = {1: count_separable(1), 2: able_2, 3: count_separable(3)}

    def _share(k, of):
        return f"{k / of:.2g}" if k > of / 100 else f"1 in {of // k:,}"

    _rows = "\n".join(
        f"    | {n} | {2**2**n:,} | {k:,} | {_share(k, 2**2**n)} | {'counted on this page' if n in _counted else 'OEIS A000609'} |"
        for n, k in (_counted | _known).items()
    )
    mo.md(
        f"""
    ## How much is out of reach

    | inputs | rules | one perceptron can | share | |
    |---|---|---|---|---|
{_rows}

    Two of sixteen was harmless. With six inputs hardly any rule is left: of rules drawn at random, a perceptron would fail at practically all. Real tasks are not drawn at random, which is why single perceptrons
    do well on flowers and digits. But the table says where to expect failure: where inputs matter *in combination*, one changing what another means.

    **A flower that needs two lines.** Versicolor lies between the two other species. One line leaves many of it wrong; two hidden units, one a border, and a third that says "between" do far
    better. Same network, real data:
    """
    )
    return


@app.cell(hide_code=True)
def _(drawn):
    _iris = load("iris")
    _petals = _iris.x[:, 2:4].astype(float)
    _labels = np.where(_iris.y == 1, 1, -1)
    _single = best_line(_petals, _labels)[2]
    _box = (0.6, 7.2), (0.0, 2.7)
    _both = np.array([[1.0, 1.0]]), np.array([-1.0])

    def between_draw(s):
        (w1, b1), (w2, b2) = line_through(s.a, s.b), line_through(s.c, s.d)
        layers = [(np.array([w1, w2]), np.array([b1, b2])), _both]
        wrong = page.mine.step_network(layers, _petals)[:, 0] != _labels
        gx, gy = np.meshgrid(np.linspace(*_box[0], 110), np.linspace(*_box[1], 50))
        answers = page.mine.step_network(layers, np.stack([gx, gy], axis=-1).reshape(-1, 2)).reshape(gx.shape)
        return [
            Plot(
                [
                    Field(answers, diverging=True, low=-4, high=4, bands=2),
                    *drawn(w1, b1, _box, color="c"),
                    *drawn(w2, b2, _box, color="d"),
                    Points(
                        _petals,
                        group=(_labels + 1) // 2,
                        highlight=np.flatnonzero(wrong),
                        label=["setosa or virginica", "versicolor"],
                    ),
                    Handle("a", s.a, "border 1, a"),
                    Handle("b", s.b, "border 1, b"),
                    Handle("c", s.c, "border 2, a"),
                    Handle("d", s.d, "border 2, b"),
                ],
                x=_box[0],
                y=_box[1],
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=340,
                alt=f"All three species of iris and two hidden lines; {int(wrong.sum())} flowers are wrong.",
            ),
            Numbers(
                [
                    ("wrong", int(wrong.sum()), f"of {len(_labels)}"),
                    ("one line", _single, "wrong, the best there is"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "between",
            between_draw,
            state=dict(a=[1.0, 1.6], b=[1.4, 0.2], c=[4.4, 0.2], d=[6.6, 2.5]),
            controls=[Button("reset", "Start again")],
            caption="Drag the two borders. The output unit says versicolor where both hidden units say +1.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    Two linear layers with a step after each. (`torch.sign` gives 0 at exactly 0, where our unit says −1; no score here is 0.) Then we spoil one bias, so that the network errs, and ask PyTorch for
    what it is famous for: the slope of the error in each weight, to go down.
    """)
    return


@app.cell
def _(CORNERS):
    import torch

    inputs = torch.tensor(CORNERS, dtype=torch.float64)
    wanted = torch.tensor([-1.0, 1.0, 1.0, -1.0], dtype=torch.float64)
    parts = [part for layer in xor_network() for part in layer]
    w1, b1, w2, b2 = (torch.tensor(part, requires_grad=True) for part in parts)

    def answers():
        hidden = torch.sign(inputs @ w1.T + b1)
        return torch.sign(hidden @ w2.T + b2)[:, 0]

    print("XOR:", answers().detach().numpy())

    with torch.no_grad():
        b1[0] = -2.5  # spoil one hidden bias
    error = ((answers() - wanted) ** 2).mean()
    error.backward()
    print("spoiled, the error is", error.item())
    print("slopes:", [part.grad.abs().max().item() for part in (w1, b1, w2, b2)])
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Where it breaks

    The error is large and every slope is 0. We *built* this network; could we have let it **learn**? Two obstacles stand in the way.

    - **No one tells a hidden unit what it should have said.** The trick needs a label for every point. The output unit has one; for the hidden units there is none. When the lamp is wrong, whose fault was it? This is
      called the problem of **credit assignment**.
    - **A step has no slope.** Turn one hidden weight by a little, and in nearly all cases no answer changes; then suddenly one does. So we cannot even try which way is better. Turn the knob:
    """)
    return


@app.cell(hide_code=True)
def _(CORNERS):
    _want = np.array([-1, 1, 1, -1])
    KNOB = np.linspace(-3.5, 3.5, 141)

    def wrong_with(run, layer, unit, bias):
        layers = [(w.copy(), b.copy()) for w, b in xor_network()]
        layers[layer][1][unit] = bias
        return int((run(layers, CORNERS)[:, 0] != _want).sum())

    def knob_draw(s):
        layer, unit = {"first": (0, 0), "second": (0, 1), "output": (1, 0)}[s.which]
        run = page.mine.step_network
        stairs = [wrong_with(run, layer, unit, k) for k in KNOB]
        now = wrong_with(run, layer, unit, s.bias)
        around = {wrong_with(run, layer, unit, s.bias + step) for step in (-0.01, 0.01)}
        return [
            Plot(
                [
                    Curve(np.repeat(KNOB, 2)[:-1], np.repeat(stairs, 2)[1:], color="accent", width=3),
                    VLine(s.bias, label="now"),
                ],
                x=(-3.5, 3.5),
                y=(-0.2, 4.2),
                xlabel="bias of that unit",
                ylabel="corners wrong, of 4",
                height=240,
                alt="The number of wrong corners as one bias is turned: a staircase, flat between its jumps.",
            ),
            Numbers(
                [
                    ("wrong", now, "of 4"),
                    (
                        "0.01 to either side",
                        "the same" if around == {now} else "different",
                        "what a slope would see",
                    ),
                ]
            ),
        ]

    page.figure(
        Figure(
            "knob",
            knob_draw,
            controls=[
                Choice(
                    "which",
                    "turn the bias of",
                    {
                        "first": "hidden unit 1 (at least one)",
                        "second": "hidden unit 2 (not both)",
                        "output": "the output unit",
                    },
                    "first",
                ),
                Slider("bias", "bias", -3.5, 3.5, -2.5, step=0.05),
            ],
            caption="A staircase. On a step there is nothing to go down, and the edge comes without warning.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    The way out took until the 1980s to become common knowledge: replace the step by a smooth curve. Then every weight has a slope, and the slopes of the hidden weights can be computed from those of the output, layer
    by layer, backwards. That is **backpropagation**, and most of this track is about it.

    ### What the book did and did not say

    In 1969 Marvin Minsky and Seymour Papert published *Perceptrons*. The short version that everybody tells, "they proved that neural networks cannot do XOR, and research stopped", is wrong in
    two places. They knew that networks of several layers can follow any such rule, XOR included; McCulloch and Pitts had built such networks from threshold units in 1943. What they proved concerns one layer of weights on top of features
    that each see only a part of the picture: to tell whether the number of dark points is odd (XOR for many inputs), some feature must see *all* points, and to tell whether a figure hangs together, no fixed number of points is
    enough. About learning in several layers they offered a judgement, not a theorem: that it would turn out sterile. On that point they were mistaken. How much the book, and how much money, rivalry and slow computers had to do with the quiet years
    that followed is disputed among historians; Olazaran's study below is the place to begin.

    And a postscript from biology: in 2020 Gidon and colleagues found that a single branch of a human nerve cell can give its strongest answer to one input and a weaker one to two together. The
    cell that the perceptron was named after is not held by the perceptron's limits.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "What does the hidden layer do to the four corners of XOR, so that one more line is enough?",
        [
            'It moves the two "on" corners to one place, away from the other two.',
            "It bends the output unit's line, so that it can pass between them.",
            "It removes the corner 1 1, which is the one that causes the trouble.",
        ],
        0,
        [
            'Right: both score (+1, +1) in the hidden world, the "off" corners (−1, +1) and (+1, −1). There a straight line does.',
            "Seen from the switches the border looks bent; but the output unit draws a straight line, in other coordinates.",
            "All four corners are still there, and all four get their right answer.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Take the thresholds out of the hidden units: each passes its score on as it is. What can the two layers now compute?",
        [
            "More than before, since scores carry more than their signs.",
            "The same as before, as the output unit has a threshold still.",
            "No more than one perceptron: the two sums merge into one.",
        ],
        2,
        [
            "They carry more, but a weighted sum of weighted sums of the inputs is again one weighted sum of the inputs.",
            "The one threshold left draws one line, in the world of the switches. XOR is lost.",
            "Right: w₃·(W x + b) + b₃ = (w₃W)·x + (w₃·b + b₃), one row of weights and one bias. The threshold between the layers is what makes two layers more than one.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "On whole-number inputs, a pass of the trick begins with the very w and b that an earlier pass began with. Why does this prove that no line exists?",
        [
            "Because a repeat means that the bound (R/γ)² has been used up.",
            "Because from here it repeats for ever, and with a line it would stop.",
            "Because w and b would have become 0 again if a line existed.",
        ],
        1,
        [
            "The bound may be far from used up; and it depends on γ, which we do not know.",
            "Right: the next pass depends on w and b alone, so the run is a circle, with its mistakes. Where a line exists, mistakes come to an end.",
            "Nothing takes w and b back to 0. The repeat can be at any value.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.reading()
    return


@app.cell(hide_code=True)
def _():
    page.cheatsheet()
    return


if __name__ == "__main__":
    app.run()

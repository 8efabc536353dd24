import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The perceptron")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.data import load
    from rung.learn.figure import (
        Arrow,
        Bars,
        Button,
        Choice,
        Curve,
        DrawPad,
        Field,
        Figure,
        Handle,
        Network,
        Numbers,
        Pictures,
        Plot,
        Points,
        Say,
        Slider,
    )
    from rung.learn.page import Page
    from rung.scratch.models.line import best_line, line_through, line_within
    from rung.scratch.models.perceptron import predict, score

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # The perceptron
    *Two numbers about a flower. Which of two species is it?*

    An iris stands before you, its petal 4.9 cm long and 1.6 cm wide. Is it a *versicolor* or a *virginica*? A botanist
    looks at the whole plant. We have two numbers, and we want a machine with as few parts as possible that gives an answer.

    A very small machine that is good at this has two parts: a **weighted sum** and a **threshold**. It is called a perceptron.
    One of them draws a straight line. Millions of them, slightly softened and stacked, read handwriting and write prose; so it
    pays to know one of them well.
    """)
    return


@app.cell(hide_code=True)
def _():
    iris = load("iris")
    petals, species = iris.x[:, 2:4].astype(float), iris.y
    two = species > 0
    x, y = petals[two], np.where(species[two] == 2, 1, -1)
    names = {-1: iris.names[1], 1: iris.names[2]}
    best_w, best_b, fewest = best_line(x, y)

    page.predict(
        f"Here come {len(x)} real irises of those two species, two measurements each. You may draw one straight line. How many "
        "flowers can the best line put on the right side?",
        [
            "About 75, because two measurements are far too few.",
            f"Nearly all, say {len(x) - fewest}, because the species overlap only a little.",
            f"All {len(x)}, because two species are never quite alike.",
        ],
        1,
        f"**{len(x) - fewest}** of {len(x)}. That is the outcome of trying every line there is reason to try (through each pair of flowers, "
        f"nudged to either side): {fewest} flowers are always left over. Can you find such a line by hand?",
    )
    return best_b, best_w, fewest, names, petals, species, x, y


@app.cell(hide_code=True)
def _(best_b, best_w, fewest, names, x, y):
    XLIM, YLIM = (2.7, 7.2), (0.8, 2.7)

    def shade(w, b, xlim, ylim):
        """The machine's answer all over the picture."""
        gx, gy = np.meshgrid(np.linspace(*xlim, 100), np.linspace(*ylim, 50))
        return Field(
            page.mine.predict(w, b, np.stack([gx, gy], axis=-1).reshape(-1, 2)).reshape(gx.shape),
            diverging=True,
            low=-4,
            high=4,
            bands=2,
        )

    def vec(v, digits=2):
        return "(" + ",\\ ".join(f"{float(c):.{digits}f}" for c in v) + ")"

    def line_draw(s):
        w, b = page.mine.line_through(s.p, s.q)
        right = page.mine.predict(w, b, x) == y
        f = np.array(s.flower)
        its = float(page.mine.score(w, b, f))
        middle = (np.array(s.p) + np.array(s.q)) / 2
        marks = [
            shade(w, b, XLIM, YLIM),
            Points(x, group=(y + 1) // 2, highlight=np.flatnonzero(~right), label=[names[-1], names[1]]),
            Curve(*zip(*line_within(w, b, XLIM, YLIM), strict=True), color="accent"),
            Arrow(middle, middle + 0.5 * w, label="w"),
            Handle("p", s.p, "one end"),
            Handle("q", s.q, "other end"),
            Handle("flower", s.flower, "your flower"),
        ]
        return [
            Plot(
                marks,
                x=XLIM,
                y=YLIM,
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=340,
                alt=f"Petals of two species and a line that has {int(right.sum())} of {len(x)} on the right side.",
            ),
            Numbers(
                [
                    ("right", int(right.sum()), f"of {len(x)}; the best line has {len(x) - fewest}"),
                    ("your flower", names[int(page.mine.predict(w, b, f))], f"score {its:+.2f}"),
                ]
            ),
            Say(rf"""The line: $w = {vec(w)}$, $b = {b:.2f}$. Your flower: ${f[0]:.2f} \times {f[1]:.2f}$ cm.

$s = w\cdot x + b = {w[0]:.2f}\cdot{f[0]:.2f} {w[1]:+.2f}\cdot{f[1]:.2f} {b:+.2f} = {its:.2f}$, so the answer is ${"+1" if its > 0 else "-1"}$."""),
        ]

    def show_best(s):
        a, c = line_within(best_w, best_b, (XLIM[0] + 0.15, XLIM[1] - 0.15), (YLIM[0] + 0.15, YLIM[1] - 0.15))
        s.p, s.q = a, c

    page.figure(
        Figure(
            "line",
            line_draw,
            state=dict(p=[4.0, 2.4], q=[6.4, 1.2], flower=[4.9, 1.6]),
            controls=[Button("best", "Show a best line"), Button("reset", "Start again")],
            on={"best": show_best},
            caption="Drag the two ends of the line, or your flower. Rings mark the flowers on the wrong side. The arrow w "
            "points to the +1 side; go past one end of the line with the other and the sides change places.",
            parts=True,
        )
    )
    return shade, vec


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## A sum and a threshold

    The figure never draws a line to decide. It computes one number for each flower, the **score**

    $$s \;=\; w_1 x_1 + w_2 x_2 + b \;=\; w\cdot x + b,$$

    and answers $+1$ if $s > 0$ and $-1$ if not. The $x$ are the **inputs**, here length and width. Each has a **weight**, $w_1$ and
    $w_2$: how much it counts, and in which direction. The **bias** $b$ counts for every flower alike. A point with a score of exactly 0 has to
    go somewhere; here it gets $-1$.

    Where is the line, then? It is where the score is 0. Three facts are worth having at your fingertips:

    - **The weights are an arrow at right angles to the line**, and they point to the $+1$ side. Walk along the line, and the score stays 0; the
      quickest way to raise it is to walk along $w$.
    - **The bias shifts the line without turning it.** With $b = 0$ it runs through the point $(0, 0)$, whatever the weights.
    - **If $w$ has length 1, the score is the distance to the line**, in the units of $x$, positive on one side and negative on the other. In
      general, $s$ divided by the length of $w$ is that distance.

    Some books write a threshold $\theta$ ("fire if $w\cdot x > \theta$") where we write a bias. It is the same machine with $b = -\theta$.
    """)
    return


@app.cell(hide_code=True)
def _(names, shade, x, y):
    BOX = (2.5, 7.5), (-0.5, 3.5)

    def weights_draw(s):
        w, b = s.times * np.array([s.w1, s.w2]), s.times * s.b
        f = np.array(s.flower)
        its = float(page.mine.score(w, b, f))
        ends = line_within(w, b, *BOX)
        marks = [shade(w, b, *BOX), Points(x, group=(y + 1) // 2, fade=0.4, label=[names[-1], names[1]])]
        if ends is not None:
            marks += [
                Curve(*ends.T, color="accent"),
                Arrow(ends.mean(axis=0), ends.mean(axis=0) + 0.5 * w, label="w/2"),
            ]
        marks.append(Handle("flower", s.flower, "your flower"))
        length = float(np.hypot(*w))
        return [
            Network(
                [["length", "width"], ["score"]],
                weights=[[w]],
                values=[f, [round(its, 2)]],
                biases=[[b]],
                alt=f"Two inputs with weights {w[0]:.2f} and {w[1]:.2f} and a bias of {b:.2f} make a score of {its:.2f}.",
            ),
            Plot(
                marks,
                x=BOX[0],
                y=BOX[1],
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=320,
                alt="The line where the score is 0, and the weights as an arrow at right angles to it.",
            ),
            Numbers(
                [
                    ("score", its, names[int(page.mine.predict(w, b, f))]),
                    ("length of w", length, "unitless here"),
                    ("distance to the line", its / length if length else "no line", "cm: score / length"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "weights",
            weights_draw,
            state=dict(flower=[4.9, 1.6]),
            controls=[
                Slider("w1", "weight of the length", -1.0, 1.0, 0.4, step=0.05),
                Slider("w2", "weight of the width", -1.0, 1.0, 0.9, step=0.05),
                Slider("b", "bias", -5.0, 5.0, -3.2, step=0.1),
                Slider("times", "multiply all three by", 0.25, 4.0, 1.0, log=True),
                Button("reset", "Start again"),
            ],
            caption="Before you move the last slider, say what it will do to the line, and what to the score.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _(best_b, best_w, names, vec):
    _f = np.array([4.9, 1.6])
    _s = float(score(best_w, best_b, _f))
    _p, _q = np.array([4.0, 2.4]), np.array([6.4, 1.2])
    _d = _q - _p
    _w, _b = line_through(_p, _q)

    def _par(v):
        return f"({v:.1f})" if v < 0 else f"{v:.1f}"

    mo.md(
        rf"""
    ### Two worked numbers

    **A score.** A best line has $w = {vec(best_w, 4)}$ and $b = {best_b:.4f}$. For the flower of the first sentence,

    $$s = {best_w[0]:.4f}\cdot {_f[0]} {best_w[1]:+.4f}\cdot {_f[1]} {best_b:+.4f} = {_s:.3f}.$$

    The answer is ${"+1" if _s > 0 else "-1"}$, *{names[1 if _s > 0 else -1]}*. Since $w$ has length {np.hypot(*best_w):.0f}, the flower lies
    {abs(_s):.2f} cm from the line: not far, so not to be trusted much.

    **A line.** Which weights belong to the line through $p = {vec(_p, 1)}$ and $q = {vec(_q, 1)}$, where the first figure began? From $p$ to $q$ the way is
    ${vec(_d, 1)}$. A quarter turn to the left makes it $(-({_d[1]:.1f}),\ {_d[0]:.1f})$; its length is $\sqrt{{{_par(_d[0])}^2 + {_par(_d[1])}^2}} = {np.hypot(*_d):.3f}$, and
    divided by that it is $w = {vec(_w, 3)}$. The point $p$ must score 0, so $b = -w\cdot p = {_b:.3f}$.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Write the machine: `score`, `predict`, and `line_through`, which turns a line drawn by hand into weights. The first two must work for one point `x` of
    shape `(d,)` and for many, `x` of shape `(n, d)`, one a row. The third must refuse the same point twice, which fixes no line: `raise NoLineError("...")`
    with a sentence of your own. When your code passes, the figures on this page run on it, and everything that
    follows in this track stands on these few lines.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## With 784 inputs

    Nothing in $w\cdot x + b$ says that there are two inputs. A picture of 28 × 28 pixels is a point with 784 coordinates, and a perceptron for
    pictures has 784 weights, which you can *draw*: a pixel you ink gets weight 1, the others 0. The score of a digit is then how much of its ink
    falls on yours, and the threshold is put half way between the mean scores of the two kinds. How good a
    perceptron can you draw?
    """)
    return


@app.cell(hide_code=True)
def _():
    _digits = load("mnist5k")
    _x, _y = _digits.split("train")
    _pairs = {"01": (0, 1), "17": (1, 7), "38": (3, 8)}
    _sets = {}
    for _key, (_a, _c) in _pairs.items():
        _sets[_key] = [_x[_digits.split("train")[1] == d][:150].astype(float) for d in (_a, _c)]
    _stroke = np.zeros((28, 28))
    _stroke[6:22, 13:15] = 1.0

    def put_dot(s):
        dot = np.zeros((28, 28))
        dot[12:16, 12:16] = 1.0
        s.ink = dot

    def drawn_draw(s):
        a, c = _pairs[s.which]
        w = np.array(s.ink).ravel()
        scores = [page.mine.score(w, 0.0, part) for part in _sets[s.which]]
        b = -float(np.mean([part.mean() for part in scores]))
        if scores[0].mean() > scores[1].mean():  # more ink on the first kind: let ink speak against it
            w, b, scores = -w, -b, [-part for part in scores]
        answers = [page.mine.predict(w, b, part) for part in _sets[s.which]]
        right = int((answers[0] == -1).sum() + (answers[1] == 1).sum())
        total = sum(len(part) for part in scores)
        shifted = [part + b for part in scores]
        reach = max(float(np.abs(np.concatenate(shifted)).max()), 1e-9)
        edges = np.linspace(-reach, reach, 13)
        heights = [np.histogram(part, edges)[0] for part in shifted]
        return [
            Pictures([_sets[s.which][k][i].reshape(28, 28) for k in (0, 1) for i in range(4)], columns=8),
            Plot(
                [
                    Bars(
                        [f"{m:.0f}".replace("-", "−") for m in (edges[1:] + edges[:-1]) / 2],
                        heights,
                        group=[f"digit {a}", f"digit {c}"],
                    )
                ],
                xlabel="score",
                ylabel="digits",
                height=220,
                alt="How the scores of the two kinds of digits are spread; the threshold is at 0.",
            ),
            Numbers(
                [
                    ("right", f"{right / total:.0%}", f"of {total} real digits"),
                    ("threshold", -b, "units of ink"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "drawn",
            drawn_draw,
            state=dict(ink=_stroke),
            controls=[
                Choice("which", "tell apart", {"01": "0 and 1", "17": "1 and 7", "38": "3 and 8"}, "01"),
                DrawPad("ink", "your weights"),
                Button("dot", "Try a dot in the middle"),
                Button("reset", "Start again"),
            ],
            on={"dot": put_dot},
            caption="An upright stroke looks like a 1, and yet it makes a poor perceptron: its top and bottom are ink in a 0 too. What counts is not what a 1 looks like but "
            "where it *differs* from a 0. Then try 3 and 8.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Perceptron and nerve cell

    Warren McCulloch, a neurophysiologist, and Walter Pitts, a logician, described the unit with a threshold in 1943 as a simplified nerve cell; Frank Rosenblatt
    gave it adjustable weights and its name in the 1950s. How like a nerve cell is it? Honestly:

    | | a perceptron | a nerve cell |
    |---|---|---|
    | takes in | a list of numbers, all at once | pulses, each at its own moment, at synapses spread over a branching tree |
    | a connection | a weight, any number, of either sign | a synapse, stronger or weaker; whether it excites or inhibits depends on the transmitter |
    | adds up | $w\cdot x + b$, every input alike | currents that interact on each branch before they reach the cell body |
    | answers | one of two values, every time it is asked | pulses in time, or none; timing and rate may both carry meaning |
    | learns | by a rule that is told the right answer | by many processes, most of which are told nothing of the kind |

    What carried over is an idea: many inputs of different strength, one decision, and knowledge that sits in the strengths. What did not carry over is
    nearly everything else. To imitate a detailed model of *one* pyramidal cell of the cortex, millisecond by millisecond, Beniaguev and colleagues (2021)
    needed an artificial network of five to eight layers; one hidden layer was enough once a certain kind of receptor was taken out of the model. And Gidon and colleagues (2020) found, in
    the dendrites of human cells, responses that can decide what a single perceptron provably cannot (you will meet that problem in *What a perceptron
    cannot do*). So: a perceptron is a model of a decision, not of a cell. Read "neuron" in a book on networks as a name, like "mouse" for the thing on
    your desk.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    PyTorch calls the weighted sum a *linear layer*. `nn.Linear(2, 1)` has two inputs and one output, and keeps $w$ as a row. We give it
    the weights of a best line and compare all answers.
    """)
    return


@app.cell
def _(best_b, best_w, x):
    import torch

    layer = torch.nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():  # we set the weights ourselves, nothing is learned
        layer.weight[:] = torch.tensor(best_w)
        layer.bias[:] = best_b
        scores = layer(torch.tensor(x))[:, 0]
    answers = torch.where(scores > 0, 1, -1)

    apart = abs(scores.numpy() - score(best_w, best_b, x)).max()
    differ = (answers.numpy() != predict(best_w, best_b, x)).sum()
    print(f"largest difference of a score: {apart:.1e}")
    print(f"answers that differ: {differ} of {len(x)}")
    return


@app.cell(hide_code=True)
def _(best_b, best_w, petals, species, x, y):
    _band = np.where(species == 1, 1, -1)
    band_fewest = best_line(petals, _band)[2]
    _far = float(score(best_w, best_b, np.array([60.0, 25.0])))
    _most = float(np.abs(score(best_w, best_b, x)).max())
    _mm = int((predict(best_w, best_b, 10 * x) == y).sum())

    mo.md(
        rf"""
    ## Where it breaks

    **It is surest where it knows least.** The largest score of any real flower, either way, is {_most:.2f}. A petal of 60 × 25 cm, which no iris ever had, scores
    {_far:.1f}. A score is a distance from a line, not a probability of being right.

    **It knows nothing of units.** Measure the same flowers in millimetres and keep the weights: {_mm} of {len(x)} are right, in place of
    {int((predict(best_w, best_b, x) == y).sum())}.

    **It has one line.** Below, all three species; tell *versicolor* from the other two. It lies between them, so it needs two lines. The best single one leaves
    {band_fewest} of {len(petals)} on the wrong side. Answering "not versicolor" every time leaves {int((species == 1).sum())}. Try.
    """
    )
    return (band_fewest,)


@app.cell(hide_code=True)
def _(band_fewest, petals, shade, species):
    _labels = np.where(species == 1, 1, -1)
    _box = (0.6, 7.2), (0.0, 2.7)

    def band_draw(s):
        w, b = page.mine.line_through(s.p, s.q)
        wrong = page.mine.predict(w, b, petals) != _labels
        return [
            Plot(
                [
                    shade(w, b, *_box),
                    Points(
                        petals,
                        group=(_labels + 1) // 2,
                        highlight=np.flatnonzero(wrong),
                        label=["setosa or virginica", "versicolor"],
                    ),
                    Curve(*zip(*line_within(w, b, *_box), strict=True), color="accent"),
                    Handle("p", s.p, "one end"),
                    Handle("q", s.q, "other end"),
                ],
                x=_box[0],
                y=_box[1],
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=330,
                alt="Versicolor lies between the two other species, and one line cannot cut it out.",
            ),
            Numbers(
                [("wrong", int(wrong.sum()), f"of {len(petals)}"), ("the best line", band_fewest, "wrong")]
            ),
        ]

    page.figure(
        Figure(
            "band",
            band_draw,
            state=dict(p=[4.2, 2.4], q=[2.4, 0.2]),
            controls=[Button("reset", "Start again")],
            caption="Whatever the line, either one neighbour comes along or versicolor is cut in two. How two perceptrons and a third one solve this is "
            "the matter of *What a perceptron cannot do*.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "All weights and the bias of a perceptron are doubled. What changes?",
        [
            "The line moves twice as far away from the point (0, 0).",
            "Every score doubles; the line and all answers stay as they are.",
            "The line turns, because the larger weights pull harder on it.",
            "Points near the line may change sides, the others do not.",
        ],
        1,
        [
            "The line is where w·x + b = 0. Twice zero is zero: the same points solve it.",
            "Right. 2(w·x + b) has the same sign as w·x + b everywhere. Only the length of w, and with it every score, has doubled.",
            "It would turn if the *ratio* of the weights changed. Doubling both keeps the direction of the arrow w.",
            "No sign changes anywhere, however near the line: twice a small positive number is positive.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Inputs are 0 or 1. Which perceptron answers +1 exactly when both inputs are 1?",
        [
            "w = (1, 1), b = −0.5, since it adds up what is switched on.",
            "w = (1, −1), b = 0, since both inputs have to balance out.",
            "w = (1, 1), b = −1.5, since only both together exceed 1.5.",
        ],
        2,
        [
            "One input alone scores 1 − 0.5 = 0.5 > 0, so this one answers +1 for *at least one* (OR).",
            "For (1, 1) it scores 0, which is −1; it says +1 only for (1, 0).",
            "(1, 1) scores 0.5, all others −0.5 or less. This is AND, as McCulloch and Pitts would have built it.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "One flower has score 0.2, another has score 3, from the same perceptron. What may you conclude?",
        [
            "The second lies fifteen times as far from the line as the first.",
            "The second is fifteen times as likely to be what the machine says.",
            "The first answer is wrong, as it is too close to the threshold.",
        ],
        0,
        [
            "Distance is score divided by the length of w, and w is the same for both. 3 / 0.2 = 15.",
            "A score is no probability. Far from the line, where there was never any data, it is as large as you like.",
            "It may well be right. It would only take a smaller change of the measurement to flip it.",
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

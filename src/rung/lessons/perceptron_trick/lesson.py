import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The perceptron trick")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.data import load
    from rung.learn.figure import (
        Arrow,
        Button,
        Choice,
        Curve,
        Field,
        Figure,
        Handle,
        HLine,
        Numbers,
        Picture,
        Play,
        Plot,
        Points,
        Say,
        Slider,
        Toggle,
    )
    from rung.learn.page import Page
    from rung.scratch.models.line import line_through, line_within
    from rung.scratch.models.margin import mistake_bound, widest_margin
    from rung.scratch.models.perceptron import perceptron_fit, pocket, predict, score

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # The perceptron trick
    *One flower is on the wrong side of the line. Which way should the line go?*

    In the lesson before, you put the line where it belongs, by hand. For two measurements and a hundred flowers that is
    pleasant work. A picture of 28 × 28 pixels has 784 inputs, and nobody can turn 784 weights by hand.

    So the machine has to find the line itself. It is shown one labelled example after another, and all it is ever told
    is *right* or *wrong*. The rule it follows fits in two lines. Frank Rosenblatt, a psychologist, set it down in a book of
    1962, and every network you will meet later still learns in its manner: look at an example, see what went wrong, move
    the weights a little.
    """)
    return


@app.cell(hide_code=True)
def _():
    iris = load("iris")
    petals, species = iris.x[:, 2:4].astype(float), iris.y

    def pair(first, second):
        """Petal length and width (cm) of two species; labels -1 and +1."""
        keep = (species == first) | (species == second)
        return petals[keep], np.where(species[keep] == second, 1, -1)

    x, y = pair(0, 1)
    names = {-1: iris.names[0], 1: iris.names[1]}
    order = np.random.default_rng(0).permutation(len(x))  # the order in which the flowers are shown
    START = [1.0, 0.6], [5.0, 0.2]  # the ends of a badly placed line
    first_w, first_b = line_through(*START)
    wrong_first = np.flatnonzero(y * score(first_w, first_b, x) <= 0)

    mo.md(f"""
    ## One flower on the wrong side

    Here are {len(x)} real flowers: for each, the length and the width of a petal in centimetres, as the botanist Edgar
    Anderson measured them and Ronald Fisher published them in 1936. Half are *{names[-1]}* (label −1), half are
    *{names[1]}* (label +1). Somebody has drawn a line for us. It is a careless line, yet only
    {len(wrong_first)} of the {len(x)} flowers {"is" if len(wrong_first) == 1 else "are"} on the wrong side of it.
    """)
    return START, first_b, first_w, iris, names, order, pair, species, wrong_first, x, y


@app.cell(hide_code=True)
def _(first_b, first_w, order, x, y):
    def next_wrong(x, y, w, b, start):
        """The place in `order` of the next flower that is on the wrong side, counted from `start`; None if all are right."""
        turn = np.roll(np.arange(len(x)), -(start % len(x)))
        wrong = np.flatnonzero(y[order[turn]] * score(w, b, x[order[turn]]) <= 0)
        return int(turn[wrong[0]]) if len(wrong) else None

    def wrong_after_one_step(lr):
        _i = order[next_wrong(x, y, first_w, first_b, 0)]
        _w, _b = first_w + lr * y[_i] * x[_i], first_b + lr * y[_i]
        return int((y * score(_w, _b, x) <= 0).sum())

    page.predict(
        "We show the machine that one flower, and let it correct itself once. What will the line do?",
        [
            "It moves until the flower lies exactly on it, and then stops there.",
            "It moves in that flower's favour, whatever this does to the others.",
            "It moves to the place that is best for all the flowers it has seen.",
        ],
        1,
        f"""In that flower's favour, and blind to the other {len(x) - 1}. The trick sees one point at a time and keeps no
        memory but the line itself. Here it does harm at first: before the step 1 flower is wrong, after it
        **{wrong_after_one_step(0.1)}** are, with a short step (0.1 in the figure below), and
        **{wrong_after_one_step(1.0)}** with a full step (1). That it arrives all the same is the surprise of this
        lesson.""",
    )
    return (next_wrong,)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Press **Step** and watch one correction. The grey dashes are the line before it; the learning rate η says how long a step is. Then step to the end; or take the
    line by its two ends, put it somewhere worse, and let it find its own way. The flowers can be dragged too.
    """)
    return


@app.cell(hide_code=True)
def _(START, names, next_wrong, order, x, y):
    XLIM, YLIM = (0.5, 5.5), (0.0, 2.0)

    def drawn(w, b, xlim=XLIM, ylim=YLIM, **style):
        """The line as a mark, or no mark when it is out of the picture."""
        ends = line_within(w, b, xlim, ylim)
        return [] if ends is None else [Curve(*ends.T, **style)]

    def handles(w, b):
        """Where to put the two handles: on the line, a little inside; None if hardly any of it is in sight."""
        ends = line_within(w, b, (XLIM[0] + 0.12, XLIM[1] - 0.12), (YLIM[0] + 0.12, YLIM[1] - 0.12))
        return None if ends is None or np.ptp(ends, axis=0).max() < 0.1 else ends.round(3).tolist()

    def line_of(s):
        """The line of the state: the one the trick left, unless a hand has moved the handles since."""
        if [s.p, s.q] == s.placed:
            return np.array(s.w), s.b, s.made, True
        w, b = line_through(s.p, s.q)
        return w, b, 0, False

    def sides(w, b, xlim=XLIM, ylim=YLIM):
        """+1 and -1 over the picture, for shading."""
        gx, gy = np.meshgrid(np.linspace(*xlim, 100), np.linspace(*ylim, 40))
        return predict(w, b, np.stack([gx, gy], axis=-1))

    def vec(v, digits=2):
        return "(" + ",\\ ".join(f"{float(c):.{digits}f}" for c in v) + ")"

    def swing_step(s):
        w, b, made, _ = line_of(s)
        pts = np.array(s.x)
        place = next_wrong(pts, y, w, b, s.turn)
        if place is None:
            s.done = True
            return
        i = order[place]
        new_w, new_b = page.mine.perceptron_update(w, b, pts[i], int(y[i]), s.lr)
        s.before = [*w.tolist(), float(b)]
        s.w, s.b, s.made, s.turn = new_w, float(new_b), made + 1, place + 1
        s.p, s.q = handles(new_w, new_b) or (s.p, s.q)
        s.placed = [s.p, s.q]
        s.done = next_wrong(pts, y, new_w, new_b, s.turn) is None

    def swing_draw(s):
        w, b, made, settled = line_of(s)
        pts = np.array(s.x)
        wrong = y * score(w, b, pts) <= 0
        place = next_wrong(pts, y, w, b, s.turn)
        i = None if place is None else int(order[place])
        marks = [Field(sides(w, b), diverging=True, low=-4, high=4, bands=2)]
        if settled and s.made:
            marks += drawn(np.array(s.before[:2]), s.before[2], color="muted", dash=True)
        marks += drawn(w, b, color="accent")
        marks += [
            Points(
                pts,
                group=(y + 1) // 2,
                drag="x",
                highlight=[] if i is None else [i],
                label=[names[-1], names[1]],
            ),
            Handle("p", s.p, "one end"),
            Handle("q", s.q, "other end"),
        ]
        ends = line_within(w, b, XLIM, YLIM)
        if ends is not None:
            tip = ends.mean(axis=0) + w / 2
            marks.append(Arrow(ends.mean(axis=0), tip, label="w"))
            if i is not None:
                marks.append(Arrow(tip, tip + s.lr * y[i] * pts[i] / 2, label="η y x", color="bad"))
        if i is None:
            text = rf"""Every flower is on its right side. Corrections made on the way: **{made}**.

Now $w = {vec(w)}$

and $b = {b:.2f}$.

Drag the line or a flower to the wrong side, and step again."""
        else:
            to_w, to_b = page.mine.perceptron_update(w, b, pts[i], int(y[i]), s.lr)
            before, after = score(w, b, pts[i]), score(to_w, to_b, pts[i])
            out = (
                ""
                if handles(w, b)
                else " *The line is out of the picture: all flowers are on one side of it.*"
            )
            text = rf"""Next in turn: the ringed *{names[int(y[i])]}*, label ${y[i]:+d}$, petal ${pts[i][0]:.2f} \times {pts[i][1]:.2f}$ cm, score ${before:.2f}$: a mistake.{out}

$w \leftarrow {vec(w)} + {s.lr:g}\cdot({y[i]:+d})\cdot{vec(pts[i])}$

$\phantom{{w}} = {vec(to_w)}$

$b \leftarrow {b:.2f} + {s.lr:g}\cdot({y[i]:+d}) = {to_b:.2f}$

Its score then: ${after:.2f}${", right." if y[i] * after > 0 else ", still wrong, but less so."}"""
        return [
            Plot(
                marks,
                x=XLIM,
                y=YLIM,
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=330,
                alt=f"Petals of two species and a line; {int(wrong.sum())} of {len(y)} flowers are on the wrong side.",
            ),
            Numbers(
                [
                    ("on the wrong side", int(wrong.sum()), f"of {len(y)} flowers"),
                    ("corrections", made, "made so far"),
                ]
            ),
            Say(text),
        ]

    page.figure(
        Figure(
            "swing",
            swing_draw,
            state=dict(
                x=x,
                p=START[0],
                q=START[1],
                placed=[START[0], START[1]],
                w=line_through(*START)[0],
                b=line_through(*START)[1],
                before=[0.0, 1.0, 0.0],
                made=0,
                turn=0,
                done=False,
            ),
            controls=[
                Button("step", "Step"),
                Play("step", "Run", every=0.4),
                Slider("lr", "learning rate η", 0.01, 1.0, 0.1, log=True),
                Button("reset", "Start again"),
            ],
            on={"step": swing_step},
            caption="The ring marks the next flower that is on the wrong side. The arrow $w$ stands at right angles to the line; a correction adds "
            "$\\eta\\,y\\,x$ to its tip (both are drawn at half their length). With η near 1 the line leaves the picture for a while: the numbers tell where it is.",
            parts=True,
        )
    )
    return drawn, sides, vec


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The rule

    A point $x$ with label $y$ (−1 or +1) is on the wrong side when its label and its score disagree in sign, that is, when

    $$y\,(w\cdot x + b) \le 0 .$$

    (A score of exactly 0 counts as wrong: the line runs through the point, and nothing has been decided.) Then, and only then,

    $$w \leftarrow w + \eta\,y\,x, \qquad b \leftarrow b + \eta\,y .$$

    $\eta$ (say "eta") is the **learning rate**: how much of the point is added. The bias is not a special case. Write
    every point with a third coordinate that is always 1, and $b$ is simply the weight of that coordinate.

    **Why adding the point helps that point.** Put the new weights into its score:

    $$y\,\big((w + \eta y x)\cdot x + b + \eta y\big) \;=\; y\,(w\cdot x + b) \;+\; \eta\,(x\cdot x + 1),$$

    because $y\cdot y = 1$ whatever the label. The first term is what the point had before. The second is never negative:
    it is the squared length of the point, its 1 included, times $\eta$. So the score of *this* point always moves toward
    its label. Of any other point the formula says nothing, and you saw the harm it can do there.
    """)
    return


@app.cell(hide_code=True)
def _(first_b, first_w, names, next_wrong, order, vec, x, y):
    _lr = 0.1
    _i = int(order[next_wrong(x, y, first_w, first_b, 0)])
    _p, _label = x[_i], int(y[_i])
    _s = float(score(first_w, first_b, _p))
    _gain = _lr * float(_p @ _p + 1)
    _w, _b = first_w + _lr * _label * _p, first_b + _lr * _label
    _s2 = float(score(_w, _b, _p))

    mo.md(
        rf"""
    ### A worked number

    The careless line has $w = {vec(first_w, 3)}$ and $b = {first_b:.3f}$. The one flower on its wrong side is a
    *{names[_label]}* (label ${_label:+d}$) with a petal of ${_p[0]:.1f} \times {_p[1]:.1f}$ cm. Its score is

    $$w\cdot x + b = {first_w[0]:.3f}\cdot {_p[0]:.1f} + {first_w[1]:.3f}\cdot {_p[1]:.1f} {first_b:+.3f} = {_s:.3f}.$$

    One correction with $\eta = {_lr}$ moves it by

    $$\eta\,y\,(x\cdot x + 1) = {_lr}\cdot({_label:+d})\cdot({_p[0]:.1f}^2 + {_p[1]:.1f}^2 + 1) = {_label * _gain:+.3f}.$$

    And so it is: with the new weights ${vec(_w, 3)}$ and the new bias ${_b:.3f}$ its score is ${_s2:.3f}$, which is
    ${_s:.3f} {_label * _gain:+.3f}$.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Again and again

    One correction can break what an earlier one had mended. So all points are shown again. A pass over all of them is
    called an **epoch**. When a whole epoch goes by without one mistake, the line has not moved for any point, so it is
    right for every point, and we may stop. That loop is all there is around the trick:
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.models.perceptron:perceptron_fit", docstring=False)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Write the two functions that it calls. `perceptron_update` is the rule for one point, `perceptron_epoch` one pass over
    many; `score(w, b, x)` from the lesson before is there for you to use. When your code passes, the figures on this page
    run on *your* update.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## How long can it take?

    It may seem that such a blind rule could wander about for ever. It cannot, if there is a line to be found. Write every line
    that separates the points so that its weights and its bias together have length 1, and let $u$ be the one whose smallest
    $y_i\,(u\cdot x_i)$ is the largest. Two numbers describe the data, both measured with the extra coordinate 1:

    - the **margin** $\gamma = \min_i\, y_i\,(u\cdot x_i)$: with the extra coordinate, how near the nearest point comes to that best $u$;
    - the **radius** $R$: the length of the longest point.

    Begin at $w = 0$ and count corrections. (Here $w$ and $x$ include the bias and the 1.) Each correction adds $\eta\,y\,x$ to $w$, so

    1. $w\cdot u$ grows by $\eta\,y\,(x\cdot u)$, which is *at least* $\eta\gamma$. After $k$ corrections $w\cdot u \ge k\,\eta\gamma$.
    2. $w\cdot w$ grows by $2\eta\,y\,(w\cdot x) + \eta^2\, x\cdot x$. The point was wrong, so the first term is not positive: it grows by *at most*
       $\eta^2R^2$. After $k$ corrections the length of $w$ is at most $\eta R\sqrt{k}$.
    3. $w\cdot u$ cannot exceed the length of $w$, since $u$ has length 1. So $k\,\eta\gamma \le \eta R\sqrt{k}$, that is

    $$k \;\le\; \left(\frac{R}{\gamma}\right)^{2}.$$

    This is Novikoff's theorem (1962). It holds for any number of points, in any order, in any number of dimensions. The
    learning rate has dropped out: from $w = 0$, a larger $\eta$ makes a longer $w$ and the same decisions.
    """)
    return


@app.cell(hide_code=True)
def _(drawn, names, sides, x, y):
    LIMIT = 60

    def run_to_the_end(pts):
        """Epochs of the trick from w = 0 until a clean one, at most LIMIT of them."""
        w, b, total, passes, made = np.zeros(2), 0.0, 0, 0, 1
        while made and passes < LIMIT:
            w, b, made = page.mine.perceptron_epoch(w, b, pts, y)
            total, passes = total + int(made), passes + 1
        return np.asarray(w, dtype=float), float(b), total, passes, not made

    between = x[y == 1].mean(axis=0) - x[y == -1].mean(axis=0)

    def bound_draw(s):
        pts = x + np.outer((1 - y) // 2, s.shift / 100 * between)
        mean = pts.mean(axis=0) if s.centre else np.zeros(2)
        found = widest_margin(pts - mean, y)
        w, b, total, passes, clean = run_to_the_end(pts - mean)
        limit = mistake_bound(found)
        xlim, ylim = (0.5 - mean[0], 5.5 - mean[0]), (0.0 - mean[1], 2.0 - mean[1])
        marks = [Field(sides(w, b, xlim, ylim), diverging=True, low=-4, high=4, bands=2)]
        if found.margin:
            marks += drawn(found.w, found.b, xlim, ylim, color="muted", dash=True, label="widest")
        marks += drawn(w, b, xlim, ylim, color="accent")
        marks.append(Points(pts - mean, group=(y + 1) // 2, label=[names[-1], names[1]]))
        shown = [x_ for x_ in (found.radius, found.margin)]
        return [
            Plot(
                marks,
                x=xlim,
                y=ylim,
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                equal=True,
                height=330,
                alt="The line that the trick ends with, and the separating line with the widest margin.",
            ),
            Numbers(
                [
                    ("mistakes made", total if clean else f"{total} so far", f"in {passes} epochs"),
                    ("at most", limit if np.isfinite(limit) else "no limit", "(R/γ)²"),
                    ("R", shown[0], "longest point"),
                    ("γ", shown[1] if found.margin else "none", "widest margin"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "bound",
            bound_draw,
            controls=[
                Slider("shift", "push setosa toward versicolor (% of the way)", 0, 80, 0, step=1),
                Toggle("centre", "measure from the mean flower", False),
            ],
            caption="The trick from w = 0 to its end, and the bound beside it. The solid line is where the trick stopped, the "
            "dashed one the line with the widest margin. Push the clouds together: the margin shrinks and the bound explodes. "
            "At some point no line is left. Measuring from the mean changes no flower, but it makes R small and γ large.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _(x, y):
    _plain, _centred = widest_margin(x, y), widest_margin(x - x.mean(axis=0), y)
    _made, _made_c = sum(perceptron_fit(x, y).mistakes), sum(perceptron_fit(x - x.mean(axis=0), y).mistakes)

    mo.md(
        rf"""
    For the flowers as measured, $R = {_plain.radius:.3f}$ and $\gamma = {_plain.margin:.3f}$, so at most
    ${mistake_bound(_plain):.1f}$ mistakes; shown in the order of the file, the trick makes {_made}. Measured from their
    mean, the bound falls to ${mistake_bound(_centred):.1f}$, and {_made_c} mistakes are made. The bound is a promise for
    the worst order, not a forecast.

    Two things follow that people often get wrong. Many epochs with mistakes do **not** prove that no line exists: the
    margin may just be small. And the line you get is **a** line that works, not the best one: it stops at the first that
    makes no mistake, wherever that is.

    ## The same rule in 784 dimensions

    Nothing in the rule knew that there were two measurements. Here is the same `perceptron_fit` on real handwriting: each
    input is the darkness of one pixel.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    _digits = load("mnist5k")
    _pairs = {"01": (0, 1), "38": (3, 8), "49": (4, 9)}

    def _one(a, c):
        """Train on the train part, score on the test part: weights, training errors, test accuracy, how many."""
        parts = {}
        for part in ("train", "test"):
            px, digit = _digits.split(part)
            keep = (digit == a) | (digit == c)
            parts[part] = px[keep].astype(float), np.where(digit[keep] == c, 1, -1)
        fit = perceptron_fit(*parts["train"], epochs=40, rng=np.random.default_rng(0))
        tx, ty = parts["test"]
        return fit, float((predict(fit.w, fit.b, tx) == ty).mean()), len(ty), len(parts["train"][1])

    _runs = {key: _one(*ab) for key, ab in _pairs.items()}

    def digits_draw(s):
        fit, right, n, trained = _runs[s.which]
        a, c = _pairs[s.which]
        return [
            Picture(
                fit.w.reshape(28, 28),
                title=f"the 784 weights: for {c} against {a}",
                diverging=True,
                width=250,
                alt=f"A picture of the weights: orange where ink speaks for {c}, blue where it speaks for {a}.",
            ),
            Plot(
                [Curve(np.arange(1, len(fit.mistakes) + 1), fit.mistakes, color="accent")],
                x=(0.5, len(fit.mistakes) + 0.5),
                y=(0, 1.1 * max(fit.mistakes)),
                xlabel="epoch",
                ylabel="mistakes in that epoch",
                height=250,
                alt="Mistakes made in each epoch.",
            ),
            Numbers(
                [
                    ("right on new digits", f"{right:.1%}", f"of {n} never shown"),
                    (
                        "mistakes in the last epoch",
                        fit.mistakes[-1],
                        f"of {trained}, epoch {len(fit.mistakes)}",
                    ),
                ]
            ),
        ]

    page.figure(
        Figure(
            "digits",
            digits_draw,
            controls=[
                Choice("which", "tell apart", {"01": "0 and 1", "38": "3 and 8", "49": "4 and 9"}, "01")
            ],
            caption="The weights, drawn as a picture. Ink on orange raises the score, ink on blue lowers it. The picture is a sum of digits "
            "that were once mistaken, some added and some subtracted, and nothing else.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    PyTorch has no perceptron rule. It has a machine that finds out which way to move weights so that a number of your choice
    gets smaller. Choose as that number *how far the point is on the wrong side*, $\max(0, -y\,(w\cdot x+b))$, and one step
    that way is the perceptron trick. Why that is so is the matter of the next lesson; today, only look at the last two lines.
    """)
    return


@app.cell
def _(first_b, first_w, wrong_first, x, y):
    import torch

    from rung.scratch.models.perceptron import perceptron_update

    i = wrong_first[0]  # the one wrong flower
    w = torch.tensor(first_w, requires_grad=True)
    b = torch.tensor(first_b, dtype=torch.float64, requires_grad=True)

    how_wrong = torch.relu(-y[i] * (w @ torch.tensor(x[i]) + b))
    how_wrong.backward()  # finds the way up; we go down, with a step of 0.1
    theirs = (w - 0.1 * w.grad).detach().numpy(), (b - 0.1 * b.grad).item()

    ours = perceptron_update(first_w, first_b, x[i], y[i], lr=0.1)
    print("PyTorch:", theirs[0], theirs[1])
    print("rung:   ", ours[0], float(ours[1]))
    return


@app.cell(hide_code=True)
def _(pair):
    pulled, pulled_labels = pair(0, 1)
    pulled = pulled.copy()
    pulled[7] = [4.3, 1.1]  # one setosa, pulled into the other cloud
    _one, _two = widest_margin(pulled, pulled_labels).margin, widest_margin(*pair(1, 2)).margin
    mo.md(
        f"""
    ## Where it breaks

    Pull one flower across to the other cloud, and no line is left that is right for all: the widest margin is {_one:g}. For
    *versicolor* and *virginica* it is {_two:g} by nature. Then the theorem is silent, and the trick never stops, for a pass
    without a mistake would have shown a line. Worse, the line it happens to hold when you lose patience may be a bad one.

    A repair is as simple as the trick: keep in your **pocket** the best line seen so far, and swap it only for a better one.
    """
    )
    return pulled, pulled_labels


@app.cell(hide_code=True)
def _(drawn, iris, order, pair, pulled, pulled_labels, sides):
    _real, _real_labels = pair(1, 2)
    CAP = 600

    def never_data(s):
        return (
            (np.array(s.x), pulled_labels, (0, 1))
            if s.which == "pulled"
            else (np.array(s.z), _real_labels, (1, 2))
        )

    def fresh(s):
        """A run counts for the points it was made on; if they have been moved since, begin again."""
        return s.ran_on == [s.which, s.x if s.which == "pulled" else s.z]

    def never_step(s):
        pts, labels, _ = never_data(s)
        if not fresh(s):
            s.w, s.b, s.turn, s.wrong = [0.0, 0.0], 0.0, 0, [len(labels)]
            s.best, s.kept = len(labels), [0.0, 0.0, 0.0]
            s.ran_on, s.done = [s.which, pts.tolist()], False
        w, b, history = np.array(s.w), s.b, list(s.wrong)
        for _ in range(4):
            for turn in range(s.turn, s.turn + len(labels)):
                i = order[turn % len(labels)]
                if labels[i] * score(w, b, pts[i]) <= 0:
                    break
            else:
                s.done = True
                break
            w, b = page.mine.perceptron_update(w, b, pts[i], int(labels[i]))
            s.turn = turn + 1
            history.append(int((labels * score(w, b, pts) <= 0).sum()))
            if history[-1] < s.best:
                s.best, s.kept = history[-1], [*w, b]
        s.w, s.b, s.wrong = w, float(b), history
        s.done = s.done or len(history) > CAP

    def never_draw(s):
        pts, labels, (a, c) = never_data(s)
        live = fresh(s)
        w, b = (np.array(s.w), s.b) if live else (np.zeros(2), 0.0)
        history, best, kept = (
            (s.wrong, s.best, np.array(s.kept)) if live else ([len(labels)], len(labels), np.zeros(3))
        )
        xlim, ylim = ((0.5, 5.5), (0.0, 2.0)) if s.which == "pulled" else ((2.5, 7.5), (0.7, 2.7))
        marks = [Field(sides(kept[:2], kept[2], xlim, ylim), diverging=True, low=-4, high=4, bands=2)]
        marks += drawn(w, b, xlim, ylim, color="muted", dash=True)
        marks += drawn(kept[:2], kept[2], xlim, ylim, color="accent", width=3)
        marks.append(
            Points(
                pts,
                group=(labels + 1) // 2,
                drag="x" if s.which == "pulled" else "z",
                highlight=np.flatnonzero(labels * score(kept[:2], kept[2], pts) <= 0)
                if kept[:2].any()
                else [],
                label=[iris.names[a], iris.names[c]],
            )
        )
        made = len(history) - 1
        if s.done and live and history[-1] == 0:
            word = "It stopped: a line exists."
        elif s.done and live:
            word = f"{made} corrections, and no end. We stop here; the trick would not."
        else:
            word = f"{made} corrections so far." if made else "Press Run, and watch the count on the right."
        return [
            Plot(
                marks,
                x=xlim,
                y=ylim,
                xlabel="petal length (cm)",
                ylabel="petal width (cm)",
                height=260,
                alt="Two species that no line separates, the present line and the best one so far.",
            ),
            Plot(
                [
                    Curve(np.arange(len(history)), history, color="muted", width=1),
                    HLine(best, label=f"in the pocket: {best}", color="accent"),
                ],
                x=(0, CAP),
                y=(0, 110),
                xlabel="corrections made",
                ylabel="flowers wrong",
                height=260,
                alt="How many flowers are wrong after each correction: it jumps up and down and never settles.",
            ),
            Numbers(
                [
                    ("wrong now", history[-1], f"of {len(labels)}"),
                    ("in the pocket", best, "the fewest so far"),
                    ("corrections", made, "made so far"),
                ]
            ),
            Say(word),
        ]

    page.figure(
        Figure(
            "never",
            never_draw,
            state=dict(
                x=pulled,
                z=_real,
                w=[0.0, 0.0],
                b=0.0,
                turn=0,
                wrong=[100],
                best=100,
                kept=[0.0, 0.0, 0.0],
                ran_on=["", []],
                done=False,
            ),
            controls=[
                Choice(
                    "which",
                    "flowers",
                    {"pulled": "one setosa pulled across", "real": "versicolor and virginica, as measured"},
                    "pulled",
                ),
                Play("step", "Run", every=0.1),
                Button("step", "Four corrections"),
                Button("reset", "Start again"),
            ],
            on={"step": never_step},
            caption="Dashed: the line as it is now. Solid: the one in the pocket; ringed are the flowers that it has on the wrong side. "
            "Drag the stray setosa home and run again: now it stops.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.models.perceptron:pocket", docstring=False)
    return


@app.cell(hide_code=True)
def _(pair):
    _x, _y = pair(1, 2)
    _last = perceptron_fit(_x, _y, epochs=50, rng=np.random.default_rng(0))
    _wrong_last = int((_y * score(_last.w, _last.b, _x) <= 0).sum())
    _kept = pocket(_x, _y, epochs=50, rng=np.random.default_rng(0))[2]
    mo.md(
        f"""
    On *versicolor* and *virginica*, after 50 epochs in one shuffled order, the trick's last line leaves {_wrong_last} of
    {len(_y)} flowers wrong, the line in its pocket {_kept}. The pocket helps, but it only ever *keeps*; it does not
    steer. For that we need a number that says how bad a line is, and falls as the line gets better: a loss. That is the
    next lesson.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A point with label −1 has score +0.5. You correct once, with η = 0.01. What do you know for certain about it?",
        [
            "It is on its right side now, because it has just been corrected.",
            "It is still on its wrong side, because the step was so small.",
            "Its score has become smaller; the side depends on how long it is.",
            "Nothing, since the bias moves as well and may undo the step.",
        ],
        2,
        [
            "A correction moves the score by η(x·x + 1) toward the label. Whether that is enough depends on the point: here it needs more than 0.5.",
            "For a long point it can be enough: with x·x = 99 the score falls by 0.01 · 100 = 1, to −0.5.",
            "The score falls by η(x·x + 1) = 0.01 (x·x + 1). That is always a move the right way, and a change of side if it exceeds 0.5.",
            "The bias moves by −0.01, the same way as the rest. It is the +1 in x·x + 1.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Two runs start from w = 0, b = 0 on the same points in the same order, one with η = 1 and one with η = 10. How do they differ?",
        [
            "In nothing but length: the second has ten times the weights and bias.",
            "The second makes fewer mistakes, because each of its steps is longer.",
            "The second overshoots, so it makes more mistakes or never comes to rest.",
        ],
        0,
        [
            "Every w is a sum of η y x, so η is a common factor of all of them, and the sign of a score does not care about it. From another start than 0 it does matter.",
            "Each step is longer, but so is everything it is added to. Every score is ten times as large, and no sign changes.",
            "There is nothing to overshoot: a score ten times as large has the same sign. The proof shows it too, η drops out of the bound.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "After 1,000 epochs there are still mistakes. Which conclusion is sound?",
        [
            "No line separates the points, or else it would have been found by now.",
            "The learning rate is too large, and a smaller one would have settled.",
            "The points are separable, but the machine has been caught in a dead end.",
            "None without the margin: it may be tiny, or there may be none at all.",
        ],
        3,
        [
            "Only if the mistakes exceed (R/γ)² for every γ that is possible. With a margin small enough, a million corrections are within the bound.",
            "From w = 0 the learning rate changes no decision at all.",
            "The trick has no dead ends: while a line exists, every mistake brings w nearer to it, as step 1 of the proof says.",
            "Right. The bound is finite for every margin above 0 and says nothing when there is no margin. The count of epochs alone cannot tell the two apart.",
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

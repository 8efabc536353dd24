import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A loss for the perceptron")

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
        HLine,
        Numbers,
        Play,
        Plot,
        Points,
        Say,
        Slider,
        VLine,
    )
    from rung.learn.page import Page
    from rung.scratch.models.line import best_line, line_through, line_within
    from rung.scratch.models.margin_loss import (
        hinge_loss,
        line_gradient,
        logistic_loss,
        perceptron_loss,
        zero_one_loss,
    )
    from rung.scratch.models.perceptron import predict, score

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # A loss for the perceptron
    *How wrong is a line? Give me a number that can fall.*

    The perceptron trick is blind. It mends one point and does not look at the rest; where no line is right for all, it
    never stops; and its pocket can keep a good line but cannot find a better one.

    Suppose we had one number for the whole line: large when the line is bad, small when it is good. Then learning would be
    plain: *move the line so that the number falls, again and again.* That number is called a **loss**, and from here on all
    of deep learning is finding good ones and going down them.
    """)
    return


@app.cell(hide_code=True)
def _():
    iris = load("iris")
    _two = iris.y > 0
    _petals = iris.x[_two, 2:4].astype(float)
    mean = _petals.mean(axis=0)
    x, y = _petals - mean, np.where(iris.y[_two] == 2, 1, -1)  # measured from the mean flower
    names = {-1: iris.names[1], 1: iris.names[2]}
    fewest = best_line(x, y)[2]
    START = [-1.9, 0.5], [1.1, -0.75]
    start_w, start_b = line_through(*START)

    # How often does moving the line a hair change the number of mistakes?
    _rng = np.random.default_rng(0)
    _before = int((y * score(start_w, start_b, x) <= 0).sum())
    _tries = [
        int((y * score(start_w + _rng.normal(size=2) * 1e-3, start_b + _rng.normal() * 1e-3, x) <= 0).sum())
        != _before
        for _ in range(1000)
    ]
    changed = int(np.sum(_tries))

    page.predict(
        "The obvious number is the count of mistakes. Take a line through the two overlapping species, and move it by a hair "
        "(a thousandth of a centimetre or so). What does the count do, most of the time?",
        [
            "It goes up or down by a little, in step with the move.",
            "It jumps by several flowers, as the clouds are dense.",
            "It stays exactly as it was, and so says nothing.",
        ],
        2,
        f"It stays. Of 1,000 such moves of the line in the figure below, **{changed}** changed the count. A number that "
        "almost never reacts cannot tell which way to go: the count has *slope 0* nearly everywhere, and where it changes, it jumps.",
    )
    return START, fewest, mean, names, start_b, start_w, x, y


@app.cell(hide_code=True)
def _(names, x):
    mo.md(
        f"""
    ## Four ways to charge for a mistake

    The flowers are {len(x)} real ones again, *{names[-1]}* (−1) and *{names[1]}* (+1), which overlap; petals are measured from the mean
    flower. For each flower the figure takes its **margin**

    $$m = y\\,(w\\cdot x + b),$$

    which is positive on the right side and negative on the wrong one, and puts it on the curve below. The height of the curve is what the flower
    costs. The loss of the line is the average cost. Drag the line and watch the flowers slide along the curve.
    """
    )
    return


@app.cell(hide_code=True)
def _(START, fewest, names, x, y):
    BOX = (-2.1, 2.2), (-0.85, 0.95)
    TITLES = {
        "zero_one": "count of mistakes",
        "perceptron": "perceptron",
        "hinge": "hinge",
        "logistic": "logistic",
    }
    GRID = np.linspace(-1.5, 2.5, 201)

    def losses():
        """The four losses; three of them the learner's own once they have passed."""
        return {
            "zero_one": zero_one_loss,
            "perceptron": page.mine.perceptron_loss,
            "hinge": page.mine.hinge_loss,
            "logistic": page.mine.logistic_loss,
        }

    def shade(w, b):
        gx, gy = np.meshgrid(np.linspace(*BOX[0], 100), np.linspace(*BOX[1], 50))
        return Field(predict(w, b, np.stack([gx, gy], axis=-1)), diverging=True, low=-4, high=4, bands=2)

    def drawn(w, b, **style):
        ends = line_within(w, b, *BOX)
        return [] if ends is None else [Curve(*ends.T, **style)]

    def flowers_plot(w, b, m, extra=(), rings=True):
        return Plot(
            [
                shade(w, b),
                *drawn(w, b, color="accent"),
                Points(
                    x,
                    group=(y + 1) // 2,
                    highlight=np.flatnonzero(m <= 0) if rings else [],
                    label=[names[-1], names[1]],
                ),
                *extra,
            ],
            x=BOX[0],
            y=BOX[1],
            xlabel="petal length, from the mean (cm)",
            ylabel="width, from the mean (cm)",
            height=280,
            alt=f"Two species and a line with {int((m <= 0).sum())} flowers on the wrong side.",
        )

    def charge_draw(s):
        w, b = line_through(s.p, s.q)
        w, b = s.long * w, s.long * b
        m = y * score(w, b, x)
        every = losses()
        cost, slope = every[s.which](m)
        worst = int(np.argmax(cost))
        curve = every[s.which](GRID)[0]
        if s.which == "zero_one":
            curve = np.where(np.abs(GRID) < 0.01, np.nan, curve)  # a jump, not a slope
        return [
            flowers_plot(
                w,
                b,
                m,
                [Handle("p", s.p, "one end"), Handle("q", s.q, "other end")],
            ),
            Plot(
                [
                    VLine(0.0),
                    Curve(GRID, curve, color="accent", width=3),
                    Points(
                        np.column_stack([np.clip(m, -1.5, 2.5), np.minimum(cost, 2.6)]),
                        group=(y + 1) // 2,
                        fade=0.3,
                        size=4,
                    ),
                ],
                x=(-1.5, 2.5),
                y=(-0.1, 2.7),
                xlabel="margin m (wrong side | right side)",
                ylabel="cost",
                height=280,
                alt=f"The {TITLES[s.which]} loss over the margin, with every flower at its place on the curve.",
            ),
            Numbers(
                [
                    ("mistakes", int((m <= 0).sum()), f"of {len(x)}; the best line has {fewest}"),
                    (TITLES[s.which], float(cost.mean()), "average cost"),
                    ("flowers that pull", int((slope < -0.05).sum()), "slope below −0.05"),
                ]
            ),
            Say(
                rf"The costliest flower has $m = {m[worst]:.2f}$ and costs ${cost[worst]:.2f}$; at its place the curve has slope ${slope[worst]:.2f}$."
            ),
        ]

    page.figure(
        Figure(
            "charge",
            charge_draw,
            state=dict(p=START[0], q=START[1]),
            controls=[
                Choice("which", "loss", TITLES, "perceptron"),
                Slider("long", "length of w", 0.3, 6.0, 1.0, log=True),
                Button("reset", "Start again"),
            ],
            caption="Rings: flowers on the wrong side. *Length of w* leaves the line where it is and stretches every margin. Which of the losses "
            "notice?",
            parts=True,
        )
    )
    return BOX, TITLES, flowers_plot, losses


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The three that have a slope

    | | $\ell(m)$ | slope $\ell'(m)$ | what it wants |
    |---|---|---|---|
    | perceptron | $\max(0, -m)$ | $-1$ if $m \le 0$, else $0$ | be on the right side |
    | hinge | $\max(0, 1-m)$ | $-1$ if $m < 1$, else $0$ | be on the right side, with room to spare |
    | logistic | $\log(1+e^{-m})$ | $-1/(1+e^{m})$ | be as far on the right side as you can |

    The **slope** says how much the cost changes when the margin grows by a little: never up, and not at all where the curve is flat. At a corner there
    are many slopes that fit; the table says which one we take.

    (Here $\log$ is the natural logarithm.) The logistic curve comes from probability. Read $1/(1+e^{-m})$ as how probable the machine holds the right label, between 0 and 1: then
    $\log(1+e^{-m})$ is minus the logarithm of that probability. It is 0 only for certainty, and the cost of being certain and wrong grows without end.

    ## Going down

    The loss of a line is the average $L = \frac1n\sum_i \ell(m_i)$. How does it change when one weight changes? Follow the chain: the weight $w_j$ changes the margin
    $m_i = y_i\,(w\cdot x_i + b)$ by $y_i x_{ij}$ for each unit, and the margin changes the cost by $\ell'(m_i)$. Multiply, and average over the points:

    $$\frac{\partial L}{\partial w} = \frac1n\sum_i \ell'(m_i)\,y_i\,x_i, \qquad \frac{\partial L}{\partial b} = \frac1n\sum_i \ell'(m_i)\,y_i .$$

    (Read $\partial L/\partial w$ as "how fast $L$ changes with $w$"; it has one number for each weight.) This arrow is the **gradient**. It points the way in which $L$ rises fastest. So step against it,

    $$w \leftarrow w - \eta\,\frac{\partial L}{\partial w}, \qquad b \leftarrow b - \eta\,\frac{\partial L}{\partial b},$$

    and do it again: **gradient descent**. Now look what it becomes for the perceptron loss and one single point. On a mistake $\ell' = -1$, so the step is
    $w \leftarrow w + \eta\,y\,x$; otherwise $\ell' = 0$ and nothing moves. *That is the perceptron trick.* The blind rule of the last lesson was going down this curve all along, one
    point at a time.
    """)
    return


@app.cell(hide_code=True)
def _(mean, names, start_b, start_w, x, y):
    _m = y * score(start_w, start_b, x)
    _i = int(np.argmin(_m))
    _c = {
        name: f(_m[_i : _i + 1])
        for name, f in {"perceptron": perceptron_loss, "hinge": hinge_loss, "logistic": logistic_loss}.items()
    }
    _rows = "\n".join(
        f"    | {name} | {float(cost[0]):.3f} | {float(slope[0]):.3f} |" for name, (cost, slope) in _c.items()
    )
    _value, _dw, _db = line_gradient(logistic_loss, start_w, start_b, x, y)
    _lr = 1.0
    _next = line_gradient(logistic_loss, start_w - _lr * _dw, start_b - _lr * _db, x, y)[0]

    mo.md(
        rf"""
    ### A worked number

    The line of the figure begins with $w = ({start_w[0]:.3f},\ {start_w[1]:.3f})$ and $b = {start_b:.3f}$. The flower worst off is a *{names[int(y[_i])]}* with a petal of
    ${(x[_i] + mean)[0]:.1f} \times {(x[_i] + mean)[1]:.1f}$ cm, that is $({x[_i][0]:+.3f},\ {x[_i][1]:+.3f})$ from the mean. Its margin is
    $m = ({y[_i]:+d})\cdot({start_w[0]:.3f}\cdot({x[_i][0]:.3f}) {start_w[1]:+.3f}\cdot{x[_i][1]:.3f} {start_b:+.3f}) = {_m[_i]:.3f}$, and it is charged

    | loss | cost | slope |
    |---|---|---|
{_rows}

    Over all {len(x)} flowers the logistic loss is ${_value:.4f}$ and its gradient $({_dw[0]:.4f},\ {_dw[1]:.4f})$ for $w$ and ${_db:.4f}$ for $b$. One step with $\eta = {_lr:g}$ takes the loss to
    ${_next:.4f}$.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Write the three losses and the gradient of a line. Each loss takes margins of any shape and returns *two* arrays of that shape: the costs and the slopes. `line_gradient` is given one of the
    losses as a function, so that it works for all of them, and for those you may invent later. When your code passes, every figure on this page, above and below, goes down *your*
    gradient.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _(START, TITLES, fewest, flowers_plot, losses, start_b, start_w, x, y):
    CAP = 400

    def line_now(s):
        if [s.p, s.q] == s.placed:
            return np.array(s.w), s.b, s.trace, s.counts
        w, b = line_through(s.p, s.q)
        return w, b, [], []

    def descend_step(s):
        w, b, trace, counts = line_now(s)
        trace, counts = list(trace), list(counts)
        loss = losses()[s.which]
        for _ in range(1 if not trace else max(1, len(trace) // 12)):
            value, dw, db = page.mine.line_gradient(loss, w, b, x, y)
            trace.append(value)
            counts.append(int((y * score(w, b, x) <= 0).sum()))
            w, b = w - s.lr * np.asarray(dw), b - s.lr * float(db)
        s.w, s.b, s.trace, s.counts = w, b, trace[:CAP], counts[:CAP]
        ends = line_within(w, b, (-1.95, 2.05), (-0.7, 0.8))
        if ends is not None:
            s.p, s.q = ends.round(3).tolist()
        s.placed = [s.p, s.q]
        s.done = len(trace) >= CAP

    def descend_draw(s):
        w, b, trace, counts = line_now(s)
        m = y * score(w, b, x)
        value, dw, db = page.mine.line_gradient(losses()[s.which], w, b, x, y)
        return [
            flowers_plot(
                w,
                b,
                m,
                [Handle("p", s.p, "one end"), Handle("q", s.q, "other end")],
                rings=False,
            ),
            Plot(
                [
                    Curve(np.arange(len(trace)), trace, color="accent", label="loss"),
                    Curve(
                        np.arange(len(counts)),
                        np.array(counts, dtype=float) / len(x),
                        color="b",
                        dash=True,
                        label="share of mistakes",
                    ),
                ],
                x=(0, CAP),
                y=(0, 1.7),
                xlabel="steps",
                ylabel="loss, share",
                height=280,
                alt="The loss and the share of mistakes, step by step.",
            ),
            Numbers(
                [
                    ("loss", value, TITLES[s.which]),
                    ("mistakes", int((m <= 0).sum()), f"of {len(x)}; the best line has {fewest}"),
                    ("length of w", float(np.hypot(*w)), f"after {len(trace)} steps"),
                ]
            ),
            Say(
                rf"Next step: $w \leftarrow ({w[0]:.2f},\ {w[1]:.2f}) - {s.lr:.2g}\cdot({dw[0]:.3f},\ {dw[1]:.3f})$, $\;b \leftarrow {b:.2f} - {s.lr:.2g}\cdot({db:.3f})$."
            ),
        ]

    _flip = [START[1], START[0]]  # the two sides exchanged: nearly everything is wrong
    page.figure(
        Figure(
            "descend",
            descend_draw,
            state=dict(
                p=_flip[0], q=_flip[1], placed=_flip, w=-start_w, b=-start_b, trace=[], counts=[], done=False
            ),
            controls=[
                Choice("which", "loss", {k: t for k, t in TITLES.items()}, "logistic"),
                Slider("lr", "learning rate η", 0.03, 3.0, 0.5, log=True),
                Button("step", "Step"),
                Play("step", "Run", every=0.15),
                Button("reset", "Start again"),
            ],
            on={"step": descend_step},
            caption="The line begins with its sides exchanged, so nearly all flowers are wrong. Run it with each loss. With the count of mistakes nothing moves. "
            "With the perceptron loss, watch the length of w.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    PyTorch finds gradients by itself: `backward()` follows the same chain, for any formula. Three losses in three lines, and the gradient of each
    beside ours. (`relu(z)` is max(0, z); `softplus(z)` is log(1 + exp(z)), written so that it cannot overflow.)
    """)
    return


@app.cell
def _(start_b, start_w, x, y):
    import torch
    from torch.nn.functional import relu, softplus

    theirs = {
        perceptron_loss: lambda m: relu(-m),
        hinge_loss: lambda m: relu(1 - m),
        logistic_loss: lambda m: softplus(-m),
    }
    for ours, cost in theirs.items():
        w = torch.tensor(start_w, requires_grad=True)
        b = torch.tensor(start_b, dtype=torch.float64, requires_grad=True)
        margins = torch.tensor(y) * (torch.tensor(x) @ w + b)
        cost(margins).mean().backward()
        _, dw, db = line_gradient(ours, start_w, start_b, x, y)
        apart = max(abs(w.grad.numpy() - dw).max(), abs(b.grad.item() - db))
        slopes = [*w.grad.numpy().round(4), round(b.grad.item(), 4)]
        print(f"{ours.__name__:16}", *slopes, f" largest difference {apart:.0e}")
    return (torch,)


@app.cell(hide_code=True)
def _(torch, x, y):
    _w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    torch.relu(-torch.tensor(y) * (torch.tensor(x) @ _w)).mean().backward()
    _ours = line_gradient(perceptron_loss, np.zeros(2), 0.0, x, y)[1]
    mo.md(
        f"""
    One place where the two differ, and both are right: the corner. At $w = 0$ all margins are 0. PyTorch takes the slope of `relu` at 0 to be 0, so its gradient there is
    $({_w.grad[0].item():g},\\ {_w.grad[1].item():g})$ and a start at 0 never moves. Ours takes −1 and finds $({_ours[0]:.3f},\\ {_ours[1]:.3f})$. Any slope in between would be as good a
    description of a corner; but only a slope other than 0 gets you started.

    ## Where it breaks

    A loss is a wish, and a wish can be granted in a way that you did not mean. The perceptron loss wants no flower to be *far* on the wrong side. There is a cheap way to please it: make $w$ and $b$
    small. Then every margin is small, the bad ones too. Here a good line is shrunk and stretched without being moved.
    """
    )
    return


@app.cell(hide_code=True)
def _(TITLES, losses, x, y):
    _w, _b, _ = best_line(x, y)
    SCALES = np.geomspace(0.02, 50, 121)

    _iris = load("iris")
    _easy = _iris.y < 2
    _easy_x = _iris.x[_easy, 2:4].astype(float)
    _easy_x, _easy_y = _easy_x - _easy_x.mean(axis=0), np.where(_iris.y[_easy] == 1, 1, -1)
    _ew, _eb, _ = best_line(_easy_x, _easy_y)
    _sets = {"overlap": (x, y, _w, _b), "apart": (_easy_x, _easy_y, _ew, _eb)}

    def shrink_draw(s):
        data_x, data_y, w, b = _sets[s.data]
        m = s.scale * data_y * score(w, b, data_x)
        every = losses()
        kinds, colors = ("perceptron", "hinge", "logistic"), ("a", "b", "c")
        stretched = np.outer(SCALES, data_y * score(w, b, data_x))  # (scales, flowers)
        curves = [
            Curve(SCALES, every[k](stretched)[0].mean(axis=1), color=c, label=TITLES[k])
            for k, c in zip(kinds, colors, strict=True)
        ]
        return [
            Plot(
                [*curves, VLine(s.scale, label="now"), HLine(0.0)],
                x=(0.02, 50),
                y=(-0.05, 1.25),
                xlog=True,
                xlabel="length of w",
                ylabel="loss of the same line",
                height=300,
                alt="Three losses of one line as w is made shorter or longer.",
            ),
            Numbers(
                [(TITLES[k], float(every[k](m)[0].mean()), f"at length {s.scale:.3g}") for k in kinds]
                + [("mistakes", int((m <= 0).sum()), f"of {len(data_y)}, whatever the length")]
            ),
        ]

    page.figure(
        Figure(
            "shrink",
            shrink_draw,
            controls=[
                Choice(
                    "data",
                    "flowers",
                    {
                        "overlap": "versicolor and virginica (they overlap)",
                        "apart": "setosa and versicolor (they do not)",
                    },
                    "overlap",
                ),
                Slider("scale", "length of w", 0.02, 50.0, 1.0, log=True),
                Button("reset", "Start again"),
            ],
            caption="The line never moves. Where the species overlap, the perceptron loss is least at length 0, where the machine says nothing at all; hinge and logistic have "
            "their valley at a definite length. Where the species do not overlap, the logistic loss has no valley: it falls for ever as w grows.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Two failures, then, of two wishes:

    - **The perceptron loss is content with nothing.** At $w = 0$, $b = 0$ every margin is 0 and so is the loss: the best value there is, reached by a machine without an
      opinion. (You saw $w$ shrink when it went down that loss.) The hinge asks for a margin of 1, so that silence costs 1 a flower; the logistic charges $\log 2 \approx 0.693$ for it.
    - **The logistic loss is never content.** If the flowers can be separated, a longer $w$ always costs less, and gradient descent lengthens it for ever, slower and slower.
      Practice stops it early or charges for the length of $w$; both have lessons of their own.

    And none of them counts mistakes. A line with the least loss is not always the one with the fewest mistakes: one flower far on the wrong side may cost more than three that are just across. That is the
    price of a number that can fall.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A point is on its right side with margin 0.4. Which of the losses still pull on it?",
        [
            "None of them, because it is on the right side already.",
            "Only the logistic one, because it is never quite zero.",
            "All three, because they all fall with a growing margin.",
            "Hinge and logistic; the perceptron loss lets it be.",
        ],
        3,
        [
            "That holds for the perceptron loss only. The hinge asks for a margin of 1.",
            "The hinge pulls too: 0.4 is less than 1, so its slope there is −1.",
            "The perceptron loss is flat for every positive margin.",
            "Right: the slopes at 0.4 are 0 (perceptron), −1 (hinge) and −1/(1 + e^0.4), about −0.40 (logistic).",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Why not go down the count of mistakes itself, since it is what we care about?",
        [
            "Its slope is 0 almost everywhere, so there is no down to go.",
            "It is too costly to compute for more than a few points.",
            "It would lead to the same line, only in more steps.",
        ],
        0,
        [
            "Right. The count stays the same for a small move and then jumps. A gradient sees only small moves.",
            "Counting costs no more than any other loss: one score a point.",
            "It leads nowhere: the step is η times a gradient of zeros.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Gradient descent on the perceptron loss of overlapping clouds ends at a loss of 0.001. What have you learned about the line?",
        [
            "It is nearly perfect, as a loss of 0.001 leaves no room for mistakes.",
            "Little: w may have shrunk, and mistakes with it, without going away.",
            "It is the line with the fewest mistakes, as the loss is nearly least.",
        ],
        1,
        [
            "With w short enough, any line has a loss of 0.001, even one with everything on the wrong side.",
            "Right. Look at the count of mistakes and at the length of w beside the loss.",
            "The least loss here is 0 at w = 0, which draws no line at all.",
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

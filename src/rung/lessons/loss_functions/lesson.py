import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Loss functions")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    import rung.data
    from rung.learn.figure import (
        Bars,
        Button,
        Choice,
        Curve,
        Figure,
        Handle,
        Label,
        Numbers,
        Pictures,
        Plot,
        Points,
        Say,
        Slider,
        Table,
        VLine,
    )
    from rung.learn.page import Page
    from rung.scratch import nn, optim
    from rung.scratch.models.mlp import MLP
    from rung.scratch.ops.activation import Softmax, sigmoid
    from rung.scratch.ops.loss import L1, MSE, BCEWithLogits, CrossEntropy, Hinge, Huber
    from rung.scratch.tensor import Tensor

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # Loss functions
    *Two networks are both wrong. Which of them is more wrong, and which way is better?*

    A forward pass ends in numbers: a length, a price, ten scores. Training needs **one** number that says how bad they are, so
    that it can make it smaller. The function that gives it is the *loss*.

    It looks like bookkeeping, and it is a decision: the loss is the only thing a network is ever told about what you want. It will
    do what you asked for, to the letter. So the question about each loss is: **what does it ask for?**
    """)
    return


@app.cell(hide_code=True)
def _():
    setosa = rung.data.load("iris").x[:10, 2].astype(float)
    _typed = setosa.copy()
    _typed[0] = 14.0
    page.predict(
        f"Ten petals of *Iris setosa*, all between {setosa.min():.1f} and {setosa.max():.1f} cm long. Someone types the first, {setosa[0]:.1f}, as 14. You must "
        "name one length for all ten, with the smallest loss. Where does your best guess go?",
        [
            f"Squared error: to {_typed.mean():.1f} cm. Absolute error: it stays near 1.4 cm",
            "Both stay near 1.4 cm, as one petal of ten hardly counts",
            f"Both go to {_typed.mean():.1f} cm, the new mean of the ten lengths",
            f"Squared error: it stays near 1.4 cm. Absolute error: to {_typed.mean():.1f} cm",
        ],
        answer=0,
        reveal=f"The guess with the least squared error is the mean, and one typing slip drags it to {_typed.mean():.2f} cm, longer than any petal there is. The guess "
        "with the least absolute error is the median, the one in the middle, which does not care how far away the far one is. Drag "
        "the point below and see it happen.",
    )
    return (setosa,)


@app.cell(hide_code=True)
def _(setosa):
    _guesses = np.arange(0.0, 15.0001, 0.01)

    def _best(losses):
        """The guess with the least loss; the middle of them where several are as good."""
        least = np.flatnonzero(losses <= losses.min() + 1e-9)
        return float(_guesses[least].mean())

    def _draw(s):
        lengths = np.array([p[0] for p in s.petals])
        each = {
            "squared": page.mine.MSE().forward(_guesses[:, None], lengths[None], reduction="none"),
            "absolute": page.mine.L1().forward(_guesses[:, None], lengths[None], reduction="none"),
            "Huber": page.mine.Huber().forward(
                _guesses[:, None], lengths[None], delta=s.delta, reduction="none"
            ),
        }
        losses = {name: np.asarray(values).mean(axis=1) for name, values in each.items()}
        best = {name: _best(values) for name, values in losses.items()}
        colors = dict(zip(losses, "abc", strict=True))
        return [
            Plot(
                [
                    *(VLine(best[n], color=colors[n]) for n in losses),
                    Points(np.column_stack([lengths, np.arange(10)]), drag="petals", size=7),
                ],
                x=(0, 15),
                y=(-0.7, 9.7),
                height=230,
                xlabel="petal length (cm)",
                ylabel="flower",
                title="ten petals, and the best single guess of each loss",
                alt=f"Ten petal lengths; best guesses: squared {best['squared']:.2f}, absolute {best['absolute']:.2f}, Huber {best['Huber']:.2f} cm.",
            ),
            Plot(
                [
                    *(
                        Curve(_guesses[::5], values[::5], label=n, color=colors[n])
                        for n, values in losses.items()
                    ),
                    *(VLine(best[n], color=colors[n]) for n in losses),
                ],
                x=(0, 15),
                y=(0.003, 300),
                ylog=True,
                height=260,
                xlabel="the guess (cm)",
                ylabel="mean loss (log scale)",
                title="the loss of every possible guess",
                alt="Three curves of loss against the guess, each with its lowest point marked.",
            ),
            Numbers(
                [
                    ("least squared error", f"{best['squared']:.2f} cm", f"the mean is {lengths.mean():.2f}"),
                    (
                        "least absolute error",
                        f"{best['absolute']:.2f} cm",
                        f"the median is {np.median(lengths):.2f}",
                    ),
                    ("least Huber", f"{best['Huber']:.2f} cm", f"with δ = {s.delta:g} cm"),
                ]
            ),
        ]

    def _slip(s):
        s.petals = [[14.0, 0.0], *s.petals[1:]]

    page.figure(
        Figure(
            "outlier",
            _draw,
            state=dict(petals=np.column_stack([setosa, np.arange(10)]).tolist()),
            controls=[
                Slider("delta", "Huber's δ (cm)", 0.05, 5.0, 0.5, step=0.05),
                Button("slip", "Type 14 for 1.4"),
                Button("reset", "Start again"),
            ],
            on={"slip": _slip},
            caption="Drag any petal to the side. The three lines are found by trying 1,501 guesses with the library's own losses. Then move $\\delta$: "
            "a small one makes Huber behave like the absolute error, a large one like the squared error.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Losses for numbers

    Call the prediction $p$, the truth $t$, and the error $e = p - t$. The loss of a batch is the mean over its examples.

    | loss | for one number | its slope | what it asks for |
    |---|---|---|---|
    | **MSE**, mean squared error | $e^2$ | $2e$: pulls harder the farther it is | the mean |
    | **MAE** or **L1**, mean absolute error | $\lvert e \rvert$ | $+1$ or $-1$, however far | the median |
    | **Huber** | $e^2/2$ if $\lvert e\rvert \le \delta$, else $\delta\,(\lvert e\rvert - \delta/2)$ | $e$, clipped to $\pm\delta$ | nearly the mean of those within $\delta$ |

    The slope is the pull on the prediction, and it explains the figure. At the best guess all pulls cancel. Under the
    squared error a petal 12 cm away pulls a hundred times as hard as one that is 0.12 cm away. Under the absolute error
    each petal has one vote, and the guess settles where as many pull left as right.

    So is MAE simply better? If the far petal is a slip of the pen, yes. If it is the one flood in a hundred years and you are
    building the dam, you want the loss that notices. And MAE has a price of its own: its slope does not get smaller near the
    target, so a step of fixed length keeps jumping over it. Huber was made to have both: small steps near, one vote far.
    """)
    return


@app.cell(hide_code=True)
def _():
    _p, _t = np.array([2.0, 0.5, 3.0, 7.0]), np.array([1.5, 1.5, 2.5, 3.0])
    _e = _p - _t
    _losses = {"MSE": MSE(), "MAE": L1(), r"Huber, $\delta = 1$": Huber()}
    _rows = ""
    for _name, _loss in _losses.items():
        _each = _loss.forward(_p, _t, reduction="none")
        _rows += f"| {_name} | {', '.join(f'{v:g}' for v in _each)} | {_each.mean():.4f} | {_each[3] / _each.sum():.0%} |\n    "
    mo.md(rf"""
    ## A worked number

    Predictions {", ".join(f"{v:g}" for v in _p)} for truths {", ".join(f"{v:g}" for v in _t)}: the errors are {", ".join(f"{v:g}".replace("-", "−") for v in _e)}.

    | loss | each | mean | share of the last |
    |---|---|---|---|
    {_rows}
    The last prediction is off twice as far as all the others together. The losses agree that it is the worst; they do not
    agree on how much of the attention it deserves.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Losses for yes or no

    Now the network gives one score $s$, and the truth is 1 or 0. Counting mistakes will not do, as you know from the
    perceptron's loss: the count is flat, and a flat loss shows no way down. You have met two losses that slope: the *hinge*,
    which wants every example right by a margin, and the *logistic* loss. The second has a meaning that carries on.

    The *sigmoid* turns any score into a number between 0 and 1, read as the probability of a 1:

    $$p = \sigma(s) = \frac{1}{1 + e^{-s}}$$

    What should a prediction be charged? Suppose it gave the right answer the probability $p$. Shannon's answer is its *surprise*,
    $-\log p$. It is 0 for $p = 1$. It grows without end as $p$ goes to 0. And the surprises of independent events add up, as
    their probabilities multiply. This is **binary cross-entropy**:

    $$L = -\,\big[\,t \log p + (1 - t)\log(1 - p)\,\big]$$

    The bracket only looks busy: $t$ is 1 or 0, so one of its two terms is always gone. With natural logarithms its unit is the *nat*.

    Why not the squared error $(p - t)^2$, which also is 0 when all is right? Move the score to the far wrong side and look at
    the slopes.
    """)
    return


@app.cell(hide_code=True)
def _():
    _scores = np.linspace(-10, 10, 201)

    def _losses(scores, t):
        """Four losses at each score: for hinge and the count, the label is -1 or +1."""
        y = 2 * t - 1
        target = np.full_like(scores, t, dtype=float)
        return {
            "count of mistakes": (y * scores <= 0).astype(float),
            "hinge": Hinge().forward(scores, np.full_like(scores, y), reduction="none"),
            "cross-entropy": np.asarray(page.mine.BCEWithLogits().forward(scores, target, reduction="none")),
            "squared error": np.asarray(page.mine.MSE().forward(sigmoid(scores), target, reduction="none")),
        }

    def _slopes(score, t, h=1e-3):
        """Each loss's slope, measured: nudge the score by h to both sides and see how the loss moves."""
        low, high = _losses(np.array([score - h]), t), _losses(np.array([score + h]), t)
        return {name: float((high[name] - low[name])[0] / (2 * h)) for name in low}

    _places = {  # where each curve's name stands, for the truth 1; mirrored for the truth 0
        "count of mistakes": (-3.2, 0.45),
        "squared error": (-7.0, 1.45),
        "cross-entropy": (-7.6, 5.4),
        "hinge": (-3.2, 5.4),
    }

    def _steps(score, t, name, limit=5000):
        """How many steps of size 1 down the slope bring the score to the right side."""
        p_minus_t = {
            "cross-entropy": lambda p: p - t,
            "squared error": lambda p: 2 * (p - t) * p * (1 - p),
        }[name]
        count = 0
        while (score > 0) != (t == 1) and count < limit:
            score -= p_minus_t(1 / (1 + np.exp(-score)))
            count += 1
        return count

    def _draw(s):
        t = int(s.truth)
        score = float(s.at[0])
        curves, here, slope = _losses(_scores, t), _losses(np.array([score]), t), _slopes(score, t)
        colors = dict(zip(curves, ("muted", "c", "a", "b"), strict=True))
        steps = {name: _steps(score, t, name) for name in ("cross-entropy", "squared error")}
        return [
            Plot(
                [
                    *(
                        Curve(_scores, v, color=colors[n], dash=n == "count of mistakes")
                        for n, v in curves.items()
                    ),
                    *(
                        Label([at * (1 - 2 * (1 - t)), y], n, color=colors[n])
                        for n, (at, y) in _places.items()
                    ),
                    Points(
                        [[score, float(v[0])] for v in here.values() if v[0] <= 8],
                        group=[0] * sum(v[0] <= 8 for v in here.values()),
                    ),
                    Handle("at", [score, 0.0], "the score"),
                ],
                x=(-10, 10),
                y=(-0.6, 8),
                xlabel="score s",
                ylabel="loss",
                height=340,
                title=f"the truth is {t}",
                alt=f"Four losses against the score. At score {score:.1f}: "
                + ", ".join(f"{n} {float(v[0]):.3g}" for n, v in here.items())
                + ".",
            ),
            Table(
                ["loss", "value", "slope"],
                [[n, float(here[n][0]), round(slope[n], 6)] for n in curves],
            ),
            Numbers(
                [
                    ("σ(s)", f"{float(sigmoid(score)):.4f}", "chance of a 1"),
                    ("cross-entropy", steps["cross-entropy"], "steps to cross 0"),
                    (
                        "squared error",
                        f"{steps['squared error']:,}" if steps["squared error"] < 5000 else "over 5,000",
                        "steps to cross 0",
                    ),
                ]
            ),
        ]

    page.figure(
        Figure(
            "saturate",
            _draw,
            state=dict(at=[-8.0, 0.0]),
            controls=[Choice("truth", "the truth", {"1": "1", "0": "0"}, "1")],
            caption="Drag the score; the squared error is that of $\\sigma(s)$. A slope is measured by a nudge of 0.001 to both sides. A step moves the score by minus the slope. At −8 the network is "
            "almost certain and wrong; cross-entropy pulls with nearly full force, and the squared error hardly at all, because $\\sigma$ is flat there. "
            "One says *saturated*.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Losses for one of many

    With $C$ classes the network gives $C$ scores $z_0, \dots, z_{C-1}$, also called **logits**. The *softmax* makes probabilities of
    them, all positive and summing to 1:

    $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$

    The truth is the number $t$ of the right class, and the charge is again the surprise: **categorical cross-entropy**, or just
    *cross-entropy*,

    $$L = -\log p_t = \log\Big(\sum_j e^{z_j}\Big) - z_t.$$

    Read the right-hand side: raise the right score, lower all the others. For two classes with scores $s$ and 0, softmax is the
    sigmoid and this is binary cross-entropy again.

    Books often write the truth as a *one-hot* row, such as $[0, 0, 1]$ for class 2, and the loss as $-\sum_i t_i \log p_i$. All terms but one
    are 0, so code keeps the class number and picks.
    """)
    return


@app.cell(hide_code=True)
def _():
    _classes = ["setosa", "versicolor", "virginica"]

    def _naive(z):
        """Softmax as it stands in the formula, in float32."""
        with np.errstate(all="ignore"):
            e = np.exp(z)
            return e, e / e.sum()

    def _draw(s):
        z = np.array([s.z0, s.z1, s.z2], dtype=np.float32) + np.float32(s.shift)
        t = _classes.index(s.truth)
        e, naive = _naive(z)
        right = Softmax().forward(z[None])[0]
        loss = float(page.mine.CrossEntropy().forward(z[None].astype(float), np.array([t])))
        with np.errstate(all="ignore"):
            naive_loss = float(-np.log(naive[t]))
        m = float(z.max())
        terms = " + ".join(f"e^{{{v - m:.1f}}}" for v in z.astype(float))
        return [
            Plot(
                [Bars(_classes, right, group=[int(i == t) for i in range(3)])],
                y=(0, 1.05),
                height=200,
                ylabel="probability",
                title=f"softmax; the truth is {s.truth}",
                alt="Bars of the three probabilities: "
                + ", ".join(f"{n} {p:.3f}" for n, p in zip(_classes, right, strict=True)),
            ),
            Say(
                rf"$L = \log({terms}) - ({float(z[t]) - m:.1f}) = {loss:.4f}$, with the maximum $m = {m:.1f}$ taken off every score."
            ),
            Table(
                ["class", "score z", "e^z", "as written", "maximum off first"],
                [
                    [n, float(z[i]), f"{e[i]:.4g}", f"{naive[i]:.4f}", f"{right[i]:.4f}"]
                    for i, n in enumerate(_classes)
                ],
                highlight=[t],
            ),
            Numbers(
                [
                    ("cross-entropy", f"{loss:.4f}", f"truth got {float(right[t]):.1%}"),
                    ("as written", f"{naive_loss:.4f}", "in float32"),
                    ("guessing", f"{np.log(3):.4f}", "log 3"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "softmax",
            _draw,
            controls=[
                Slider("z0", "score of setosa", -8.0, 8.0, -3.8, step=0.1),
                Slider("z1", "score of versicolor", -8.0, 8.0, 3.9, step=0.1),
                Slider("z2", "score of virginica", -8.0, 8.0, 2.0, step=0.1),
                Slider("shift", "added to all three", -200.0, 200.0, 0.0, step=5.0),
                Choice("truth", "the truth", {c: c for c in _classes}, "versicolor"),
                Button("reset", "Start again"),
            ],
            caption="Adding the same number to all scores changes no probability: it multiplies top and bottom of the fraction by the same $e^c$. Now "
            "use that slider and watch the two columns on the right. Above about 88, $e^z$ no longer fits into a float32 and becomes inf; far below, it becomes "
            "0. Both end in nan: *not a number*.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The one trick to remember

    That slider is not a toy. A score of 100 takes no more than a few weights that grew too large, and since nan times anything is nan,
    one nan in the loss reaches every weight at the next step. The cure uses what breaks nothing: since a constant may be taken
    off all scores, take off the largest, $m = \max_j z_j$.

    $$L = \log\Big(\sum_j e^{z_j - m}\Big) - (z_t - m)$$

    Now every exponent is at most 0, so nothing overflows; the largest is exactly 0, so the sum is at least 1 and its
    logarithm is never that of 0. This is the **log-sum-exp** trick. Note what it never does: form the probability $p_t$ and then take
    its logarithm. A probability of $e^{-1000}$ is 0 in any float; its logarithm, $-1000$, is a perfectly ordinary number.

    That is why PyTorch's cross-entropy, and ours, take the **scores** (logits) and not the probabilities.

    ## Code to read before you write

    This is how the library writes the hinge. All losses have this shape: one loss for each number, something kept on `self`, and
    `self.reduce`, which takes the mean, the sum, or leaves them be.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.ops.loss:Hinge", docstring=False)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Five `forward` methods. `MSE`, `L1` and `Huber` are warm-ups; `BCEWithLogits` and `CrossEntropy` are where
    large scores must not end in nan. Each `backward` is given, and you need not understand it yet: look only at the names that it reads from
    `self`. Your `CrossEntropy` is the one that `rung train digits --mine` will train with.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## What the number means: real digits

    A network `[64, 16, 10]` on real handwritten digits, before and after training. Before, it knows nothing, and knowing nothing
    about ten classes costs $\log 10$. If the first loss of a new classifier is far from $\log C$, look for the mistake before
    you train on.
    """)
    return


@app.cell
def _():
    digits = rung.data.load("digits8")
    (x, y), (x_test, y_test) = digits.split("train"), digits.split("test")
    rng = np.random.default_rng(0)
    net, loss = MLP([64, 16, 10], rng=rng), nn.CrossEntropyLoss()
    before = loss(net(Tensor(x_test)), Tensor(y_test)).item()

    # the lesson on the training loop explains these lines
    step = optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    for _ in range(25):
        for rows in np.array_split(rng.permutation(len(x)), 22):
            step.zero_grad()
            loss(net(Tensor(x[rows])), Tensor(y[rows])).backward()
            step.step()

    test_scores = net(Tensor(x_test)).data
    after = loss(Tensor(test_scores), Tensor(y_test)).item()
    right = (test_scores.argmax(1) == y_test).mean()
    f"log 10 = {np.log(10):.3f}; before {before:.3f}, after {after:.3f}; {right:.1%} right"
    return test_scores, x_test, y_test


@app.cell(hide_code=True)
def _(test_scores, x_test, y_test):
    _each = CrossEntropy().forward(test_scores, y_test, reduction="none")
    _share = Softmax().forward(test_scores)
    _order = np.argsort(-_each)

    def _draw(s):
        rows = _order[s.first : s.first + 6]
        told = [f"a {y_test[i]}, it says {test_scores[i].argmax()}" for i in rows]
        half = int(np.searchsorted(np.cumsum(_each[_order]), _each.sum() / 2)) + 1
        return [
            Pictures(
                [1 - x_test[i].reshape(8, 8) for i in rows],
                titles=told,
                columns=6,
                low=0,
                high=1,
                title=f"test digits {s.first + 1} to {s.first + 6} by loss, the worst first",
                alt="Six digits: " + "; ".join(told),
            ),
            Table(
                ["digit", "probability of the truth", "loss (nats)"],
                [[told[k], f"{_share[i, y_test[i]]:.2g}", float(_each[i])] for k, i in enumerate(rows)],
            ),
            Numbers(
                [
                    ("mean loss", float(_each.mean()), f"of {len(_each)} digits"),
                    ("half the loss", half, "digits cause it"),
                    ("below 0.01", f"{(_each < 0.01).mean():.0%}", "of the digits"),
                ]
            ),
        ]

    page.figure(
        Figure(
            "worst",
            _draw,
            controls=[Slider("first", "from the worst to the best", 0, len(_order) - 6, 0)],
            caption="A mean hides who pays it. A few digits, wrong and sure of it, carry half of the loss; most cost next to nothing. Sorting by loss is a "
            "quick way to find what a network cannot do, and which labels are wrong.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    The names differ little: `l1_loss` for MAE, `huber_loss` with `delta`, and *with logits* wherever scores are expected.
    """)
    return


@app.cell
def _():
    import torch
    import torch.nn.functional as F

    p, t = np.array([2.0, 0.5, 3.0, 7.0]), np.array([1.5, 1.5, 2.5, 3.0])
    score, yes = np.array([-8.0, 0.3, 2.0]), np.array([1.0, 0.0, 1.0])
    logits = np.array([[1000.0, 0.0, -5.0], [0.1, 0.2, 0.3]])
    label = np.array([1, 2])
    T = torch.tensor

    pairs = {
        "mse_loss": (F.mse_loss(T(p), T(t)), MSE().forward(p, t)),
        "l1_loss": (F.l1_loss(T(p), T(t)), L1().forward(p, t)),
        "huber_loss": (F.huber_loss(T(p), T(t)), Huber().forward(p, t)),
        "binary_cross_entropy_with_logits": (
            F.binary_cross_entropy_with_logits(T(score), T(yes)),
            BCEWithLogits().forward(score, yes),
        ),
        "cross_entropy": (
            F.cross_entropy(T(logits), T(label)),
            CrossEntropy().forward(logits, label),
        ),
    }
    lines = [f"{name:34}{a:12.6f}{b:12.6f}" for name, (a, b) in pairs.items()]
    "\n".join([f"{'':34}{'PyTorch':>12}{'ours':>12}", *lines])
    return F, torch


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Keras asks for one word more. Its cross-entropy expects probabilities unless it is told otherwise, so with scores and class
    numbers it is as below (without *Sparse* it wants one-hot rows).

    ```python
    keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ```

    ## Where it breaks

    **Softmax twice.** The network ends in a softmax *and* the loss does one. There is no error, so it lives long; it was found and
    mended in published code such as [TFLearn](https://github.com/tflearn/tflearn/pull/562). Even a network that is completely right and
    completely sure can then not get below:
    """)
    return


@app.cell
def _(F, torch):
    sure_and_right = torch.eye(10)  # row i: probability 1 for class i
    F.cross_entropy(sure_and_right, torch.arange(10)).item()
    return


@app.cell(hide_code=True)
def _():
    mo.md(rf"""
    That is $\log(e + 9) - 1 = {np.log(np.e + 9) - 1:.4f}$: probabilities lie between 0 and 1, and to a softmax such scores are nearly equal. The loss
    still falls from $\log 10$ to there, so it looks like learning.

    **A column against a row.** Predictions of shape (3, 1), targets of shape (3,). NumPy and PyTorch subtract every target from every
    prediction. Here all predictions are exactly right:
    """)
    return


@app.cell
def _(torch):
    import warnings

    column, row = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1.0, 2.0, 3.0])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        wrong = torch.nn.functional.mse_loss(column, row).item()
    shape = tuple((column - row).shape)
    f"loss {wrong:.4f}, from {shape} differences\nPyTorch: {str(said[0].message)[:42]} ..."
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    The network then learns to predict the mean for everybody, which is the best one can do against all targets at once. If a
    loss stops falling at the variance of the targets, print two shapes.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Two models get the same example wrong. One gave the truth a probability of 0.01, the other 0.001. How do their cross-entropies differ?",
        [
            "The second is ten times the first",
            "They are equal: both are wrong",
            "The second is larger by log 10, about 2.3",
            "The second is a hundred times the first",
        ],
        answer=2,
        why=[
            "Ten times the odds is not ten times the surprise: logarithms turn factors into sums.",
            "The count of mistakes cannot tell them apart; cross-entropy can.",
            f"{-np.log(0.01):.2f} against {-np.log(0.001):.2f}. Every factor of 10 costs the same 2.3 nats.",
            "The squared error's habit of thought. Here the distance enters through a logarithm.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "You predict delivery times. A few parcels take weeks because they were lost. You want the time that a usual parcel takes. Which loss?",
        [
            "Cross-entropy, as it handles surprise",
            "Squared error, as it takes all seriously",
            "Hinge, as it leaves a margin",
            "Absolute error, as each parcel has one vote",
        ],
        answer=3,
        why=[
            "There are no classes here; a time is a number.",
            "It aims at the mean, and the lost parcels would drag it away from every usual one.",
            "The hinge is for labels of two kinds.",
            "It aims at the median: half of the parcels come sooner, half later, however late the lost ones are. Huber would do too.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "You start to train a classifier for 100 classes, and the very first loss is 46. What does that tell you?",
        [
            "Something is wrong: it should start near log 100 = 4.6",
            "Nothing: every loss is large at the start",
            "The learning rate is ten times too large",
            "The classes are hard to tell from each other",
        ],
        answer=0,
        why=[
            "Knowing nothing costs log C. Ten times that means sure and wrong, before a single example was learned: look at the scale of the inputs and of the first weights.",
            "Large compared with what? A classifier that guesses has a known price.",
            "No step has been taken yet.",
            "Hard classes keep the loss near 4.6; they do not lift it above.",
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

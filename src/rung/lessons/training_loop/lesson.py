import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A complete training loop")

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
        Label,
        Numbers,
        Pictures,
        Play,
        Plot,
        Points,
        Say,
        Slider,
    )
    from rung.learn.page import Page
    from rung.scratch.loop import accuracy
    from rung.scratch.models.mlp import MLP
    from rung.scratch.nn import functional as F
    from rung.scratch.tensor import Tensor

    page = Page(__file__)

    # Real petals: width from length, for the picture with two parameters.
    iris = load("iris")
    length, width = (np.asarray(iris.x)[:, k] for k in (2, 3))
    length = ((length - length.mean()) / length.std()).astype(np.float32)
    width = width.astype(np.float32)

    # Real digits, 8 by 8 grey pixels, for the network.
    digits = load("digits8")
    pixels = (np.asarray(digits.x) / np.max(digits.x)).astype(np.float32)
    classes = np.asarray(digits.y)
    shown, held_out = slice(0, 600), slice(600, 1000)

    def held_out_loss(model):
        """The mean loss on the digits that were never trained on."""
        return F.cross_entropy(model(Tensor(pixels[held_out])), classes[held_out]).item()

    def petal_loss(w, b):
        """Mean squared error of the line width = w · length + b, for one pair or for arrays of them."""
        w, b = np.asarray(w)[..., None], np.asarray(b)[..., None]
        return ((w * length + b - width) ** 2).mean(-1)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # A complete training loop

    *Your code now knows, for every weight, which way is downhill. Before each step, should it look at all the data, or is a glance enough?*

    Looking at everything gives the exact slope. A glance at 32 examples gives a rough one, and costs a small part of the time. It turns out that many rough steps beat few exact ones by far. Nearly every
    large network is trained that way, and the loop that does it has four beats.
    """)
    return


@app.cell(hide_code=True)
def _():
    def _after(batch_size, epochs=5):
        model = MLP([64, 32, 10], rng=0)
        optimizer = page.mine.SGD(model.parameters(), lr=0.5)
        rng = np.random.default_rng(0)
        for _ in range(epochs):
            page.mine.train_epoch(
                model, F.cross_entropy, optimizer, pixels[shown], classes[shown], batch_size, rng
            )
        return accuracy(model, pixels[held_out], classes[held_out])

    _glance, _all = _after(32), _after(600)
    page.predict(
        "A small network sees 600 handwritten digits five times over. Once it steps after every 32 of them, once after all 600. The learning rate is the same. How many of 400 unseen digits does each read right?",
        options=[
            "About the same: both have seen the same digits equally often",
            "Far more with all 600 at a time, because each step is exact",
            "Far more with 32 at a time, because it takes more steps",
        ],
        answer=2,
        reveal=f"Measured just now: **{_glance:.0%}** with 32 at a time (95 steps), **{_all:.0%}** with all 600 at a time (5 steps). "
        "The work was the same: 3,000 pictures forward and back.",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Two parameters can be drawn. Below, a line predicts the width of a real petal from its length, $\hat y = wx+b$. Every point of the plane is a pair $(w, b)$; dark is a large loss. The path is what your
    loop does. Try a batch of 150, which is all the flowers; then 10; then 1. Then raise the learning rate.
    """)
    return


@app.cell(hide_code=True)
def _():
    ws, bs = np.linspace(-1, 2, 61), np.linspace(-1, 3, 61)
    surface = np.log10(petal_loss(ws[None, :], bs[:, None]) + 1e-3)
    best_w = float((length * (width - width.mean())).mean())
    best = [best_w, float(width.mean())]

    def walk(path, batch_size, lr, steps, seed):
        """Go on with a path by some steps of mini-batch gradient descent; the batches follow from where the path is."""
        w = Tensor(np.array([[path[-1][0]]]), requires_grad=True)
        b = Tensor(np.array([path[-1][1]]), requires_grad=True)
        optimizer = page.mine.SGD([w, b], lr=lr)
        done = 0
        while done < steps:
            rng = np.random.default_rng(seed + len(path))
            for batch in page.mine.minibatches(len(length), batch_size, rng):
                optimizer.zero_grad()
                F.mse_loss(F.linear(Tensor(length[batch, None]), w, b), width[batch, None]).backward()
                optimizer.step()
                path = [*path, [float(w.data[0, 0]), float(b.data[0])]]
                done += 1
                if done >= steps or not np.isfinite(path[-1]).all():
                    return path, done
        return path, done

    def draw_path(s):
        """The loss surface and the path on it."""
        path = np.array(s.path)
        at = path[-1]
        inside = np.clip(path, [-1, -1], [2, 3])
        steps = len(path) - 1
        recent = petal_loss(path[-20:, 0], path[-20:, 1])
        return [
            Plot(
                [
                    Field(surface, low=float(surface.min()), high=float(surface.max()), bands=14),
                    Curve(inside[:, 0], inside[:, 1], color="accent", width=1.5, label="your steps"),
                    Points([inside[-1]], size=6),
                    Label(best, "lowest loss"),
                ],
                x=(-1, 2),
                y=(-1, 3),
                xlabel="weight w",
                ylabel="bias b",
                height=360,
                alt="The loss over weight and bias as shades, with the path of gradient descent.",
            ),
            Numbers(
                [
                    ("steps", steps, f"{steps * s.batch / 150:.1f} times through the flowers"),
                    (
                        "loss here",
                        round(float(petal_loss(at[0], at[1])), 4),
                        f"lowest {float(petal_loss(*best)):.4f}",
                    ),
                    ("spread of the last 20", round(float(recent.max() - recent.min()), 4), "in loss"),
                ]
            ),
        ]

    def one_step(s):
        """Take one step."""
        s.path, _ = walk(s.path[-400:], int(s.batch), s.lr, 1, 7)

    def one_epoch(s):
        """Take as many steps as there are batches in the data."""
        s.path, _ = walk(s.path[-400:], int(s.batch), s.lr, int(np.ceil(150 / s.batch)), 7)

    page.figure(
        Figure(
            "path",
            draw_path,
            state=dict(path=[[-0.6, -0.5]], batch=10, lr=0.1),
            controls=[
                Slider("batch", "batch size", 1, 150, 10, step=1),
                Slider("lr", "learning rate η", 0.01, 1.2, 0.1, step=0.01),
                Button("step", "One step"),
                Button("epoch", "One epoch"),
                Play("step", "Run", every=0.08),
                Button("reset", "Start again"),
            ],
            on={"step": one_step, "epoch": one_epoch},
            caption="Shades: the loss over all 150 flowers, on a logarithmic scale. The path uses only the flowers of each batch, so it does not go straight. "
            "Large batches walk straight and slowly, small ones stagger and get there with less work; near the bottom the stagger stays.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Why a glance is enough

    The loss over the data is a mean over examples, so its slope is the mean of the examples' slopes. A batch drawn at random has a mean too, and *on average* it is the right one:

    $$\nabla L = \frac1n\sum_{i=1}^{n}\nabla L_i$$

    $$\mathbb{E}\Big[\frac1m\sum_{i\in\text{batch}}\nabla L_i\Big]=\nabla L.$$

    What a small batch adds is noise, and noise falls slowly: for twice the precision you need four times the examples. Twice the steps, on the other hand, are twice the steps. So spend the work on
    steps. This is **stochastic gradient descent**, with the update

    $$p \leftarrow p - \eta\,\nabla_p L_{\text{batch}}$$

    for every parameter $p$. The **learning rate** $\eta$ says how far to trust a slope that is exact at one point only.

    ## The four beats

    | beat | what happens | why it stands there |
    |---|---|---|
    | **forget** | every gradient of the last batch is dropped | `backward()` *adds* to what is there |
    | **predict** | the model runs on this batch, and the loss of the batch is taken | the record for the walk back is made here |
    | **walk back** | `backward()` leaves a gradient with every parameter | from this batch alone |
    | **step** | each parameter moves against its gradient | only now, when all gradients come from one and the same network |

    Then comes the next batch of the shuffle; and when every example has had its turn, that was one **epoch**. Shuffle again, and go on.

    The loop works with the array engine's `Tensor`: what `Value` was for one number, for a whole array. `Tensor(x)` wraps an array so that what is computed from it is
    recorded; `t.data` is the array, `t.grad` its gradient (or `None`), `t.backward()` walks back, and `t.item()` takes a single number, such as a loss, out of the record.
    """)
    return


@app.cell(hide_code=True)
def _():
    _w, _b, _lr, _batch = 0.5, 0.0, 0.1, np.array([0, 75, 149])
    _error = _w * length[_batch] + _b - width[_batch]
    _dw, _db = 2 * float((_error * length[_batch]).mean()), 2 * float(_error.mean())
    mo.md(rf"""
    One step by hand, with $w={_w}$, $b={_b}$, $\eta={_lr}$ and three real flowers (one of each species):

    | flower | length $x$ | width $y$ | $\hat y - y$ |
    |---|---|---|---|
    | setosa | {length[0]:.3f} | {width[0]:.1f} | {_error[0]:.3f} |
    | versicolor | {length[75]:.3f} | {width[75]:.1f} | {_error[1]:.3f} |
    | virginica | {length[149]:.3f} | {width[149]:.1f} | {_error[2]:.3f} |

    The slopes are the means of $2(\hat y-y)\,x$ and of $2(\hat y-y)$: ${_dw:.3f}$ for $w$ and ${_db:.3f}$ for $b$. So $w$ goes to ${_w}-{_lr}\cdot({_dw:.3f})={_w - _lr * _dw:.4f}$ and
    $b$ to ${_b}-{_lr}\cdot({_db:.3f})={_b - _lr * _db:.4f}$. The loss of these three falls from
    {float((_error**2).mean()):.3f} to {float((((_w - _lr * _dw) * length[_batch] + _b - _lr * _db - width[_batch]) ** 2).mean()):.3f}.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The loop reads digits

    The same loop, unchanged, on 600 real handwritten digits and a network of 64 inputs, 32 hidden units and 10 outputs. The pictures are the weights of 16 hidden units, laid out as the pixels they look at: noise
    first, strokes later. The dashed curve is the loss on 400 digits that the loop never touches. **Only those say whether anything was learned** that holds for other digits too. The score
    is the share of them that the network reads right, its answer being the class with the highest score:
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.loop:accuracy", docstring=False)
    return


@app.cell(hide_code=True)
def _():
    def as_model(flat):
        """An MLP with its parameters taken from one flat list."""
        model, at = MLP([64, 32, 10], rng=0), 0
        if flat:
            for p in model.parameters():
                p.data[...] = np.array(flat[at : at + p.data.size], dtype=np.float32).reshape(p.data.shape)
                at += p.data.size
        return model

    def draw_digits(s):
        """Losses so far, the score, and what the hidden units look at."""
        model = as_model(s.flat)
        epochs = np.arange(1, len(s.train) + 1)
        unseen = accuracy(model, pixels[held_out], classes[held_out])
        seen = accuracy(model, pixels[shown], classes[shown])
        marks = [
            Curve(epochs, s.train, label="digits it learns from", color="a"),
            Curve(np.arange(len(s.test)), s.test, label="digits it never sees", color="b", dash=True),
        ]
        return [
            Plot(
                marks,
                x=(0, 40),
                y=(0, 2.6),
                xlabel="epoch",
                ylabel="loss (nats)",
                alt="Loss on seen and unseen digits by epoch.",
            ),
            Numbers(
                [
                    ("unseen digits read right", f"{unseen:.1%}", "of 400"),
                    ("seen digits read right", f"{seen:.1%}", "of 600"),
                    ("epoch", len(s.train), f"{len(s.train) * 600:,} pictures shown"),
                ]
            ),
            Pictures([row.reshape(8, 8) for row in model.layers[0].weight.data[:16]], columns=8),
        ]

    def one_epoch_of_digits(s):
        """Show every digit once."""
        if len(s.train) >= 40:
            s.finished = True
            return
        model = as_model(s.flat)
        optimizer = page.mine.SGD(model.parameters(), lr=s.lr)
        rng = np.random.default_rng(len(s.train))
        loss = page.mine.train_epoch(
            model, F.cross_entropy, optimizer, pixels[shown], classes[shown], int(s.batch), rng
        )
        s.train = [*s.train, float(min(loss, 10.0))]
        s.test = [*s.test, float(min(held_out_loss(model), 10.0))]
        s.flat = np.concatenate([p.data.ravel() for p in model.parameters()]).astype(float)
        s.finished = len(s.train) >= 40

    page.figure(
        Figure(
            "digits",
            draw_digits,
            state=dict(
                flat=[], train=[], test=[held_out_loss(as_model([]))], lr=0.2, batch=32, finished=False
            ),
            controls=[
                Slider("lr", "learning rate η", 0.01, 3.0, 0.2, log=True),
                Slider("batch", "batch size", 1, 600, 32, step=1),
                Button("epoch", "One epoch"),
                Play("epoch", "Train", every=0.15, until="finished"),
                Button("reset", "Start again"),
            ],
            on={"epoch": one_epoch_of_digits},
            caption="Everything is trained while you watch. You may change the learning rate and the batch size on the way. Try η = 3.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Four bodies: `minibatches` hands out the shuffle, `SGD.zero_grad` forgets, `SGD.step` moves, and `train_epoch` puts the four beats together.

    The parameters lie in `self.param_groups`, a list of dicts: go through the groups, and in each through `group["params"]`; the learning rate is `group["lr"]`. The rest
    of the class (momentum, weight decay and so on) has lessons of its own. Here you may leave it to `self.direction(p, group)`, which without them is `p.grad`.

    When your four pass, the figures on this page run on them, and `rung train digits --mine` trains a
    network on real handwritten digits with your `SGD`, your `Linear`, `ReLU` and `CrossEntropy`. (The beats are the same there; the package's own trainer, which can also stop
    and go on, counts them out.)
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    The four beats have the same names there, on purpose. Below, your loop trains our network and the four beats, written out, train PyTorch's. The same first weights, the same batches, the same losses, side by side for three epochs:
    """)
    return


@app.cell
def _():
    import torch

    ours = MLP([64, 32, 10], rng=0)
    theirs = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    for q, p in zip(theirs.parameters(), ours.parameters()):
        q.data = torch.tensor(p.data)

    mine, sgd = page.mine.SGD(ours.parameters(), lr=0.2), torch.optim.SGD(theirs.parameters(), lr=0.2)
    rows = []
    for epoch in range(3):
        loss = page.mine.train_epoch(
            ours, F.cross_entropy, mine, pixels[shown], classes[shown], 32, np.random.default_rng(epoch)
        )
        total = 0.0
        for batch in page.mine.minibatches(600, 32, np.random.default_rng(epoch)):
            sgd.zero_grad()
            batch_loss = torch.nn.functional.cross_entropy(
                theirs(torch.tensor(pixels[batch])), torch.tensor(classes[batch])
            )
            batch_loss.backward()
            sgd.step()
            total += batch_loss.item() * len(batch)
        rows.append((round(loss, 5), round(total / 600, 5)))
    rows
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    In Keras the loop is inside `model.fit(x, y, batch_size=32, epochs=3)`. It is shorter, and the four beats are inside all the same: when training goes wrong, they are where to look first.

    ## Where it breaks

    A wrong loop seldom crashes. It trains worse, and prints numbers that look like learning. Choose a fault; the loop with that fault is run beside the right one.
    """)
    return


@app.cell(hide_code=True)
def _():
    def faulty_losses(fault, lr, epochs=8):
        """Held-out loss by epoch of a loop with one thing wrong."""
        model = MLP([64, 32, 10], rng=0)
        optimizer = page.mine.SGD(model.parameters(), lr=lr)
        rng = np.random.default_rng(0)
        order = np.argsort(classes[shown], kind="stable")
        losses = [drawable(held_out_loss(model))]
        for _ in range(epochs):
            batches = (
                [order[i : i + 32] for i in range(0, 600, 32)]
                if fault == "sorted"
                else page.mine.minibatches(600, 32, rng)
            )
            for batch in batches:
                if fault != "no zero":
                    optimizer.zero_grad()
                scores = model(Tensor(pixels[batch]))
                if fault == "softmax twice":
                    scores = F.softmax(scores)
                F.cross_entropy(scores, classes[batch]).backward()
                if fault == "zero late":
                    optimizer.zero_grad()
                optimizer.step()
            losses.append(drawable(held_out_loss(model)))
        return losses, accuracy(model, pixels[held_out], classes[held_out])

    def drawable(loss):
        """A loss that can be drawn, also of a loop that blew up."""
        return min(loss, 5.0) if np.isfinite(loss) else 5.0

    SAID = {
        "none": "The loop as it should be, twice.",
        "no zero": "`zero_grad()` was left out: every step follows the sum of all gradients so far. Turn η down to 0.02, and for three epochs the faulty loop is far *ahead*, because its steps grow longer and longer; then it runs past the goal. Who stops looking early never finds out.",
        "zero late": "`zero_grad()` stands between `backward()` and `step()`: there is nothing left to step by. The loss does not move at all, which is the kindest of these faults.",
        "sorted": "No shuffle, and the digits sorted by class: each batch teaches one digit, and the next ones teach that it is never that digit.",
        "softmax twice": "Softmax before a loss that applies softmax itself: it trains, and far more slowly, since the second softmax flattens every slope. Nothing warns you, unless you know that the loss this loop prints for ten classes cannot fall below log(e + 9) − 1 ≈ 1.46. (Drawn here is the loss with one softmax, for both loops.)",
    }

    def draw_fault(s):
        """The right loop and the chosen fault, side by side."""
        right, right_score = faulty_losses("none", s.lr)
        wrong, wrong_score = faulty_losses(s.fault, s.lr)
        epochs = np.arange(len(right))
        return [
            Plot(
                [
                    Curve(epochs, right, label="right", color="a"),
                    Curve(epochs, wrong, label="with the fault", color="bad", dash=True),
                ],
                x=(0, 8),
                y=(0, 5),
                xlabel="epoch",
                ylabel="loss on unseen digits (nats)",
                alt="Held-out loss of the right loop and of the faulty one.",
            ),
            Numbers(
                [
                    ("right", f"{right_score:.0%}", "of unseen digits"),
                    ("with the fault", f"{wrong_score:.0%}", "of unseen digits"),
                ]
            ),
            Say(SAID[s.fault]),
        ]

    page.figure(
        Figure(
            "faults",
            draw_fault,
            state=dict(fault="no zero", lr=0.2),
            controls=[
                Choice(
                    "fault",
                    "the fault",
                    {
                        "no zero": "zero_grad() left out",
                        "zero late": "zero_grad() after backward()",
                        "sorted": "no shuffle, sorted data",
                        "softmax twice": "softmax before cross-entropy",
                        "none": "none",
                    },
                    "no zero",
                ),
                Slider("lr", "learning rate η", 0.02, 1.0, 0.2, log=True),
            ],
            caption="Both loops start from the same weights and see the same digits. Losses above 5 are drawn at 5.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "You have 10,000 examples and a batch size of 64. How many steps are three epochs?",
        options=[
            "192, because each epoch takes one step for each row of a batch",
            "468, because only full batches count",
            "471, because the short last batch of each epoch is a step too",
        ],
        answer=2,
        why=[
            "A batch is one step, whatever its size. There are 157 batches in an epoch.",
            "156 full batches an epoch leave 16 examples over. Leaving them out wastes data, and with a fixed order always the same data.",
            "$10{,}000/64=156.25$, so 157 batches an epoch, the last with 16 examples: $3\\cdot157=471$.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "The training loss falls from epoch to epoch; the loss on unseen data falls, then rises. What has happened?",
        options=[
            "From some epoch on, what is learned fits these examples and not others like them",
            "The learning rate is too large, so the loop jumps over the lowest point",
            "The gradients of earlier batches were not cleared and have piled up",
        ],
        answer=0,
        why=[
            "That is overfitting, and the reason why a part of the data is held out. What to do about it has lessons of its own.",
            "Then the *training* loss would jump about or rise as well.",
            "Piled-up gradients spoil the training loss first.",
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

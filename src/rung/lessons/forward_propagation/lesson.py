import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Forward propagation")

with app.setup(hide_code=True):
    import time

    import marimo as mo
    import numpy as np

    import rung.data
    from rung.explain import look
    from rung.explain.subject import Subject
    from rung.learn.figure import (
        Bars,
        Button,
        Choice,
        DrawPad,
        Field,
        Figure,
        Network,
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
    )
    from rung.learn.page import Page
    from rung.scratch import nn, optim
    from rung.scratch.models.forward import forward
    from rung.scratch.models.mlp import MLP
    from rung.scratch.models.notation import unflatten
    from rung.scratch.ops.activation import ReLU
    from rung.scratch.ops.linear import Linear
    from rung.scratch.tensor import Tensor

    page = Page(__file__)

    def shown(value, digits=2):
        """A number for the text, with a real minus sign."""
        return f"{float(value):.{digits}f}".replace("-", "−")

    def summed(weights, inputs, bias):
        """The weighted sum, written out."""
        terms = [(w, f"{abs(w):.1f}·{x:.4g}") for w, x in zip(weights, inputs, strict=True)]
        text = "".join(f" {'−' if v < 0 else '+'} {term}" for v, term in [*terms, (bias, f"{abs(bias):.1f}")])
        return text.removeprefix(" + ").replace(" − ", "−", 1) if weights[0] < 0 else text.removeprefix(" + ")

    def trained(x, y, sizes, lr, epochs, batch, seed, activation="relu"):
        """Train a network by gradient descent, which a later lesson explains, and give its parameters by name."""
        rng = np.random.default_rng(seed)
        net, loss = MLP(sizes, activation=activation, rng=rng), nn.CrossEntropyLoss()
        step = optim.SGD(net.parameters(), lr=lr, momentum=0.9, weight_decay=1e-3)
        for _ in range(epochs):
            for rows in np.array_split(rng.permutation(len(x)), len(x) // batch):
                step.zero_grad()
                loss(net(Tensor(x[rows])), Tensor(y[rows])).backward()
                step.step()
        return unflatten(np.concatenate([p.data.ravel() for p in net.parameters()]), sizes)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # Forward propagation
    *Four measurements of a flower go in, the name of its species comes out. What happened to the numbers on the way?*

    The last lesson gave every weight its address. Now they do their work. A network computes layer by layer, from the input to
    the output; that is all that *forward propagation* (or the *forward pass*) means. Each unit does what the perceptron
    did, with one change.

    **The same sum.** Unit $j$ of layer $l$ adds up what the layer before passed on, each number times its weight, and its
    bias:

    $$z_l[j] = W_l[j,0]\,a_{l-1}[0] + W_l[j,1]\,a_{l-1}[1] + \dots + b_l[j]$$

    **Another answer.** The perceptron answered $-1$ or $+1$: on which side, and not how far. A hidden unit passes on the sum
    itself where it is positive, and 0 where it is not:

    $$a_l[j] = \max(0,\; z_l[j])$$

    This is the *rectified linear unit*, **ReLU**. It keeps "how much", and where it is open its slope is 1. A step has slope 0
    wherever it has one, and you have seen in the lesson on the perceptron's loss why a rule that walks downhill can do
    nothing with that.
    """)
    return


@app.cell(hide_code=True)
def _():
    iris = rung.data.load("iris")
    iris_network = {
        name: piece.round(1).astype(float)
        for name, piece in trained(
            *iris.split("train"), [4, 3, 3], lr=0.03, epochs=60, batch=20, seed=1
        ).items()
    }
    return iris, iris_network


@app.cell(hide_code=True)
def _(iris, iris_network):
    _z = float(iris_network["W1"][1] @ iris.x[0] + iris_network["b1"][1])
    _more = _z + 0.5 * float(iris_network["W1"][1, 2])
    page.predict(
        f"A trained network looks at an iris. The sum of hidden unit 1 is {shown(_z, 1)}, so it passes on 0. Now the petal is half a "
        f"centimetre longer, and the sum of that unit rises to {shown(_more, 1)}. What do the scores at the end notice of *this unit*?",
        [
            "A change: its weights out, times the rise",
            "A jump: the unit switches from off to on",
            "Nothing: it passes on 0, before and after",
            "A fall: its negative sum now weighs less",
        ],
        answer=2,
        reveal="Both sums are negative, so the unit passes on 0 both times, and whatever its weights out are, they multiply a 0. "
        "Try it below with the third slider. The scores do change, because unit 0 feels the longer petal; unit 1 has no part in it "
        "until its sum crosses 0.",
    )
    return


@app.cell(hide_code=True)
def _(iris, iris_network):
    _names = [_f.replace(" (cm)", "") for _f in iris.features]
    _flowers = [0, 60, 120, 25, 85, 133]
    _steps = ["the input", "sums of layer 1", "ReLU of layer 1", "sums of layer 2: the scores"]

    def _measured(s):
        return np.array([s.x0, s.x1, s.x2, s.x3])

    def _draw(s):
        x = _measured(s)
        a0, a1, scores = (np.asarray(a, dtype=float) for a in page.mine.forward(x, iris_network))
        inputs, weights, bias = [
            (a0, iris_network["W1"], iris_network["b1"]),
            (a1, iris_network["W2"], iris_network["b2"]),
        ][s.layer - 1]
        z = weights @ inputs + bias
        hidden = [np.full(3, np.nan), iris_network["W1"] @ a0 + iris_network["b1"], a1, a1][s.stage]
        out = scores if s.stage == 3 else np.full(3, np.nan)
        passed = a1 if s.layer == 1 else scores
        rows = [
            [
                f"unit {j}",
                summed(weights[j], inputs.round(2), bias[j]),
                shown(z[j]) if s.stage >= 1 else "?",
                shown(passed[j]) if s.stage >= 2 else "?",
            ]
            for j in range(3)
        ]
        u = s.unit
        sum_text = summed(weights[u], inputs.round(2), bias[u])
        if s.layer == 2:
            told = f"The score of {iris.names[u]} is {sum_text} = **{shown(z[u])}**, as it is: no ReLU."
        else:
            told = (
                f"Unit {u} of layer 1 adds up {sum_text}"
                + (
                    ".",
                    f" = **{shown(z[u])}**.",
                    f" = {shown(z[u])} and passes on max(0, {shown(z[u])}) = **{shown(a1[u])}**.",
                )[min(s.stage, 2)]
            )
        best = int(np.argmax(scores))
        return [
            Network(
                [_names, ["0", "1", "2"], list(iris.names)],
                weights=[iris_network["W1"], iris_network["W2"]],
                values=[a0, hidden, out],
                pick="pick",
                height=330,
                title=f"step {s.stage} of 3: {_steps[s.stage]}",
                alt=f"A network of 4 inputs, 3 hidden units and 3 scores; hidden activations {a1.round(2)}, scores {scores.round(2)}.",
            ),
            Say(told),
            Table(
                ["", f"row of W{s.layer} · inputs + bias", "sum z", "ReLU: a" if s.layer == 1 else "score"],
                rows,
                highlight=[u],
                title=f"layer {s.layer} as a matrix product: W{s.layer} has one row for each unit",
            ),
            Numbers(
                [
                    (
                        name,
                        shown(score) if s.stage == 3 else "?",
                        "highest: the answer" if j == best and s.stage == 3 else "",
                    )
                    for j, (name, score) in enumerate(zip(iris.names, scores, strict=True))
                ]
            ),
        ]

    def _next(s):
        s.stage = (s.stage + 1) % 4
        s.layer = 2 if s.stage == 3 else 1

    def _pick(s, value):
        if "node" in value and value["layer"] > 0:
            s.layer, s.unit = value["layer"], value["node"]
            s.stage = max(s.stage, 2 if s.layer == 1 else 3)

    def _flower(s):
        s.flower = (s.flower + 1) % len(_flowers)
        s.x0, s.x1, s.x2, s.x3 = (round(float(v), 1) for v in iris.x[_flowers[s.flower]])

    page.figure(
        Figure(
            "flow",
            _draw,
            state=dict(stage=3, layer=1, unit=1, flower=0),
            controls=[
                *(
                    Slider(
                        f"x{_k}",
                        f"{_n} (cm)",
                        round(float(iris.x[:, _k].min()), 1),
                        round(float(iris.x[:, _k].max()), 1),
                        round(float(iris.x[0, _k]), 1),
                        step=0.1,
                    )
                    for _k, _n in enumerate(_names)
                ),
                Play("next", "Let it flow", every=0.9),
                Button("next", "One step"),
                Button("flower", "Another flower"),
                Button("reset", "Start again"),
            ],
            on={"next": _next, "pick": _pick, "flower": _flower},
            caption="A network trained on real irises, its weights rounded to one decimal so that you can check every sum by hand. Click a "
            "unit to see its sum. Each row of the table is one unit and one row of $W$; all rows together are one matrix product.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _(iris, iris_network):
    _x = iris.x[0].astype(float)
    _w, _b = iris_network["W1"], iris_network["b1"]
    _rows = "".join(
        f"| {j} | {summed(_w[j], _x.round(1), _b[j])} | {shown(_w[j] @ _x + _b[j])} | {shown(max(0, _w[j] @ _x + _b[j]))} |\n    "
        for j in range(3)
    )
    _test = (
        forward(iris.split("test")[0].astype(float), iris_network)[-1].argmax(axis=1) == iris.split("test")[1]
    ).sum()
    mo.md(rf"""
    ## A worked number

    The first flower of the data is a setosa: {_x[0]:.1f}, {_x[1]:.1f}, {_x[2]:.1f} and {_x[3]:.1f} cm. Layer 1 makes of it:

    | unit | sum | $z_1$ | $a_1$ |
    |---|---|---|---|
    {_rows}
    Two of the three hidden units are silent for this flower. The scores are then made from {forward(_x, iris_network)[1][0]:.2f}, 0 and 0, and setosa wins
    with {forward(_x, iris_network)[2][0]:.2f}. With weights rounded this roughly the network still names {_test} of the {len(iris.split("test")[1])} flowers that it has never seen.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## One product for a layer, one product for all examples

    The sums of a whole layer are the rows of $W_l$, each multiplied with the same inputs. That is a matrix product. And
    nothing stops us from sending many examples through together: put one example in each **row** of a matrix $A_{l-1}$, and

    $$Z_l = A_{l-1}\,W_l^\top + b_l, \qquad A_l = \max(0,\, Z_l).$$

    | | shape | |
    |---|---|---|
    | $A_{l-1}$ | $(B,\; n_{l-1})$ | $B$ examples (the *batch*), a row each |
    | $W_l^\top$ | $(n_{l-1},\; n_l)$ | the transpose: $W_l$ with rows and columns exchanged |
    | $b_l$ | $(n_l,)$ | NumPy adds it to every row |
    | $Z_l$, $A_l$ | $(B,\; n_l)$ | one row an example, one column a unit |

    **Why the transpose?** Mathematics books put one example in a column and write $z = W a + b$. Code puts examples in rows,
    because a data set is a table with one example a row. Turn the whole product round and the order of its factors
    turns too: $(W a)^\top = a^\top W^\top$. It is the same sum, seen from the side. (Keras stores the transpose to begin with, and
    writes `x @ kernel + bias`.)

    The **last layer has no ReLU.** Its sums are *scores*, one for each class, and the highest is the answer. A score may well
    be negative: what counts is which is larger, and a ReLU would make all negative ones equal.
    """)
    return


@app.cell(hide_code=True)
def _():
    digits = rung.data.load("digits8")
    digit_network = trained(*digits.split("train"), [64, 16, 10], lr=0.2, epochs=25, batch=64, seed=0)
    return digit_network, digits


@app.cell(hide_code=True)
def _(digit_network, digits):
    _x, _y = digits.split("test")

    def _draw(s):
        x = np.array(s.ink, dtype=np.float32).reshape(64)
        _, hidden, scores = (np.asarray(a) for a in page.mine.forward(x, digit_network))
        row, bias = digit_network["W1"][s.unit], float(digit_network["b1"][s.unit])
        product = row * x
        reach = float(np.abs(row).max())
        best = int(np.argmax(scores))
        return [
            Pictures(
                [x.reshape(8, 8) * reach, row.reshape(8, 8), product.reshape(8, 8)],
                columns=3,
                diverging=True,
                low=-reach,
                high=reach,
                titles=["the picture, a₀", f"row {s.unit} of W₁", "pixel × weight"],
                alt="Three pictures of 8 by 8: the digit, the weights of the chosen unit, and their product.",
            ),
            Say(
                f"The third picture adds up to {shown(product.sum())}. With the bias the sum of unit {s.unit} is {shown(product.sum())} "
                f"{'+' if bias >= 0 else '−'} {abs(bias):.2f} = {shown(product.sum() + bias)}, and the unit passes on "
                f"**{shown(max(0.0, float(product.sum()) + bias))}**."
            ),
            Plot(
                [Bars([str(j) for j in range(16)], hidden, group=[int(j == s.unit) for j in range(16)])],
                y=(0, max(8.0, float(hidden.max()) * 1.05)),
                height=170,
                xlabel="hidden unit",
                ylabel="a₁",
                title="what the 16 hidden units pass on",
                alt=f"Bars of the hidden activations; {int((hidden == 0).sum())} of 16 are 0.",
            ),
            Plot(
                [Bars(list("0123456789"), scores, group=[int(j == best) for j in range(10)])],
                y=(min(-12.0, float(scores.min()) * 1.05), max(12.0, float(scores.max()) * 1.05)),
                height=190,
                xlabel="digit",
                ylabel="score",
                title=f"the ten scores: it says {best}",
                alt=f"Bars of the ten scores; the highest is {best}.",
            ),
        ]

    def _another(s):
        s.i = (s.i + 1) % len(_x)
        s.ink = _x[s.i].reshape(8, 8)

    page.figure(
        Figure(
            "digit",
            _draw,
            state=dict(ink=_x[2].reshape(8, 8).tolist(), i=2),
            controls=[
                DrawPad("ink", "draw into the digit", size=8),
                Slider("unit", "hidden unit j", 0, 15, 3),
                Button("another", "Another real digit"),
                Button("reset", "Start again"),
            ],
            on={"another": _another},
            caption=f"A network `[64, 16, 10]`, trained on {len(digits.split('train')[1]):,} digits written by people; it reads "
            f"{(forward(_x, digit_network)[-1].argmax(axis=1) == _y).mean():.1%} of the {len(_y)} others. Draw a stroke and see which units wake up. On the empty "
            "page only the biases speak, and it still answers: a network always answers.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Pictures are rows of a matrix like everything else. Here are all the test digits at once, in two products:
    """)
    return


@app.cell
def _(digit_network, digits):
    x_test, y_test = digits.split("test")
    a0, a1, scores = forward(x_test, digit_network)
    right = (scores.argmax(axis=1) == y_test).mean()
    "\n".join(
        [
            f"a0      {a0.shape}   the pictures",
            f"a1      {a1.shape}   {(a1 == 0).mean():.0%} of these are exactly 0",
            f"scores  {scores.shape}   {right:.1%} of the digits read rightly",
        ]
    )
    return (x_test,)


@app.cell(hide_code=True)
def _(digit_network, x_test):
    def _fastest(work, times=5):
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        return min(seconds)

    _one_by_one = _fastest(lambda: [forward(x, digit_network) for x in x_test])
    _together = _fastest(lambda: forward(x_test, digit_network))
    mo.md(
        f"One by one, in a Python loop, the same {len(x_test)} pictures took {_one_by_one * 1e3:.2f} ms on this machine just now; together, "
        f"{_together * 1e3:.2f} ms: **{_one_by_one / _together:.0f} times** as fast, for the same multiplications. That is why code is written for batches, and why "
        "the examples have an axis of their own in every array from here on."
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Three bodies. `Linear` and `ReLU` are *Functions*: small classes in which `forward` computes and `backward` later sends
    slopes back. `backward` is given, and you need not understand it yet. You only have to see **which names it reads from
    `self`**, because `forward` has to leave them there. Then `forward` strings layers together.

    This is the code that will read digits at the top of this stretch: `rung train digits --mine` trains on your `Linear` and
    your `ReLU`.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.exercise()
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Your `forward` is a function that is handed all its parameters. PyTorch keeps them inside an object, and so does the library. This
    is its network; look for the line that says where there is a ReLU and where there is none.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.models.mlp:MLP", docstring=False)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The same in PyTorch

    Our trained numbers, put into PyTorch's own layers, must give the same scores. They agree to the last digits that float32
    holds:
    """)
    return


@app.cell
def _(digit_network, x_test):
    import torch

    net = torch.nn.Sequential(
        torch.nn.Linear(64, 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 10),  # no ReLU after the last one here either
    )
    for ours, theirs in zip(digit_network.values(), net.parameters(), strict=True):
        theirs.data = torch.tensor(ours)

    with torch.no_grad():
        their_scores = net(torch.tensor(x_test)).numpy()
    difference = np.abs(their_scores - forward(x_test, digit_network)[-1]).max()
    f"largest difference in {their_scores.size:,} scores: {difference:.2g}"
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    In Keras the ReLU is an argument of the layer, which is shorter, and makes it just as easy to leave one too many at the end:

    ```python
    keras.Sequential([
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(10),
    ])
    ```
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## A look inside

    Once the numbers flow, one can watch them. Below, the network that reads digits runs on `Linear` and `ReLU`: on yours from the moment
    they have passed. What goes on in it is drawn by the functions that look into large networks too (`rung look`, and the page of
    every run). The map says which pixels speak **for** the answer (warm) and **against** it (cool). Beside it stands the map of the same
    network with random weights: what is alike in the two was not learned.
    """)
    return


@app.cell(hide_code=True)
def _(digit_network, digits):
    _x, _y = digits.split("test")
    _methods = {
        "gradient-times-input": "gradient × input",
        "integrated-gradients": "integrated gradients",
        "occlusion": "occlusion: cover a pixel",
        "saliency": "saliency: any change",
    }
    _reader = MLP([64, 16, 10], rng=0)
    for _p, _name in zip(_reader.parameters(), ["W1", "b1", "W2", "b2"], strict=True):
        _p.data[...] = digit_network[_name]

    def inside():
        """The network on the parts of this lesson: yours once they have passed."""
        return Subject(_reader, parts={Linear: page.mine.Linear, ReLU: page.mine.ReLU})

    def _draw(s):
        x = _x[s.i : s.i + 1].astype(np.float32)
        subject = inside()
        scores = subject.ask(x)[0]
        seen = look.attribution(subject, x, int(scores.argmax()), s.method, shape=(8, 8))
        learned, noise = seen.values.values()
        passed = list(look.activations(subject, x).values.values())[1].reshape(4, 4)
        return [
            Pictures(
                [
                    x.reshape(8, 8) / x.max(),
                    *(m / max(float(np.abs(m).max()), 1e-9) for m in (learned, noise)),
                ],
                columns=3,
                diverging=True,
                low=-1,
                high=1,
                titles=["the picture", "what speaks for its answer", "the same, random weights"],
                alt="Three pictures of 8 by 8: the digit, the map of what speaks for the answer, and that map with random weights.",
            ),
            Picture(
                passed, title="the 16 hidden units, row by row", diverging=True, width=140, alt="16 numbers."
            ),
            Numbers(
                [
                    ("it says", int(scores.argmax()), f"it is {_y[s.i]}"),
                    ("units that are silent", int((passed == 0).sum()), "of 16"),
                ]
            ),
            Say(" ".join(seen.notes)),
        ]

    def _another(s):
        s.i = (s.i + 1) % len(_x)

    page.figure(
        Figure(
            "inside",
            _draw,
            state=dict(i=2),
            controls=[
                Choice("method", "asked by", _methods, "gradient-times-input"),
                Button("another", "Another digit"),
                Button("reset", "Start again"),
            ],
            on={"another": _another},
            caption="Four ways to ask the same network why it answered so. They need not agree: each asks a question of its own. The "
            "similarity is that of the two maps, 1 where random weights give the same map.",
            parts=True,
        )
    )
    return (inside,)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    In a notebook of your own it is one line; what comes back shows itself, here and in Jupyter.
    """)
    return


@app.cell
def _(digits, inside):
    look.activations(inside(), digits.split("test")[0][:1].astype(np.float32))
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Where it breaks: leave out the ReLU

    Two moons (points drawn by a program), and a network `[2, 8, 2]` trained twice: once with the ReLU between its layers and once without. Nothing else
    differs.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.predict(
        "Without the ReLU it has the same 42 parameters and is trained for just as long. What boundary can it draw between the moons?",
        [
            "A bent one, only a little rougher",
            "One straight line, and nothing else",
            "Two straight lines, one for each layer",
            "None at all: it cannot be trained",
        ],
        answer=1,
        reveal="A weighted sum of weighted sums is a weighted sum. Turn the switch and see; the algebra stands below the figure.",
    )
    return


@app.cell(hide_code=True)
def _():
    moons = rung.data.load("moons")
    _bent = trained(*moons.split("train"), [2, 8, 2], lr=0.2, epochs=60, batch=32, seed=1)
    _straight = trained(
        *moons.split("train"), [2, 8, 2], lr=0.2, epochs=60, batch=32, seed=1, activation="identity"
    )
    _x, _y = moons.split("test")
    _gx, _gy = np.linspace(-1.7, 2.8, 64), np.linspace(-1.2, 1.7, 44)
    _grid = np.stack(np.meshgrid(_gx, _gy), axis=-1).reshape(-1, 2).astype(np.float32)

    def _scores(x, parameters, relu):
        z = Linear().forward(x, parameters["W1"], parameters["b1"])
        a = ReLU().forward(z) if relu else z
        return Linear().forward(a, parameters["W2"], parameters["b2"])

    def _draw(s):
        parameters = _bent if s.relu else _straight
        field = _scores(_grid, parameters, s.relu)
        right = (_scores(_x, parameters, s.relu).argmax(axis=1) == _y).mean()
        one_w = parameters["W2"] @ parameters["W1"]
        one_b = parameters["W2"] @ parameters["b1"] + parameters["b2"]
        gap = np.abs(field - (_grid @ one_w.T + one_b)).max()
        return [
            Plot(
                [
                    Field(
                        (field[:, 1] - field[:, 0]).reshape(44, 64),
                        diverging=True,
                        low=-8,
                        high=8,
                        x=(-1.7, 2.8),
                        y=(-1.2, 1.7),
                    ),
                    Points(_x, group=_y),
                ],
                x=(-1.7, 2.8),
                y=(-1.2, 1.7),
                title="score of one moon minus score of the other",
                alt="The plane coloured by the network's answer: bent round the moons with the ReLU, parted by a straight line without it.",
            ),
            Numbers(
                [
                    ("right side", f"{right:.0%}", f"of {len(_y)} points"),
                    ("parameters", 42, "in both"),
                    (
                        "gap to one layer",
                        f"{gap:.1f}" if gap > 0.05 else f"{gap:.7f}",
                        "W₂W₁ in its place",
                    ),
                ]
            ),
        ]

    page.figure(
        Figure(
            "no-relu",
            _draw,
            controls=[Toggle("relu", "ReLU between the layers", True)],
            caption="Without the bend, $W_2(W_1 x + b_1) + b_2 = (W_2 W_1)\\,x + (W_2 b_1 + b_2)$: two layers are one layer, and a hundred would be one "
            "too. The last number measures it. All that depth is worth comes from what stands between the products.",
        )
    )
    return (moons,)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Where it breaks: a bias that runs the wrong way

    This one gives no error either. A bias stored as a column, of shape (3, 1) in place of (3,), is stretched by NumPy along
    the other axis. With as many flowers as units, every shape fits:
    """)
    return


@app.cell
def _(iris, iris_network):
    three = iris.x[[0, 60, 120]].astype(float)
    z = three @ iris_network["W1"].T
    good, bad = z + iris_network["b1"], z + iris_network["b1"][:, None]
    f"right {good.shape}\n{good.round(2)}\n\nwrong {bad.shape}\n{bad.round(2)}"
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    With four flowers it would be an error at once. So a careful test tries both: sizes that all differ, where a wrong axis fails
    loudly, and sizes that agree, where it has nowhere to hide. The checks of this lesson do.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A batch `x` has shape (32, 64), `W1` has shape (16, 64) and `b1` has shape (16,). What is the shape of `x @ W1.T + b1`?",
        ["(16, 32)", "(32, 16)", "(32, 64)", "an error"],
        answer=1,
        why=[
            "That is the textbook's `W1 @ x.T`, with examples in columns. Here examples stay in rows.",
            "(32, 64) times (64, 16): the inner 64s meet, and 16 biases go into 16 columns.",
            "The 64 inputs are what the sum runs over; they are gone after it.",
            "`x @ W1` would be one: its inner sizes are 64 and 16. The transpose is what makes them meet.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A network `[64, 16, 10]` gives a picture ten scores, all negative. What is wrong?",
        [
            "The ReLU after the last layer was forgotten",
            "The hidden units were all silent",
            "The biases of the last layer are missing",
            "Nothing: the highest of them is the answer",
        ],
        answer=3,
        why=[
            "There is none after the last layer, on purpose: it would turn ten different scores into ten zeros.",
            "Silent hidden units leave the biases alone as scores, and those may have any sign.",
            "A bias may be negative too; nothing follows about whether it is there.",
            "Scores are compared with each other. The next lesson turns any ten numbers into probabilities.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "For one picture, hidden unit 5 has the sum −0.01. For the next one it has −40. What do its listeners receive?",
        [
            "The same 0 from both pictures",
            "A little less from the second picture",
            "Forty times as strong a no from the second",
            "A 0 from the first, an error from the second",
        ],
        answer=0,
        why=[
            "Below 0 the ReLU forgets how far. It is a limit of what one unit can say, and the price of its simplicity.",
            "That would be so if the sum itself were passed on; below 0 it is not.",
            "A silent unit does not say no. It says nothing.",
            "No sum is an error; the ReLU takes any number.",
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

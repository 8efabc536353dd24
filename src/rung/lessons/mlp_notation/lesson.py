import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The notation of a network")

with app.setup(hide_code=True):
    from itertools import pairwise

    import marimo as mo
    import numpy as np

    import rung.data
    from rung.learn.figure import (
        Bars,
        Choice,
        Figure,
        Label,
        Network,
        Numbers,
        Pictures,
        Plot,
        Say,
        Slider,
        Table,
        VLine,
    )
    from rung.learn.page import Page
    from rung.scratch.models.notation import count_parameters, parameter_shapes, unflatten

    page = Page(__file__)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # The notation of a network
    *A small network that reads handwritten digits keeps 13,002 numbers. How do you say which one you mean?*

    One perceptron has a few weights and a bias, and `w` and `b` are names enough. The last lesson put perceptrons side by
    side with another one behind them, and the two layers together drew what no single line can. Now every unit has
    weights of its own, and "the second weight" no longer says which.

    This lesson gives every number an address. There is little to understand and much to get used to; from the next lesson
    on you will read these addresses as you read a street and a house number.

    **The picture.** Units stand in *layers*. Each unit is joined to every unit of the next layer, so the network is called
    *fully connected* or *dense*; its full name is *multilayer perceptron*, MLP for short. Layer 0 holds the inputs and
    computes nothing. The last layer is the *output*. Those between are *hidden*: the data say what goes in and what should
    come out, never what should happen there.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.predict(
        "A network for irises: 4 measurements go in, then a hidden layer of 3 units, then one of 2, and 3 scores come out, "
        "one a species. You add one unit to the first hidden layer. By how many numbers does the network grow?",
        [
            "By 5: four weights in, and a bias",
            "By 6: four weights in, two weights out",
            "By 7: four weights in, a bias, two weights out",
            "By 1: the unit, and nothing else is new",
        ],
        answer=2,
        reveal="A new unit needs a weight from each of the 4 inputs, a bias of its own, and a weight to each of the 2 units "
        "that listen to it: 4 + 1 + 2 = 7. Move the first slider below from 3 to 4 and watch the total.",
    )
    return


@app.cell(hide_code=True)
def _():
    features = [_name.replace(" (cm)", "") for _name in rung.data.load("iris").features]

    def _sizes(s):
        return [4, s.n1, s.n2, 3]

    def _picked(s):
        """The picked edge or unit, moved inside the network when a layer has become smaller."""
        sizes = _sizes(s)
        layer = min(s.layer, 3)
        return (
            layer,
            min(s.to, sizes[layer] - 1),
            min(s.source, sizes[layer - 1] - 1) if s.source >= 0 else -1,
        )

    def _address(s):
        sizes = _sizes(s)
        layer, to, source = _picked(s)
        if layer == 0:
            return (
                f"Unit {to} of layer 0 holds the {features[to]}. It computes nothing, so it has no bias. Its weights "
                f"out are column {to} of $W_1$."
            )
        if source >= 0:
            return (
                rf"This weight is $W_{layer}[{to},{source}]$: layer {layer}, **to** unit {to}, **from** unit {source} of layer "
                rf"{layer - 1}. It stands in row {to}, column {source} of a {sizes[layer]} × {sizes[layer - 1]} matrix."
            )
        out = (
            f" Its weights out are column {to} of $W_{layer + 1}$."
            if layer < 3
            else " Nothing listens to it: it is an output."
        )
        return (
            rf"Unit {to} of layer {layer} adds up row {to} of $W_{layer}$, {sizes[layer - 1]} weights, and its bias $b_{layer}[{to}]$."
            + out
        )

    def _draw(s):
        sizes = _sizes(s)
        layer, to, source = _picked(s)
        strength = [np.full((o, i), 0.12) for i, o in pairwise(sizes)]
        if source >= 0:
            strength[layer - 1][to, source] = 1.0
        else:
            if layer > 0:
                strength[layer - 1][to] = 1.0
            if layer < 3:
                strength[layer][:, to] = 0.45
        shapes = parameter_shapes(sizes)
        rows = []
        for _l in (1, 2, 3):
            (_out, _in), (_biases,) = shapes[f"W{_l}"], shapes[f"b{_l}"]
            rows.append(
                [
                    f"layer {_l}",
                    f"W{_l}: ({_out}, {_in})",
                    _out * _in,
                    f"b{_l}: ({_biases},)",
                    _biases,
                    _out * _in + _biases,
                ]
            )
        names = [[f.replace("petal", "pet.").replace("sepal", "sep.") for f in features]]
        names += [[str(j) for j in range(n)] for n in sizes[1:]]
        return [
            Network(
                names,
                weights=strength,
                pick="pick",
                height=380,
                alt=f"A network with layers of {sizes} units; every unit is joined to every unit of the next layer.",
            ),
            Say(_address(s)),
            Table(
                ["", "weights", "numbers", "biases", "numbers", "sum"],
                rows,
                highlight=[layer - 1] if layer else [],
            ),
            Numbers(
                [
                    ("parameters", count_parameters(sizes), f"in layers of {', '.join(map(str, sizes))}"),
                    (
                        "one more in layer 1",
                        count_parameters([4, s.n1 + 1, s.n2, 3]) - count_parameters(sizes),
                        f"4 + 1 + {s.n2}",
                    ),
                    (
                        "one more in layer 2",
                        count_parameters([4, s.n1, s.n2 + 1, 3]) - count_parameters(sizes),
                        f"{s.n1} + 1 + 3",
                    ),
                ]
            ),
        ]

    def _pick(s, value):
        if "node" in value:
            s.layer, s.to, s.source = value["layer"], value["node"], -1
        else:
            s.layer, s.to, s.source = value["layer"] + 1, value["to"], value["from"]

    page.figure(
        Figure(
            "addresses",
            _draw,
            state=dict(layer=2, to=1, source=0),
            controls=[Slider("n1", "units in layer 1", 1, 6, 3), Slider("n2", "units in layer 2", 1, 6, 2)],
            on={"pick": _pick},
            caption="Click a line to read its address, or a circle to see what arrives at it (strong) and what leaves it "
            "(fainter). Change a layer and follow the two shapes on either side of it: one gains a row, the other a column.",
        )
    )
    return (features,)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## The names

    | name | shape | what it is |
    |---|---|---|
    | $n_l$ | a number | how many units layer $l$ has; $n_0$ is the number of inputs |
    | $L$ | a number | how many layers of weights there are; the output is layer $L$ |
    | $W_l$ | $(n_l,\; n_{l-1})$ | the weights from layer $l-1$ to layer $l$ |
    | $b_l$ | $(n_l,)$ | the biases of layer $l$ |
    | $W_l[j, k]$ | a number | the weight **to** unit $j$ of layer $l$, **from** unit $k$ of layer $l-1$ |

    Two things trip people up; *What to read* has a witness for each.

    **The order is "to, from", although the signal runs the other way.** The reason is the weighted sum you know. Unit $j$
    of layer $l$ computes

    $$z_l[j] \;=\; W_l[j,0]\,a_{l-1}[0] + W_l[j,1]\,a_{l-1}[1] + \dots + b_l[j],$$

    where $a_{l-1}$ is what the layer before passed on. All the weights of that sum begin with the same $j$: they are one
    **row**. A row of $W_l$ is one perceptron. That is why the matrix is *out × in*.

    **Some count the input as a layer and some do not.** The network above is a "three-layer network" to one author and a
    "four-layer network" to another. Say "two hidden layers" and nobody can mistake you.

    The **parameters** of a network are all its weights and biases: the numbers that training will change. Their count is

    $$\sum_{l=1}^{L} \left( n_l\, n_{l-1} + n_l \right).$$

    It depends on the sizes of the layers only. A thousand examples or a million pass through the same parameters.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    This is where the library makes one layer. The call says inputs first, outputs second, as people speak; the weight's shape
    says `(out_features, in_features)`. (`init.uniform` draws the first values; choosing them well is a lesson of its own.)
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.nn.linear:Linear.__init__")
    return


@app.cell(hide_code=True)
def _():
    _sizes = [784, 16, 16, 10]
    _rows = []
    for _l, (_i, _o) in enumerate(pairwise(_sizes), start=1):
        _n = count_parameters([_i, _o])
        _rows.append(
            f"| {_l} | ({_o}, {_i}) | {_o} × {_i} = {_o * _i:,} | ({_o},) | {_o} | {_n:,} | {_n / count_parameters(_sizes):.1%} |"
        )
    mo.md(
        r"""
    ## A worked number

    A picture of a digit with 28 × 28 = 784 pixels, two hidden layers of 16 units, ten scores: sizes
    `[784, 16, 16, 10]`.

    | layer | shape of $W$ | weights | shape of $b$ | biases | together | share |
    |---|---|---|---|---|---|---|
    """.rstrip()
        + "\n    "
        + "\n    ".join(_rows)
        + rf"""
    | all | | {sum(o * i for i, o in pairwise(_sizes)):,} | | {sum(_sizes[1:])} | **{count_parameters(_sizes):,}** | |

    The hidden layers look alike in a drawing, and nearly all the numbers are in the first: what makes a dense network
    large is a wide input. A colour photograph of 1000 × 1000 pixels has 3,000,000 inputs, and one layer of 1,000 units on
    it would have {count_parameters([3_000_000, 1_000]):,} parameters: {count_parameters([3_000_000, 1_000]) * 4 / 1e9:.0f} GB at
    4 bytes each, before anything is computed. Networks for photographs are built another way; that is a later lesson.
    """
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## All of them in one line

    A computer's memory has no rows and columns. A matrix lies in it as one line of numbers, row after row, and the
    parameters of a whole network can lie in a single line too: all of $W_1$, then $b_1$, then $W_2$, then $b_2$, and so on.
    That line is usually called $\theta$ (theta), and "the parameters $\theta$" in a paper means exactly this. It is useful:
    saving, copying, averaging or changing every parameter is then one operation on one array.

    It is also where addresses pay off. Which weight is $\theta[17]$?
    """)
    return


@app.cell(hide_code=True)
def _(features):
    flat_sizes = [4, 3, 2, 3]
    flat_theta = np.random.default_rng(7).normal(size=count_parameters(flat_sizes)).round(2)

    def _draw(s):
        where = page.mine.unflatten(
            np.arange(len(flat_theta)), flat_sizes
        )  # each number's place in theta, in its matrix
        rows, piece = [], np.zeros(len(flat_theta), dtype=int)
        strength = [np.full((o, i), 0.12) for i, o in pairwise(flat_sizes)]
        address, found = "", 0
        for _number, (_name, _places) in enumerate(where.items()):
            piece[np.ravel(_places)] = _number
            rows.append(
                [
                    _name,
                    str(tuple(np.shape(_places))),
                    f"{np.min(_places)} to {np.max(_places)}",
                    np.size(_places),
                ]
            )
            if s.k in _places:
                _index = [int(i[0]) for i in np.nonzero(np.asarray(_places) == s.k)]
                found, _layer = _number, int(_name[1:])
                if _name.startswith("W"):
                    strength[_layer - 1][tuple(_index)] = 1.0
                    _from = features[_index[1]] if _layer == 1 else f"unit {_index[1]} of layer {_layer - 1}"
                    address = (
                        rf"$\theta[{s.k}]$ is $W_{_layer}[{_index[0]},{_index[1]}]$, the weight from {_from} to unit {_index[0]} of layer "
                        rf"{_layer}. $W_{_layer}$ begins at {np.min(_places)}, and "
                        rf"{np.min(_places)} + {_index[0]} · {np.shape(_places)[1]} + {_index[1]} = {s.k}."
                    )
                else:
                    strength[_layer - 1][_index[0]] = 0.45
                    address = (
                        rf"$\theta[{s.k}]$ is $b_{_layer}[{_index[0]}]$, the bias of unit {_index[0]} of layer {_layer}. "
                        rf"$b_{_layer}$ begins at {np.min(_places)}, and {np.min(_places)} + {_index[0]} = {s.k}."
                    )
        middles = [(name, float(np.mean(places))) for name, places in where.items()]
        labels = [str(i) if i % 4 == 0 else "" for i in range(len(flat_theta))]
        return [
            Plot(
                [
                    Bars(labels, flat_theta, group=piece),
                    *(Label([middle, 2.5], name) for name, middle in middles),
                    VLine(s.k, color="accent"),
                ],
                y=(-2.9, 2.9),
                xlabel="place in θ",
                ylabel="value",
                height=200,
                title=f"θ, {len(flat_theta)} numbers in one line; θ[{s.k}] = {flat_theta[s.k]:.2f}".replace(
                    "-", "−"
                ),
                alt=f"Bars of the {len(flat_theta)} parameters in order, coloured by the matrix or bias they belong to.",
            ),
            Say(address),
            Network(
                [[""] * 4, *[[str(j) for j in range(n)] for n in flat_sizes[1:]]],
                weights=strength,
                height=280,
                alt="The network, with the weight at the chosen place drawn strong.",
            ),
            Table(["piece", "shape", "places in θ", "numbers"], rows, highlight=[found]),
        ]

    page.figure(
        Figure(
            "theta",
            _draw,
            controls=[Slider("k", "place k in θ", 0, len(flat_theta) - 1, 17)],
            caption="Move along the line and watch which wire it is. A bias has no wire; the weights into its unit light up "
            "instead. Once your `unflatten` has passed, it is yours that cuts.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    Write the three functions. The first two are short. `unflatten` is the one to think about: it cuts $\theta$ into the
    named pieces, and refuses a $\theta$ of the wrong length instead of cutting nonsense. The error to raise is already imported:
    `raise ShapeError("what happened")`.
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

    `nn.Linear(inputs, outputs)` holds one $W$ and one $b$. Note the order: the *call* says in, out; the *shape* says out, in.
    (`nn.ReLU` has no parameters; the next lesson says what it does.)
    """)
    return


@app.cell
def _():
    import torch

    net = torch.nn.Sequential(
        torch.nn.Linear(784, 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 10),
    )
    shapes = [f"{name:10} {tuple(p.shape)}" for name, p in net.named_parameters()]
    count = sum(p.numel() for p in net.parameters())
    "\n".join([*shapes, f"together   {count:,}"])
    return net, torch


@app.cell
def _(net, torch):
    theta = torch.nn.utils.parameters_to_vector(net.parameters())
    ours = unflatten(theta.detach().numpy(), [784, 16, 16, 10])
    pairs = zip(ours.items(), net.parameters(), strict=True)
    {name: bool((piece == p.detach().numpy()).all()) for (name, piece), p in pairs}
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    PyTorch flattens in the same order, so our `unflatten` cuts its vector into the very same matrices. Keras stores each
    matrix the other way round, inputs × units, and writes the layer as `x @ kernel + bias`:

    ```python
    keras.layers.Dense(16).build((None, 784))   # kernel (784, 16), bias (16,)
    ```

    Neither is wrong. A weight matrix that travels from one to the other must be transposed.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Where it breaks

    If only every mix-up ended in an error. A matrix of 16 × 784 and one of 784 × 16 hold equally many numbers, so `reshape` will
    make either out of the same line of $\theta$ without a word.

    Below is our network `[784, 16, 16, 10]`, trained a moment ago on 4,000 real handwritten digits. (How it is trained comes
    later; here it only matters that its 13,002 numbers are worth something.) A row of $W_1$ has 784 weights, one for
    each pixel, so a row can be looked at: it is a picture of what its unit looks for, orange where ink speaks for it and
    blue where ink speaks against. Now cut the same $\theta$ the wrong way.
    """)
    return


@app.cell(hide_code=True)
def _():
    from rung.scratch import nn, optim
    from rung.scratch.models.forward import forward
    from rung.scratch.models.mlp import MLP
    from rung.scratch.tensor import Tensor

    _digits = rung.data.load("mnist5k")
    _sizes = [784, 16, 16, 10]
    _x, _y = _digits.split("test")

    def _trained(x, y, epochs=6, batch=64, seed=0):
        """Train by gradient descent, which a later lesson explains, and give all the parameters in one line."""
        rng = np.random.default_rng(seed)
        net, loss = MLP(_sizes, rng=rng), nn.CrossEntropyLoss()
        step = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.005)
        for _ in range(epochs):
            for rows in np.array_split(rng.permutation(len(x)), len(x) // batch):
                step.zero_grad()
                loss(net(Tensor(x[rows])), Tensor(y[rows])).backward()
                step.step()
        return np.concatenate([p.data.ravel() for p in net.parameters()])

    _theta = _trained(*_digits.split("train"))
    _units = np.sort(np.argsort(-np.abs(unflatten(_theta, _sizes)["W1"]).sum(axis=1))[:8])

    def _columns_first(theta):
        """Cut wrongly: each matrix filled column by column. Same numbers, same shapes."""
        return {name: piece.reshape(piece.shape[::-1]).T for name, piece in unflatten(theta, _sizes).items()}

    _cuts = {"rows": unflatten(_theta, _sizes), "columns": _columns_first(_theta)}
    _right = {
        cut: (forward(_x, parameters)[-1].argmax(axis=1) == _y).mean() for cut, parameters in _cuts.items()
    }

    def _draw(s):
        weights = _cuts[s.cut]["W1"]
        return [
            Pictures(
                [weights[j].reshape(28, 28) for j in _units],
                titles=[f"W1[{j}]" for j in _units],
                columns=4,
                diverging=True,
                low=-0.3,
                high=0.3,
                title="eight rows of W1, as pictures",
                alt="Eight pictures of weights: strokes and blots for the right cut, an even grain for the wrong one.",
            ),
            Numbers(
                [
                    ("shape of W1", str(weights.shape), "in both"),
                    ("numbers in θ", f"{len(_theta):,}", "in both"),
                    (
                        "read rightly",
                        f"{_right[s.cut]:.1%}",
                        f"of {len(_y):,} others",
                    ),
                ]
            ),
        ]

    page.figure(
        Figure(
            "wrong-cut",
            _draw,
            controls=[
                Choice(
                    "cut",
                    "how the line is cut",
                    {"rows": "row by row", "columns": "column by column"},
                    "rows",
                )
            ],
            caption="No error, no warning, every shape correct: only the pictures and the score know (a blind guess is right once in ten). When a network that "
            "used to work guesses after you loaded its weights, look here first.",
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A layer leads from 10 units to 4. Which is the weight from unit 2 of the earlier layer to unit 3 of the later one?",
        [
            "$W[2, 3]$, in a matrix of shape (10, 4)",
            "$W[3, 2]$, in a matrix of shape (4, 10)",
            "$W[3, 2]$, in a matrix of shape (10, 4)",
            "$W[2, 3]$, in a matrix of shape (4, 10)",
        ],
        answer=1,
        why=[
            "That is Keras's order, from first. Here and in PyTorch the first index says where the weight leads **to**.",
            "To first, from second; four rows, one for each unit of the later layer.",
            "The indices are right, but row 3 of a (10, 4) matrix belongs to a layer of ten units.",
            "The shape is right, but row 2 belongs to unit 2 of the later layer, and column 3 to unit 3 of the earlier one.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "You train the network `[4, 3, 3]` on 60 flowers in place of 150. How does the number of its parameters change?",
        [
            "It stays the same, whatever the data",
            "It falls to 60/150 of what it was",
            "It falls by one bias for each flower",
            "It depends on how long you train it",
        ],
        answer=0,
        why=[
            f"The sizes are all that counts: {count_parameters([4, 3, 3])} parameters. The data decide their values, not their number.",
            "The flowers go through the network one by one or side by side; none of them brings a weight along.",
            "A bias belongs to a unit, not to an example.",
            "Training changes the values of the parameters and never their number.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A network has sizes `[8, 5, 1]`. How many biases does it have?",
        [
            "2, one for each layer of weights",
            "14, one for each unit there is",
            "13, one for each unit before the last",
            "6, one for each unit that computes",
        ],
        answer=3,
        why=[
            "Each unit of a layer has its own; a layer does not share one.",
            "This counts the 8 inputs, which compute nothing and have none.",
            "This gives biases to the inputs and takes the output's away.",
            "5 hidden units and 1 output. The inputs only hold what comes in.",
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

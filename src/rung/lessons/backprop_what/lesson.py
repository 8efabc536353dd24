import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Backpropagation: what it computes")

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from rung.data import load
    from rung.learn.figure import (
        Button,
        Curve,
        Figure,
        HLine,
        Network,
        Numbers,
        Plot,
        Points,
        Say,
        Slider,
        Table,
    )
    from rung.learn.page import Page
    from rung.scratch.models.two_layer import predict, squared_error

    page = Page(__file__)

    # One real flower: an iris virginica, its petal measured, both numbers standardised over the two species.
    iris = load("iris")
    petals = np.asarray(iris.x)[50:, 2:4]
    petals = (petals - petals.mean(0)) / petals.std(0)
    flower = petals[70].round(2)  # petal length and width of the 71st flower, in standard deviations
    target = 1.0  # +1 for virginica, -1 for versicolor

    # First weights by hand, so that no hidden unit starts out flat.
    start = dict(
        w1=[[0.9, -0.6], [-0.5, 0.7], [0.4, 0.3]], b1=[0.1, -0.2, 0.3], w2=[-0.8, -0.5, 0.6], b2=-0.1
    )

    def network(s):
        """The weights and biases in a state, as arrays."""
        return np.array(s["w1"]), np.array(s["b1"]), np.array(s["w2"]), float(s["b2"])

    def loss_of(w1, b1, w2, b2, x=flower):
        """The loss of the flower under these weights."""
        return squared_error(predict(x, w1, b1, w2, b2)[2], target)


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # Backpropagation: what it computes

    *A network has thirteen knobs and one number that says how wrong it is. Which knob should turn, which way, and how
    much does each one matter?*

    You could try: turn one knob a hair, run the network again, see whether the loss went up or down. Thirteen
    knobs, thirteen more runs. GPT-3 has 175 billion knobs (Brown and others, 2020). Backpropagation answers for **all** of them at once, at
    the price of about two more runs, and without trying anything. This page is about what that answer *is*. How a
    computer finds it for any network comes next.
    """)
    return


@app.cell(hide_code=True)
def _():
    _w1, _b1, _w2, _b2 = network(start)
    _z, _h, _y_hat = predict(flower, _w1, _b1, _w2, _b2)
    mo.md(rf"""
    The network here has two inputs, three hidden units and one output. In place of ReLU its hidden units bend their sums with $\tanh$, a smooth curve that
    rises from $-1$ far on the left through 0 to $+1$ far on the right, so that it has a slope everywhere. It looks at one real flower, an *iris virginica* whose petal
    length and width are {flower[0]:+.2f} and {flower[1]:+.2f} (in standard deviations). The target for virginica is $y=+1$. With its
    present weights the network says $\hat y={_y_hat:.3f}$, so the loss is $L=(\hat y-y)^2={squared_error(_y_hat, target):.3f}$.
    """)
    return


@app.cell(hide_code=True)
def _():
    _w1, _b1, _w2, _b2 = network(start)
    _slope = page.mine.gradients(flower, target, _w1, _b1, _w2, _b2)[0][0, 0]
    page.predict(
        rf"The first weight of the first hidden unit is $W_1[0,0]={_w1[0, 0]:.2f}$. It reaches the output through $w_2[0]={_w2[0]:.2f}$, "
        rf"the output is too {'low' if predict(flower, _w1, _b1, _w2, _b2)[2] < target else 'high'}, and the petal length is {flower[0]:+.2f}. "
        "If this weight grows a little, what does the loss do?",
        options=["It grows", "It shrinks", "It stays as it is: the weight is too far from the loss"],
        answer=0 if _slope > 0 else 1,
        reveal=rf"Follow the signs: each step from the weight to the loss either keeps the direction or turns it round. "
        rf"The slope is ${_slope:+.4f}$: for every 0.01 you add to the weight, the loss changes by about ${0.01 * _slope:+.5f}$.",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Click any line of the network below, that is, any weight, then move it with the slider. The curve is the loss that the network really
    has, for every value of that one weight. The straight line has the slope that backpropagation computed, from the present weights alone, without
    looking left or right. **It touches the curve everywhere you go.** That is all that backpropagation promises: at the point where you
    stand, it knows the slope of every such curve.
    """)
    return


@app.cell(hide_code=True)
def _():
    def moved(s, value):
        """The weights and biases of a state with `value` in the place of the picked weight."""
        w1, b1, w2, b2 = network(dict(w1=s.w1, b1=s.b1, w2=s.w2, b2=s.b2))
        if s.layer == 0:
            w1[s.to, s.from_] = value
        else:
            w2[s.from_] = value
        return w1, b1, w2, b2

    def factor(value):
        """A number as a factor of a product: in brackets if it is negative."""
        return f"{value:.3f}" if value >= 0 else f"({value:.3f})"

    def draw(s):
        """The network, the loss against the picked weight with its tangent, and the product along the path."""
        w1, b1, w2, b2 = moved(s, s.value)
        _, h, y_hat = predict(flower, w1, b1, w2, b2)
        d_w1, _, d_w2, _ = page.mine.gradients(flower, target, w1, b1, w2, b2)
        slope = d_w1[s.to, s.from_] if s.layer == 0 else d_w2[s.from_]
        here = loss_of(w1, b1, w2, b2)

        def at(value):
            return loss_of(*moved(s, value))

        values = np.linspace(-3, 3, 121)
        losses = [at(value) for value in values]
        near = np.array([s.value - 1.0, s.value + 1.0])
        nudge = 0.001
        measured = (at(s.value + nudge) - at(s.value - nudge)) / (2 * nudge)

        first = 2 * (y_hat - target)
        if s.layer == 1:
            name = rf"w_2[{s.from_}]"
            chain = rf"""$$\frac{{dL}}{{d{name}}} = \underbrace{{\frac{{dL}}{{d\hat y}}}}_{{2(\hat y-y)}} \cdot \underbrace{{\frac{{d\hat y}}{{d{name}}}}}_{{h[{s.from_}]}}
            = {factor(first)} \cdot {factor(h[s.from_])} = {slope:.4f}$$"""
        else:
            j, k = s.to, s.from_
            name = rf"W_1[{j},{k}]"
            chain = rf"""$$\frac{{dL}}{{d{name}}} = \underbrace{{\frac{{dL}}{{d\hat y}}}}_{{2(\hat y-y)}} \cdot \underbrace{{\frac{{d\hat y}}{{dh[{j}]}}}}_{{w_2[{j}]}}
            \cdot \underbrace{{\frac{{dh[{j}]}}{{dz[{j}]}}}}_{{1-h[{j}]^2}} \cdot \underbrace{{\frac{{dz[{j}]}}{{d{name}}}}}_{{x[{k}]}}
            = {factor(first)} \cdot {factor(w2[j])} \cdot {factor(1 - h[j] ** 2)} \cdot {factor(flower[k])} = {slope:.4f}$$"""
        return [
            Network(
                [["length", "width"], ["h[0]", "h[1]", "h[2]"], ["ŷ"]],
                weights=[w1.tolist(), [w2.tolist()]],
                values=[flower.tolist(), h.tolist(), [y_hat]],
                pick="pick",
                title="click a weight",
            ),
            Plot(
                [
                    Curve(values, losses, label="the loss, measured", color="a"),
                    Curve(
                        near,
                        here + slope * (near - s.value),
                        label="the slope, computed",
                        color="accent",
                        dash=True,
                    ),
                    Points([[s.value, here]], size=7),
                ],
                x=(-3, 3),
                y=(0, 4),
                xlabel="the picked weight",
                ylabel="loss",
                alt="The loss as a curve over the picked weight, with the tangent that backpropagation computed.",
            ),
            Numbers(
                [
                    ("backpropagation", round(float(slope), 5), "computed"),
                    ("a nudge of ±0.001", round(measured, 5), "measured"),
                    ("loss", round(here, 4), ""),
                ]
            ),
            Say(chain),
        ]

    def pick(s, value):
        """Take the clicked weight under the slider; a click on a unit changes nothing."""
        if "to" in value:
            w1, _, w2, _ = moved(s, s.value)  # keep the weight that was under the slider
            s.w1, s.w2 = w1, w2
            s.layer, s.to, s.from_ = value["layer"], value["to"], value["from"]
            s.value = s.w1[s.to][s.from_] if s.layer == 0 else s.w2[s.from_]

    page.figure(
        Figure(
            "slopes",
            draw,
            state=dict(start, layer=0, to=0, from_=0, value=start["w1"][0][0]),
            controls=[
                Slider("value", "the picked weight", -3, 3, start["w1"][0][0], step=0.01),
                Button("reset", "Start again"),
            ],
            on={"pick": pick},
            caption="One flower, one network. Orange and blue lines are weights of either sign, thicker when larger. The solid curve is found by running the network "
            "121 times; the dashed line by one walk back from the loss. The two numbers below it agree wherever you move.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## A slope is an exchange rate

    The **derivative** $\frac{dL}{dw}$ is an exchange rate: how much loss you get for a little more weight. (While other weights are held still, many books
    write it $\frac{\partial L}{\partial w}$, as the lesson on the perceptron's loss did. It is the same number.) Exchange rates along a chain multiply. If one
    euro buys 1.1 dollars and a dollar buys 150 yen, a euro buys $1.1\cdot150$ yen. A weight changes a sum, the sum changes an
    activation, the activation changes the output, the output changes the loss: multiply the four rates. That is the **chain rule**,

    $$\frac{dL}{dw} = \frac{dL}{d\hat y}\cdot\frac{d\hat y}{dh}\cdot\frac{dh}{dz}\cdot\frac{dz}{dw}.$$

    Each rate belongs to *one* small step, and for each you need a single fact:

    | step | its slope | in words |
    |---|---|---|
    | $L = (\hat y - y)^2$ | $2(\hat y - y)$ | the further off, the steeper |
    | $\hat y = w_2\cdot h + b_2$ | $w_2[j]$ toward $h[j]$; $h[j]$ toward $w_2[j]$; $1$ toward $b_2$ | in a product, each factor's slope is the other factor |
    | $h = \tanh(z)$ | $1 - h^2$ | steepest at $z=0$, flat far out |
    | $z = W_1 x + b_1$ | $x[k]$ toward $W_1[j,k]$; $1$ toward $b_1[j]$ | again: the other factor |

    **Why backwards?** All thirteen products begin with the same factor, $\frac{dL}{d\hat y}$. Nine of them go on with $\frac{dL}{dz[j]}$. Start
    at the loss, keep each product when you have it, and the next one costs a single multiplication. Start at the weights and you would multiply the same
    numbers again for each of them.
    """)
    return


@app.cell(hide_code=True)
def _():
    _w1, _b1, _w2, _b2 = network(start)
    _z, _h, _y_hat = predict(flower, _w1, _b1, _w2, _b2)
    _d = 2 * (_y_hat - target)
    _d_h = _d * _w2
    _d_z = _d_h * (1 - _h**2)
    mo.md(rf"""
    ## The walk back, in numbers

    For our flower and the first weights, unit by unit:

    | | $j=0$ | $j=1$ | $j=2$ |
    |---|---|---|---|
    | $h[j]$ | {_h[0]:.3f} | {_h[1]:.3f} | {_h[2]:.3f} |
    | $\frac{{dL}}{{dh[j]}} = {_d:.3f}\cdot w_2[j]$ | {_d_h[0]:.3f} | {_d_h[1]:.3f} | {_d_h[2]:.3f} |
    | $\frac{{dL}}{{dz[j]}} = \frac{{dL}}{{dh[j]}}\,(1-h[j]^2)$ | {_d_z[0]:.3f} | {_d_z[1]:.3f} | {_d_z[2]:.3f} |
    | $\frac{{dL}}{{dW_1[j,0]}} = \frac{{dL}}{{dz[j]}}\cdot {flower[0]:.2f}$ | {_d_z[0] * flower[0]:.3f} | {_d_z[1] * flower[0]:.3f} | {_d_z[2] * flower[0]:.3f} |
    | $\frac{{dL}}{{dW_1[j,1]}} = \frac{{dL}}{{dz[j]}}\cdot {flower[1]:.2f}$ | {_d_z[0] * flower[1]:.3f} | {_d_z[1] * flower[1]:.3f} | {_d_z[2] * flower[1]:.3f} |

    Each slope is one that stands above it times one more number: a weight, an input, or a factor made from an activation that the forward pass left
    behind. Nothing is run again.
    """)
    return


@app.cell(hide_code=True)
def _():
    _w1, _b1, _w2, _b2 = network(start)
    _z, _h, _y_hat = predict(flower, _w1, _b1, _w2, _b2)
    _paths = 2 * (_y_hat - target) * _w2 * (1 - _h**2) * _w1[:, 0]
    _nudge = 0.001
    _up = loss_of(_w1, _b1, _w2, _b2, flower + np.array([_nudge, 0]))
    _down = loss_of(_w1, _b1, _w2, _b2, flower - np.array([_nudge, 0]))
    mo.md(rf"""
    ## Multiply along a path, add over paths

    A weight of this network has one path to the loss. The petal *length* has three: through each hidden unit. Its influence arrives in
    three parts, and parts of an influence add up:

    $$\frac{{dL}}{{dx[0]}} = \underbrace{{{_paths[0]:.3f}}}_{{\text{{via }}h[0]}} + \underbrace{{({_paths[1]:.3f})}}_{{\text{{via }}h[1]}}
    + \underbrace{{({_paths[2]:.3f})}}_{{\text{{via }}h[2]}} = {_paths.sum():.4f}.$$

    Nudging the petal length by $\pm{_nudge}$ and measuring gives {(_up - _down) / (2 * _nudge):.4f}. In a network with a second hidden layer
    every weight of the first has several paths, and this is the rule people forget. *Multiply along a path, add over paths*: there is no third rule.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Your turn

    `predict` is given. Write `gradients`: the slope of the loss with respect to $W_1$, $b_1$, $w_2$ and $b_2$. Six lines do it, each made from an entry of the first
    table. Try to write them from that table before you look at the formulas in the docstring; the part to think about is how a slope for each $z[j]$ and an input for each
    $x[k]$ become a whole matrix.
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

    PyTorch keeps a record of the steps while it runs them and walks back when you say `backward()`. The slopes land in `.grad`, one for each
    number that asked for it. Compare with `gradients`:
    """)
    return


@app.cell
def _():
    import torch

    w1, b1, w2, b2 = (
        torch.tensor(start[name], dtype=torch.float64, requires_grad=True)
        for name in ("w1", "b1", "w2", "b2")
    )
    x = torch.tensor(flower, dtype=torch.float64)
    loss = (w2 @ torch.tanh(w1 @ x + b1) + b2 - target) ** 2
    loss.backward()

    ours = page.mine.gradients(flower, target, *network(start))
    {
        name: float(np.abs(p.grad.numpy() - g).max())
        for name, p, g in zip(["w1", "b1", "w2", "b2"], (w1, b1, w2, b2), ours)
    }
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Those are the largest differences between PyTorch's slopes and ours: nothing, or the last digit of a 64-bit number.

    ## Where it breaks

    A slope is a promise about *here*. Take the step that the slopes advise, downhill for all thirteen numbers at once, and choose
    the learning rate $\eta$, that is, how many times the slope to go. For short steps the loss falls as promised. Make it longer, and the promise (dashed) and the truth part ways. The second slider pushes the
    hidden units far out, where $\tanh$ is flat: the factor $1-h^2$ is then almost zero, the slopes of all weights and biases between the inputs and it vanish, and the
    first layer cannot learn, however wrong the output is.
    """)
    return


@app.cell(hide_code=True)
def _():
    def draw_step(s):
        """The loss along the downhill direction against what the slopes promise."""
        w1, b1, w2, b2 = network(start)
        b1 = b1 + s.push * np.sign(w1 @ flower + b1)
        slopes = page.mine.gradients(flower, target, w1, b1, w2, b2)
        steepness = sum(float(np.sum(np.square(slope))) for slope in slopes)

        def after(step):
            after_step = [p - step * np.asarray(g) for p, g in zip((w1, b1, w2, b2), slopes, strict=True)]
            return loss_of(*after_step[:3], float(after_step[3]))

        here = loss_of(w1, b1, w2, b2)
        steps = np.linspace(0, 0.5, 151)
        h = predict(flower, w1, b1, w2, b2)[1]
        return [
            Plot(
                [
                    Curve(steps, [after(step) for step in steps], label="what happens", color="a"),
                    Curve(
                        steps,
                        here - steps * steepness,
                        label="what the slopes promise",
                        color="accent",
                        dash=True,
                    ),
                    HLine(0),
                    Points([[s.step, after(s.step)]], size=7),
                ],
                x=(0, 0.5),
                y=(-1, 4),
                xlabel="learning rate η",
                ylabel="loss",
                alt="The loss after a step downhill against the learning rate, with the straight line the slopes promise.",
            ),
            Numbers(
                [
                    ("loss before", round(here, 4), ""),
                    ("loss after", round(after(s.step), 4), f"promised {here - s.step * steepness:.4f}"),
                    ("largest slope in W₁", round(float(np.abs(slopes[0]).max()), 5), ""),
                ]
            ),
            Table(
                ["hidden unit", "activation h", "factor 1 − h²"],
                [[f"h[{j}]", float(h[j]), float(1 - h[j] ** 2)] for j in range(3)],
            ),
        ]

    page.figure(
        Figure(
            "step",
            draw_step,
            state=dict(step=0.05, push=0.0),
            controls=[
                Slider("step", "learning rate η", 0.0, 0.5, 0.05, step=0.005),
                Slider("push", "push the hidden units outward by", 0.0, 6.0, 0.0, step=0.1),
            ],
            caption="Solid: the loss after moving all weights against their slopes. Dashed: the straight line through the same start. They agree for small η only.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A hidden unit's activation is $h=0.999$. How much slope reaches its own weights, those between the inputs and it?",
        options=[
            "Nearly the whole slope, because a large activation means a large influence",
            "Nearly nothing, because the slope of tanh there is about 0.002",
            "The slope with its sign turned round, because the unit is at its upper end",
        ],
        answer=1,
        why=[
            "A large $h$ makes a large slope for the weight that comes *after* it, in $w_2$: there $h$ is the other factor. For the weights before it the factor is $1-h^2$.",
            "$1-0.999^2\\approx0.002$. The unit is saturated: turning its inputs moves it hardly at all, so they get hardly any slope.",
            "The slope of tanh is never negative: more input always gives more output, if only a little.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "Why does backpropagation walk from the loss to the weights, and not the other way?",
        options=[
            "Because the slopes of later layers are wanted before those of earlier layers when taking the step",
            "Because the chain rule holds in that direction only, from the result to its causes",
            "Because there is one loss and there are many weights, so products that begin at the loss are shared",
        ],
        answer=2,
        why=[
            "The step needs all slopes and uses them together; none is wanted first.",
            "The product is the same read from either end. Walking forward gives right answers too, one weight (or one input) at a time.",
            "Walking back, one sweep serves every weight. With one input and many outputs, walking forward would be the cheaper way.",
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

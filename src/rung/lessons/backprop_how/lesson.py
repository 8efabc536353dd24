import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Backpropagation: how a program does it")

with app.setup(hide_code=True):
    import gc
    import weakref

    import marimo as mo
    import numpy as np

    from rung.learn.figure import Button, Choice, Figure, Graph, Numbers, Say, Slider, Table, Toggle
    from rung.learn.page import Page
    from rung.scratch.tensor import Tensor

    page = Page(__file__)

    def leaf_names(expression):
        """The leaves that an expression of the figure is made from."""
        return {"chain": ["a", "b", "c"], "twice": ["a", "b"], "diamond": ["a", "b"]}[expression]

    def build(expression, numbers):
        """Compute an expression on Values; return the result and every named Value in the order it was made."""
        named = {name: page.mine.Value(numbers[name]) for name in leaf_names(expression)}
        a, b = named["a"], named["b"]
        if expression == "chain":
            named["p"] = a * b
            named["z"] = named["p"] + named["c"]
            named["y"] = named["z"].tanh()
        elif expression == "twice":
            named["p"] = a * a
            named["q"] = a * b
            named["y"] = named["p"] + named["q"]
        else:
            named["s"] = a + b
            named["p"] = a * b
            named["e"] = named["s"] + named["p"]
            named["f"] = named["s"] * named["p"]
            named["y"] = named["e"] + named["f"]
        return named["y"], named

    def measured_slope(expression, numbers, name, nudge=1e-5):
        """The slope by two runs of the whole expression, a nudge apart on either side."""
        up, down = (
            build(expression, {**numbers, name: numbers[name] + sign * nudge})[0].data for sign in (1, -1)
        )
        return (up - down) / (2 * nudge)

    INNER = {"chain": "pzy", "twice": "pqy", "diamond": "spefy"}
    FORMULAS = {"chain": r"y=\tanh(ab+c)", "twice": "y=a^2+ab", "diamond": r"s=a+b,\ p=ab,\ y=(s+p)+sp"}


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # Backpropagation: how a program does it

    *You wrote six lines of derivatives for one small network. PyTorch asks for none, whatever you compute. How can a program differentiate a program it
    has never seen?*

    It does not look at your formula at all. It watches the calculation happen. Every program that computes a number is, in the end, a list of additions, products and a few functions like $\tanh$, and
    each of those knows its own slope. Keep the list, walk it backwards, multiply along each path and add over paths: the rule of the last lesson, carried out
    by bookkeeping.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.predict(
        "An impatient author lets every operation write its slope into its operands with `=`. What will this version say is the slope of $y=a+a$?",
        options=["2, as it should be", "1", "0, because the two cancel"],
        answer=1,
        reveal="Both operands are the same `a`. The first share, 1, is written; then the second share, 1, is written over it. "
        "Shares must be *added*. The bug is easily made: in his lecture on the small engine micrograd, Karpathy writes it, meets it, and mends it before the audience.",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Each box is one number that the calculation made, with its value above and its slope below. Move the leaves and the values follow. **Step** passes the slope of one
    box on to its operands, **Walk** does it to the end. Choose the diamond, where $s$ and $p$ have two users each, and then let the slopes *hurry*: every path is followed
    to its end at once, as many first versions do. Compare with the slopes measured by nudging.
    """)
    return


@app.cell(hide_code=True)
def _():
    def topological(root):
        """Operands before results."""
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for each in value.inputs:
                    visit(each)
                order.append(value)

        visit(root)
        return order

    def hurry(value):
        """Follow every path to its end at once: wrong wherever a Value has two users."""
        value.pass_back()
        for each in value.inputs:
            hurry(each)

    def draw(s):
        """The graph with the slopes that have arrived so far, and the measured ones beside them."""
        numbers = {"a": s.a, "b": s.b, "c": s.c}
        root, named = build(s.expression, numbers)
        order = list(reversed(topological(root)))
        inner = [value for value in order if value.inputs]
        done = s.hurried or s.visited >= len(inner)
        root.grad = 1.0
        if s.hurried:
            hurry(root)
        else:
            for value in inner[: s.visited]:
                value.pass_back()
        names = {id(value): name for name, value in named.items()}
        last = inner[s.visited - 1] if 0 < s.visited <= len(inner) and not s.hurried else None
        nodes = [
            dict(
                id=name,
                label=name,
                value=value.data,
                grad=value.grad,
                op=value.op or None,
                active=value is last,
            )
            for name, value in named.items()
        ]
        edges = [
            (names[id(each)], name) for name, value in named.items() for each in dict.fromkeys(value.inputs)
        ]
        rows, wrong = [], []
        for place, name in enumerate(leaf_names(s.expression)):
            measured = measured_slope(s.expression, numbers, name)
            rows.append([name, named[name].grad, measured])
            if done and abs(named[name].grad - measured) > 1e-4 * max(1.0, abs(measured)):
                wrong.append(place)
        verdict = (
            "The walk is under way: slopes of the leaves are still being collected."
            if not done
            else "Every slope agrees with the measured one."
            if not wrong
            else "Wrong: a Value passed its slope on before all its users had added their share, and then again."
        )
        return [
            Graph(nodes, edges, title="value above, slope below"),
            Table(["leaf", "slope so far", "measured by nudging"], rows, highlight=wrong),
            Say(rf"${FORMULAS[s.expression]}$. {verdict}"),
        ]

    def step(s):
        """Let one more Value pass its slope on."""
        s.hurried = False
        s.visited = min(s.visited + 1, len(INNER[s.expression]))

    page.figure(
        Figure(
            "graph",
            draw,
            state=dict(a=2.0, b=-1.0, c=0.5, expression="diamond", visited=0, hurried=False),
            controls=[
                Choice(
                    "expression",
                    "calculation",
                    {"chain": "tanh(a·b + c)", "twice": "a² + a·b", "diamond": "the diamond"},
                    "diamond",
                ),
                Slider("a", "a", -3, 3, 2.0, step=0.1),
                Slider("b", "b", -3, 3, -1.0, step=0.1),
                Slider("c", "c (in the first one)", -3, 3, 0.5, step=0.1),
                Button("step", "Step"),
                Button("walk", "Walk to the end"),
                Toggle("hurried", "hurry down every path", False),
                Button("back", "Back to the start"),
            ],
            on={
                "step": step,
                "walk": lambda s: (
                    setattr(s, "hurried", False),
                    setattr(s, "visited", len(INNER[s.expression])),
                ),
                "back": lambda s: (setattr(s, "hurried", False), setattr(s, "visited", 0)),
            },
            caption="A real graph of `Value` objects, made by running the expression. Slopes appear as the boxes pass them on, the result first. The right column runs the whole expression twice for each leaf.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## A number that remembers how it was made

    `__add__` is the pattern. It computes, it remembers its operands, and it leaves behind a little function that knows what to do when a slope arrives. That function sees `self`, `other` and
    `out` long after `__add__` has returned: Python keeps them alive for it. Such a function is called a **closure**.
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.scalar:Value.__add__")
    return


@app.cell(hide_code=True)
def _():
    _root, _named = build("diamond", {"a": 2.0, "b": -1.0, "c": 0.0})
    _root.backward()
    _s, _p = _named["s"], _named["p"]
    mo.md(rf"""
    ## Who may go first?

    In the diamond with $a=2$, $b=-1$: the sum $s={_s.data:.0f}$ is used by $e=s+p$ and by $f=s\cdot p$. From $e$ it gets 1, from $f$ it gets $p={_p.data:.0f}$, together
    ${_s.grad:.0f}$. If $s$ passed on the 1 as soon as it came, it would later pass on the total as well, and the 1 would be counted twice.

    The cure is an order: **a Value passes its slope on only after everyone who used it has done so**. List the graph so that operands always stand before results, which is called a
    *topological order*, then go through the list from its end. With the whole slope of $s$ at hand, its operands get it once:

    $$\frac{{dy}}{{da}} = \underbrace{{{_s.grad:.0f}}}_{{\text{{through }}s}}\cdot 1 + \underbrace{{({_p.grad:.0f})}}_{{\text{{through }}p}}\cdot\underbrace{{({_named["b"].data:.0f})}}_{{b}} = {_named["a"].grad:.0f}.$$
    """)
    return


@app.cell(hide_code=True)
def _():
    def alive_after(steps, one_step, kind):
        """How many objects of `kind` are still in memory after some steps, without the garbage collector's help."""
        gc.collect()
        gc.disable()
        try:
            made = weakref.WeakSet()
            before = {id(each) for each in gc.get_objects() if type(each) is kind}
            for _ in range(steps):
                one_step()
            made.update(each for each in gc.get_objects() if type(each) is kind and id(each) not in before)
            return len(made)
        finally:
            gc.enable()
            gc.collect()

    def scalar_step():
        from rung.scratch.scalar import Value

        w = [Value(0.1 * i) for i in range(10)]
        sum((a * a for a in w), Value(0.0)).tanh().backward()

    def tensor_step():
        w = Tensor(np.arange(10) / 10, requires_grad=True)
        (w * w).sum().tanh().backward()

    from rung.scratch.scalar import Value as _Value

    _closures = alive_after(20, scalar_step, _Value)
    _tensors = alive_after(20, tensor_step, Tensor)
    _one_step = 10 + 10 + 1 + 10 + 1
    mo.md(rf"""
    ## From closures to `Function`

    Closures read beautifully and have two costs. First, they hold on. `out` holds the closure, the closure holds `out`: a circle, so memory is returned only when Python's garbage
    collector comes by. With the collector off, 20 steps of a toy with {_one_step} Values each leave **{_closures}** of them in memory; the tensor engine you
    are about to enter leaves **{_tensors}**. Second, one object a number is a lot of objects. The first layer of a digit classifier, 784 inputs to 128 units, would need ${784 * 128:,}$ products and as many sums *for one
    picture*.

    So the engine of this package keeps the idea and changes the grain. One `Function` object stands for one operation on **whole arrays**, and what it needs later are plain attributes on `self`. `forward`
    is the calculation, `backward` is the closure, written out as a method:
    """)
    return


@app.cell(hide_code=True)
def _():
    page.code("rung.scratch.ops.activation:Tanh")
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    ## Slopes of a matrix product, from shapes alone

    `Linear` computes $Y = XW^\top + b$ for a batch: $X$ is $(N, \text{in})$, $W$ is $(\text{out}, \text{in})$, $Y$ is $(N, \text{out})$. Backwards, it is given $G$, the slope of
    the loss for every number in $Y$, so $G$ is $(N, \text{out})$ as well. It must return slopes shaped like $X$, $W$ and $b$.

    Write one entry: $Y[n,o] = \sum_i X[n,i]\,W[o,i] + b[o]$. The weight $W[o,i]$ occurs once for each example $n$, multiplied by $X[n,i]$. Multiply along the path, add over the paths, and read the sum as a matrix product:

    $$\frac{dL}{dW[o,i]} = \sum_n G[n,o]\,X[n,i], \quad\text{that is}\quad dW = G^\top X.$$

    In the same way $X[n,i]$ reaches every output $o$ through $W[o,i]$, and $b[o]$ serves every example:

    $$dX = G\,W, \qquad db[o]=\sum_n G[n,o].$$

    You need not remember which matrix comes first: when the three sizes differ, only one product fits.

    | wanted | shape | the only product that fits |
    |---|---|---|
    | $dX$ | $(N, \text{in})$ | $G\ (N,\text{out})$ times $W\ (\text{out},\text{in})$ |
    | $dW$ | $(\text{out}, \text{in})$ | $G^\top\ (\text{out},N)$ times $X\ (N,\text{in})$ |
    | $db$ | $(\text{out},)$ | $G$ summed over its $N$ rows |

    ## Your turn

    Two kinds of work. For `Value`: the product, $\tanh$, and `backward`, which must also stand a chain of thousands of steps. (Python lets a function call itself
    about a thousand deep, so keep the Values still to visit in a list of your own.) A plain number may be the other factor, as in `__add__`.

    For the array engine: the backward of `ReLU` and of `Linear`, which train real digits at the end of this stretch. You were given both in *Forward propagation*;
    now derive them from the shapes, without looking. One thing is new: `self.needs` holds a True or False for each input of `forward`. The first layer's `x` is
    data, nobody wants its gradient, so `self.needs[0]` is False there, and the right thing to return in its place is `None`.
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

    The same diamond, and the same rule for calling twice: leaves accumulate.
    """)
    return


@app.cell
def _():
    import torch

    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(-1.0, requires_grad=True)
    s, p = a + b, a * b
    y = (s + p) + s * p

    y.backward(retain_graph=True)
    first = a.grad.item()
    y.backward()
    {"after one call": first, "after two": a.grad.item()}
    return


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    `retain_graph=True` is needed because PyTorch throws the record away as it walks, to free memory early.

    ## Where it breaks

    A derivative is a statement about numbers, and the program walks over what *did* happen. At a corner there is no slope to report: ReLU at exactly 0 could answer anything from 0 to 1, and PyTorch and
    we answer 0. Worse is a number that **changed after it was used**: the product remembers its operand, not the operand's value at the time. Change the operand before walking back, and the walk uses the new number.
    """)
    return


@app.cell(hide_code=True)
def _():
    def draw_changed(s):
        """The slope of a product whose operand was changed behind its back."""
        a, b = page.mine.Value(2.0), page.mine.Value(s.b)
        y = a * b
        if s.change:
            b.data += s.by
        y.backward()
        tensor_a = Tensor(np.array([2.0]), requires_grad=True)
        tensor_b = Tensor(np.array([s.b]), requires_grad=True)
        tensor_y = (tensor_a * tensor_b).sum()
        said = ""
        if s.change:
            try:
                tensor_b.data[...] = tensor_b.data + s.by
                tensor_y.backward()
                engine = float(tensor_a.grad[0])
            except Exception as error:
                engine, said = float("nan"), str(error).splitlines()[0]
        else:
            tensor_y.backward()
            engine = float(tensor_a.grad[0])
        return [
            Numbers(
                [
                    ("the product was computed with b =", round(s.b, 3), ""),
                    ("slope of y = a·b for a", round(a.grad, 3), "what `Value` says"),
                    ("truth", round(s.b, 3), "the slope is the b that was used"),
                ]
            ),
            Say(
                f"The array engine, asked the same, says {engine:.3f}."
                if not said
                else f"The array engine refuses: {said}"
            ),
        ]

    page.figure(
        Figure(
            "changed",
            draw_changed,
            state=dict(b=3.0, by=1.0, change=False),
            controls=[
                Slider("b", "b", -3, 3, 3.0, step=0.5),
                Toggle("change", "change b after the product, before the walk", False),
                Slider("by", "by how much", -2, 2, 1.0, step=0.5),
            ],
            caption="Nothing is simulated: the product is made, the operand's number is overwritten, and the walk is taken.",
            parts=True,
        )
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "What must be true before a Value may pass its slope on?",
        options=[
            "Its operands have their slopes already",
            "Every Value that was made from it has passed its slope on",
            "Its own number has not changed since the last walk",
        ],
        answer=1,
        why=[
            "That is the order of the forward pass. Slopes travel the other way: operands come after.",
            "Only then is its slope complete; what it passes on is final, and is passed once.",
            "Numbers may differ from walk to walk. What matters within a walk is that the share of every user has arrived.",
        ],
    )
    return


@app.cell(hide_code=True)
def _():
    page.quiz(
        "A batch has 64 examples. `Linear.backward` returns $dW=G^\\top X$. Where did the sum over the examples go?",
        options=[
            "Into the matrix product, whose inner axis is the batch",
            "It is left to the optimiser, which averages over the batch",
            "Into the loss, which is the only place where examples meet",
        ],
        answer=0,
        why=[
            "$(\\text{out}, N)$ times $(N, \\text{in})$: each entry is a sum of 64 products, one an example.",
            "The optimiser never sees single examples; the gradient it is given is summed already.",
            "The loss decides how much each example counts (for a mean, $1/64$ each), and that arrives inside $G$. The shares still have to be added, here.",
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

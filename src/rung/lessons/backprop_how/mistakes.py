"""Wrong backward passes, most of them asked about in the issue threads of small autograd engines."""

import math

from rung.learn.mistakes import mistake
from rung.scratch.scalar import Value


@mistake(replaces="Value.__mul__", caught_by="multiplies")
def forgets_its_operands(self, other):
    """Your product does not remember its operands: pass them on as `Value(..., (self, other), "*")`."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data)

    def pass_back():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.__mul__", caught_by="product_passes_its_slope")
def gives_each_factor_itself(self, other):
    """You gave each factor its own number as slope. In a product a factor's slope is the *other* factor."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def pass_back():
        self.grad += self.data * out.grad
        other.grad += other.data * out.grad

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.__mul__", caught_by="product_passes_its_slope")
def forgets_the_slope_that_arrives(self, other):
    """You passed on the slope of this one step. Multiply it by `out.grad`, the slope that arrived at the product."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def pass_back():
        self.grad += other.data
        other.grad += self.data

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.__mul__", caught_by="adds_to_what_is_there")
def assigns_where_it_should_add(self, other):
    """You wrote `=` where `+=` belongs: a Value that is used twice gets two shares, and the second wiped out the first."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def pass_back():
        self.grad = other.data * out.grad
        other.grad = self.data * out.grad

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.tanh", caught_by="tanh_passes_its_slope")
def slope_of_tanh_from_its_input(self):
    """You used 1 - a² with the number that went *into* tanh. The slope is 1 - tanh(a)²: use the output."""
    out = Value(math.tanh(self.data), (self,), "tanh")

    def pass_back():
        self.grad += (1.0 - self.data * self.data) * out.grad

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.tanh", caught_by="tanh_passes_its_slope")
def tanh_forgets_the_slope_that_arrives(self):
    """Your tanh passes on its own slope only. Multiply it by `out.grad`, the slope that arrived at the result."""
    out = Value(math.tanh(self.data), (self,), "tanh")

    def pass_back():
        self.grad += 1.0 - out.data * out.data

    out.pass_back = pass_back
    return out


@mistake(replaces="Value.backward", caught_by="walks_a_chain")
def forgets_the_first_slope(self):
    """Every slope came out 0: the walk needs something to multiply. The result's own `grad` must start at 1."""
    order, seen = [], set()

    def visit(value):
        if id(value) not in seen:
            seen.add(id(value))
            for each in value.inputs:
                visit(each)
            order.append(value)

    visit(self)
    for value in reversed(order):
        value.pass_back()


@mistake(replaces="Value.backward", caught_by="walks_a_chain")
def passes_back_from_the_leaves_up(self):
    """You called `pass_back` on the operands before the result: turn the order round, from the result to the leaves."""
    order, seen = [], set()

    def visit(value):
        if id(value) not in seen:
            seen.add(id(value))
            for each in value.inputs:
                visit(each)
            order.append(value)

    visit(self)
    self.grad = 1.0
    for value in order:
        value.pass_back()


@mistake(replaces="Value.backward", caught_by="waits_for_every_user")
def hurries_down_every_path(self):
    """You followed each path to its end at once. A Value with two users then passes on its first share twice; wait until all users have added theirs."""
    self.grad = 1.0

    def visit(value):
        value.pass_back()
        for each in value.inputs:
            visit(each)

    visit(self)


@mistake(replaces="Value.backward", caught_by="accumulates_at_the_leaves_only")
def keeps_the_inner_slopes(self):
    """The second call found the first call's slopes still lying in the Values between, and counted them again. Set those to 0 when a walk starts."""
    order, seen, stack = [], set(), [(self, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((each, False) for each in value.inputs)
    self.grad = 1.0
    for value in reversed(order):
        value.pass_back()


@mistake(replaces="Value.backward", caught_by="accumulates_at_the_leaves_only")
def wipes_the_leaves_too(self):
    """You set the leaves to 0 as well. Leaves keep what they have and add: that is how several batches become one gradient."""
    order, seen, stack = [], set(), [(self, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((each, False) for each in value.inputs)
    for value in order:
        value.grad = 0.0
    self.grad = 1.0
    for value in reversed(order):
        value.pass_back()


@mistake(replaces="Value.backward", caught_by="survives_a_long_chain")
def lists_by_recursion(self):
    """A chain of 3,000 steps was too deep for a function that calls itself. Keep the Values still to visit in a list of your own."""
    order, seen = [], set()

    def visit(value):
        if id(value) not in seen:
            seen.add(id(value))
            for each in value.inputs:
                visit(each)
            order.append(value)

    visit(self)
    for value in order:
        if value.inputs:
            value.grad = 0.0
    self.grad += 1.0
    for value in reversed(order):
        value.pass_back()


@mistake(replaces="ReLU.backward", caught_by="relu_uses_its_input")
def gates_by_the_gradient(self, g):
    """You let positive *gradients* through. The gate looks at the input of the forward pass: `self.open`."""
    return g * (g > 0)


@mistake(replaces="Linear.backward", caught_by="linear_has_the_right_shapes")
def weight_gradient_transposed(self, g):
    """Your weight gradient is transposed: the weight is (out, in), so it must be g.T @ x, not x.T @ g."""
    return (g @ self.weight if self.needs[0] else None), self.x.T @ g, g.sum(axis=0)


@mistake(replaces="ReLU.backward", caught_by="relu_uses_its_input")
def returns_the_gate(self, g):
    """You returned the gate itself. It decides which of the slopes that arrive may pass: multiply `g` by it."""
    return self.open


@mistake(replaces="Linear.backward", caught_by="linear_has_the_right_shapes")
def bias_gradient_one_number(self, g):
    """You summed the whole of g into one number. Each output has a bias of its own: sum over the rows only, axis=0."""
    return (g @ self.weight if self.needs[0] else None), g.T @ self.x, g.sum()


@mistake(replaces="Linear.backward", caught_by="linear_has_the_right_shapes")
def bias_gradient_not_summed(self, g):
    """Your bias gradient still has a row an example. One bias served the whole batch: sum over the rows."""
    return (g @ self.weight if self.needs[0] else None), g.T @ self.x, g


@mistake(replaces="Linear.backward", caught_by="linear_sums_over_the_batch")
def mean_over_the_batch(self, g):
    """You took the mean over the batch. The loss already divides by the batch size where it wants a mean; here shares add."""
    return (g @ self.weight if self.needs[0] else None), g.T @ self.x / len(g), g.mean(axis=0)


@mistake(replaces="Linear.backward", caught_by="linear_skips_the_data")
def computes_what_nobody_wants(self, g):
    """You computed the gradient of the data, a whole matrix product that is thrown away. Ask `self.needs[0]` first."""
    return g @ self.weight, g.T @ self.x, g.sum(axis=0)

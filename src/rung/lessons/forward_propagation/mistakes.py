"""Wrong answers that people give to this lesson, and what each of them did."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.forward import forward
from rung.scratch.ops.activation import ReLU
from rung.scratch.ops.linear import Linear


@mistake(replaces="Linear.forward", caught_by="linear_one_example")
def forgets_the_bias(self, x, weight, bias=None):
    """You left the bias out. Each unit adds its own b[j] to its sum."""
    self.x, self.weight = x, weight
    return x @ weight.T


@mistake(replaces="Linear.forward", caught_by="linear_square")
def uses_columns_when_they_fit(self, x, weight, bias=None):
    """You multiplied by W where its shape allowed it, and by its transpose where not. The weights of unit j are always row j, so it is always the transpose: x @ W.T."""
    self.x, self.weight = x, weight
    y = x @ (weight if weight.shape[0] == weight.shape[1] else weight.T)
    return y if bias is None else y + bias


@mistake(replaces="Linear.forward", caught_by="linear_batch")
def adds_the_bias_down_the_batch(self, x, weight, bias=None):
    """You added b[i] to example i. The biases belong to the units: b[j] goes into column j of every row. (With as many examples as units, NumPy broadcasts either way and says nothing.)"""
    self.x, self.weight = x, weight
    y = x @ weight.T
    if bias is None:
        return y
    return y + (bias[:, None] if len(y) == len(bias) else bias)


@mistake(replaces="Linear.forward", caught_by="linear_batch")
def averages_the_batch(self, x, weight, bias=None):
    """You summed over the examples. Each example passes alone: row i of the output depends on row i of the input and on nothing else."""
    self.x, self.weight = x, weight
    y = np.broadcast_to(x.sum(axis=0) @ weight.T, (len(x), len(weight)))
    return y if bias is None else y + bias


@mistake(replaces="Linear.forward", caught_by="linear_without_bias")
def always_adds_a_bias(self, x, weight, bias=None):
    """You add the bias even where there is none. `bias` may be None, as in `nn.Linear(..., bias=False)`: then nothing is added."""
    self.x, self.weight = x, weight
    return x @ weight.T + bias


@mistake(replaces="Linear.forward", caught_by="linear_keeps_for_backward")
def keeps_nothing_for_backward(self, x, weight, bias=None):
    """Your sums are right, but backward found nothing on self. Look at the given backward: it reads self.x and self.weight, and forward is the only one who can put them there."""
    y = x @ weight.T
    return y if bias is None else y + bias


@mistake(replaces="ReLU.forward", caught_by="relu_bends")
def answers_like_a_perceptron(self, x):
    """You gave 1 where the sum is positive, as the perceptron did. The ReLU passes on the sum itself: how much, not only whether."""
    self.open = x > 0
    return np.where(self.open, 1.0, 0.0)


@mistake(replaces="ReLU.forward", caught_by="relu_bends")
def takes_the_absolute_value(self, x):
    """You turned negative sums positive. The ReLU stops them: they become 0."""
    self.open = x > 0
    return np.abs(x)


@mistake(replaces="ReLU.forward", caught_by="relu_bends")
def takes_one_maximum_of_all(self, x):
    """You took the largest number of the whole array. np.maximum(x, 0) compares each number with 0; np.max(x) looks for one number in all of them."""
    self.open = x > 0
    return np.full_like(x, max(0.0, np.max(x)))


@mistake(replaces="ReLU.forward", caught_by="relu_changes_nothing")
def overwrites_its_input(self, x):
    """You wrote the zeros into x itself. Whoever passed x still has it, and now it is wrong; make a new array."""
    self.open = x > 0
    x[x < 0] = 0
    return x.copy()


@mistake(replaces="ReLU.forward", caught_by="relu_keeps_for_backward")
def opens_the_gate_at_zero(self, x):
    """You count 0 as open. At exactly 0 the slope could be taken either way; here, as in PyTorch, the gate is closed there: x > 0, not x >= 0."""
    self.open = x >= 0
    return np.maximum(x, 0)


@mistake(replaces="forward", caught_by="forward_returns_all")
def returns_the_scores_only(x, parameters):
    """You returned the last activations alone. The lesson wants all of them, a_0 to a_L, in a list: backward will need every one."""
    return forward(x, parameters)[-1]


@mistake(replaces="forward", caught_by="forward_returns_all")
def leaves_the_input_out(x, parameters):
    """Your list begins with the first hidden layer. a_0, the input itself, belongs in it too: the first layer's weights multiply it."""
    return forward(x, parameters)[1:]


@mistake(replaces="forward", caught_by="forward_hidden")
def never_bends(x, parameters):
    """You left out the ReLU between the layers. Without it any number of layers is one single matrix product: they can draw only a straight line."""
    activations = [x]
    for layer in range(1, len(parameters) // 2 + 1):
        activations.append(
            Linear().forward(activations[-1], parameters[f"W{layer}"], parameters[f"b{layer}"])
        )
    return activations


@mistake(replaces="forward", caught_by="forward_hidden")
def keeps_the_sums_before_the_bend(x, parameters):
    """You kept the sums z in place of the activations a. What a layer passes on, and what the list should hold, is the sum after the ReLU."""
    sums, a = [x], x
    last = len(parameters) // 2
    for layer in range(1, last + 1):
        z = Linear().forward(a, parameters[f"W{layer}"], parameters[f"b{layer}"])
        sums.append(z)
        a = ReLU().forward(z)
    return sums


@mistake(replaces="forward", caught_by="forward_scores")
def bends_the_last_layer_too(x, parameters):
    """You put a ReLU after the last layer too. The scores are compared with each other, and every negative one became the same 0: which of them was least bad is lost."""
    activations = forward(x, parameters)
    return [*activations[:-1], ReLU().forward(activations[-1])]


@mistake(replaces="forward", caught_by="forward_any_size")
def always_two_layers(x, parameters):
    """You wrote out a fixed number of layers. The parameters say how many there are: a W and a b for each."""
    if len(parameters) in (4, 6):
        return forward(x, parameters)
    return [x, ReLU().forward(Linear().forward(x, parameters["W1"], parameters["b1"]))]

"""Wrong answers that people give to this lesson, and what each of them did."""

import math
from itertools import pairwise

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.notation import count_parameters, parameter_shapes, unflatten


@mistake(replaces="parameter_shapes", caught_by="names_start_at_one")
def numbers_weights_from_zero(sizes):
    """Your first weight matrix is called W0. Layer 0 is the input, which has no weights of its own: the matrix that leads into layer 1 is W1."""
    shapes = {}
    for layer in range(len(sizes) - 1):
        shapes[f"W{layer}"] = (sizes[layer + 1], sizes[layer])
        shapes[f"b{layer}"] = (sizes[layer + 1],)
    return shapes


@mistake(replaces="parameter_shapes", caught_by="names_start_at_one")
def gives_the_input_a_bias(sizes):
    """You gave the input layer a bias. Input units do not compute anything; they hold the numbers that come in."""
    return {"b0": (sizes[0],), **parameter_shapes(sizes)}


@mistake(replaces="parameter_shapes", caught_by="names_start_at_one")
def all_weights_before_all_biases(sizes):
    """You listed all the weights first and all the biases after them. The order is layer by layer: W1, b1, W2, b2."""
    shapes = parameter_shapes(sizes)
    return dict(sorted(shapes.items(), key=lambda item: item[0][0]))


@mistake(replaces="parameter_shapes", caught_by="weights_are_out_by_in")
def weights_in_by_out(sizes):
    """Your weight matrices are in × out. Here, as in PyTorch, they are out × in: row j belongs to the unit j that the weights lead to. (Keras has it your way.)"""
    return {name: shape[::-1] for name, shape in parameter_shapes(sizes).items()}


@mistake(replaces="parameter_shapes", caught_by="one_bias_a_unit")
def one_bias_a_layer(sizes):
    """You gave each layer one single bias. Every unit has its own: a layer of n units has n of them."""
    return {name: (1,) if name.startswith("b") else shape for name, shape in parameter_shapes(sizes).items()}


@mistake(replaces="parameter_shapes", caught_by="one_bias_a_unit")
def bias_shape_without_its_comma(sizes):
    """Your bias shape is a plain number. Round brackets alone make no tuple; the comma does: `(n,)`."""
    return {
        name: shape if name.startswith("W") else shape[0] for name, shape in parameter_shapes(sizes).items()
    }


@mistake(replaces="parameter_shapes", caught_by="one_bias_a_unit")
def one_bias_an_input(sizes):
    """You gave the bias one number for each input of the layer. A bias belongs to the unit that adds it up, so it is one for each unit that the weights lead to."""
    return {
        name: (sizes[int(name[1:]) - 1],) if name.startswith("b") else shape
        for name, shape in parameter_shapes(sizes).items()
    }


@mistake(replaces="count_parameters", caught_by="counts_weights_and_biases")
def forgets_the_biases(sizes):
    """You counted the weights and forgot the biases: one more number for every unit that is not an input."""
    return sum(o * i for i, o in pairwise(sizes))


@mistake(replaces="count_parameters", caught_by="counts_weights_and_biases")
def a_bias_for_every_unit(sizes):
    """You counted a bias for the input units too. They only hold what comes in; biases begin at layer 1."""
    return count_parameters(sizes) + sizes[0]


@mistake(replaces="count_parameters", caught_by="counts_weights_and_biases")
def counts_units(sizes):
    """You counted the units. A parameter is not a circle in the picture: it is a line between two circles, or the bias of one."""
    return sum(sizes)


@mistake(replaces="unflatten", caught_by="pieces_hold_their_numbers")
def reads_columns_first(theta, sizes):
    """Your matrices have the right shape and the right numbers in the wrong places: you filled them column by column. Row j, the weights into unit j, lies together in theta."""
    right = unflatten(theta, sizes)
    return {name: piece.reshape(piece.shape[::-1]).T for name, piece in right.items()}


@mistake(replaces="unflatten", caught_by="pieces_hold_their_numbers")
def starts_every_piece_at_zero(theta, sizes):
    """Every piece of yours begins at theta[0]. Each must begin where the one before it ended."""
    return {name: theta[: math.prod(shape)].reshape(shape) for name, shape in parameter_shapes(sizes).items()}


@mistake(replaces="unflatten", caught_by="pieces_hold_their_numbers")
def takes_all_weights_first(theta, sizes):
    """You cut all the weight matrices off first and the biases after them. In theta each bias follows its own matrix."""
    pieces, start = {}, 0
    shapes = parameter_shapes(sizes)
    for name in sorted(shapes):
        size = math.prod(shapes[name])
        pieces[name] = theta[start : start + size].reshape(shapes[name])
        start += size
    return {name: pieces[name] for name in shapes}


@mistake(replaces="unflatten", caught_by="refuses_a_wrong_length")
def ignores_what_is_left_over(theta, sizes):
    """You cut a vector that is too long without a word. The numbers left over are a sign that theta belongs to another network; raise a ShapeError."""
    n = count_parameters(sizes)
    padded = np.concatenate([theta, np.zeros(max(n - len(theta), 0))])
    return unflatten(padded[:n], sizes)

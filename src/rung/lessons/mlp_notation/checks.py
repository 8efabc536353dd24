"""The order in which a learner should meet the failures: names, shapes, count, then the flat vector."""

from itertools import pairwise

import numpy as np

from rung.learn.checks import check, expect, expect_close, expect_raises


def sizes_for(rng, layers):
    """Sizes that all differ, so that a swapped pair shows."""
    return [int(n) for n in rng.choice(np.arange(2, 12), size=layers, replace=False)]


@check("Names run W1, b1, W2, b2 and so on")
def names_start_at_one(mine, rng):
    sizes = sizes_for(rng, 4)
    got = mine.parameter_shapes(sizes)
    expect(
        list(got) == ["W1", "b1", "W2", "b2", "W3", "b3"],
        f"{len(sizes)} layers of units have {len(sizes) - 1} layers of weights between them, numbered from 1, each "
        f"weight matrix followed by its bias; your names were {list(got)}",
    )


@check("A weight matrix is out × in: one row for each unit it leads to")
def weights_are_out_by_in(mine, rng):
    sizes = sizes_for(rng, 3)
    got = mine.parameter_shapes(sizes)
    for layer in (1, 2):
        wanted = (sizes[layer], sizes[layer - 1])
        expect(
            tuple(got[f"W{layer}"]) == wanted,
            f"W{layer} leads from {sizes[layer - 1]} units to {sizes[layer]}, so it has {sizes[layer]} rows of "
            f"{sizes[layer - 1]} numbers: shape {wanted}, not {tuple(got[f'W{layer}'])}",
        )


@check("A bias vector has one number for each unit")
def one_bias_a_unit(mine, rng):
    sizes = sizes_for(rng, 3)
    got = mine.parameter_shapes(sizes)
    for layer in (1, 2):
        expect(
            np.ndim(got[f"b{layer}"]) == 1,
            f"a shape is a tuple, also with one number in it: ({sizes[layer]},) with its comma; ({sizes[layer]}) is only the number {sizes[layer]}",
        )
        expect(
            tuple(got[f"b{layer}"]) == (sizes[layer],),
            f"each of the {sizes[layer]} units of layer {layer} adds a bias of its own: shape ({sizes[layer]},), "
            f"not {tuple(got[f'b{layer}'])}",
        )


@check("The count holds every weight and every bias, and nothing else")
def counts_weights_and_biases(mine, rng):
    for sizes in ([1, 1], [4, 3, 3], [784, 16, 16, 10], sizes_for(rng, 5)):
        weights = sum(o * i for i, o in pairwise(sizes))
        biases = sum(sizes[1:])
        got = mine.count_parameters(sizes)
        expect(
            int(got) == weights + biases,
            f"sizes {sizes} have {weights:,} weights and {biases:,} biases, {weights + biases:,} together; you counted {got:,}",
        )


@check("Each piece of the flat vector has its name and its shape")
def pieces_have_their_shapes(mine, rng):
    sizes = sizes_for(rng, 3)
    n = sum(o * i + o for i, o in pairwise(sizes))
    got = mine.unflatten(rng.normal(size=n), sizes)
    wanted = {}
    for layer in (1, 2):
        wanted[f"W{layer}"], wanted[f"b{layer}"] = (sizes[layer], sizes[layer - 1]), (sizes[layer],)
    shapes = {name: np.shape(piece) for name, piece in got.items()}
    expect(shapes == wanted, f"the pieces of sizes {sizes} are {wanted}, in this order; yours were {shapes}")


@check("The pieces lie one after another, matrices row by row")
def pieces_hold_their_numbers(mine, rng):
    sizes = sizes_for(rng, 4)
    n = sum(o * i + o for i, o in pairwise(sizes))
    theta = rng.normal(size=n)
    got = mine.unflatten(theta, sizes)
    start = 0
    for layer in (1, 2, 3):
        inputs, outputs = sizes[layer - 1], sizes[layer]
        rows = [theta[start + j * inputs : start + (j + 1) * inputs] for j in range(outputs)]
        end = start + outputs * inputs
        expect_close(
            got[f"W{layer}"],
            np.array(rows),
            f"W{layer} is numbers {start} to {end - 1} of theta, and its first row is the first {inputs} of them",
        )
        expect_close(
            got[f"b{layer}"],
            theta[end : end + outputs],
            f"b{layer} is numbers {end} to {end + outputs - 1} of theta, right after W{layer}",
        )
        start = end + outputs


@check("A vector of the wrong length is refused")
def refuses_a_wrong_length(mine, rng):
    sizes = sizes_for(rng, 3)
    n = sum(o * i + o for i, o in pairwise(sizes))
    for wrong in (n + 1, n - 1):
        expect_raises(
            "ShapeError",
            lambda wrong=wrong: mine.unflatten(np.zeros(wrong), sizes),
            f"sizes {sizes} need exactly {n} numbers and theta has {wrong}; a number left over or missing means that "
            "every later piece is wrong",
        )

"""Wrong answers that learners give: which check catches each first, and the sentence they are told."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.perceptron import perceptron_epoch, predict


@mistake(replaces="step_network", caught_by="runs_one_layer")
def answers_with_zero_and_one(layers, x):
    """Your units answer 0 and 1. Here a unit answers -1 or +1, as `predict` does; weights set for one are
    wrong for the other.
    """
    for weights, biases in layers:
        x = np.where(x @ weights.T + biases > 0, 1, 0)
    return x


@mistake(replaces="step_network", caught_by="runs_one_layer")
def returns_scores(layers, x):
    """You left the threshold out. Without it two layers are no more than one: a weighted sum of weighted
    sums.
    """
    for weights, biases in layers:
        x = x @ weights.T + biases
    return x


@mistake(replaces="step_network", caught_by="takes_rows_as_units")
def takes_columns_as_units(layers, x):
    """You took the columns of the weights for units. A unit's weights stand in a row: use `weights.T`."""
    for weights, biases in layers:
        same = weights.shape[0] == weights.shape[1]
        x = predict(weights if same else weights.T, biases, x)
    return x


@mistake(replaces="step_network", caught_by="feeds_answers_forward")
def thresholds_at_the_end_only(layers, x):
    """You passed scores from layer to layer and took the sign at the end only. Then the layers collapse into
    a single line.
    """
    for weights, biases in layers[:-1]:
        x = x @ weights.T + biases
    return predict(layers[-1][0].T, layers[-1][1], x)


@mistake(replaces="step_network", caught_by="feeds_answers_forward")
def stops_after_the_first_layer(layers, x):
    """You returned inside the loop, after the first layer. Look at the indentation of `return`."""
    for weights, biases in layers:
        x = predict(weights.T, biases, x)
        return x
    return x


@mistake(replaces="step_network", caught_by="answers_zero_with_no")
def takes_the_sign(layers, x):
    """`np.sign` gives 0 at a score of exactly 0, which is neither answer. `predict` gives -1 there."""
    for weights, biases in layers:
        x = np.sign(x @ weights.T + biases)
    return x


@mistake(replaces="xor_network", caught_by="computes_exclusive_or")
def is_true_for_both_as_well():
    """Your network computes OR: it says +1 for (1, 1) as well. The second hidden unit must say "not both"."""
    hidden = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -0.5])
    return [hidden, (np.array([[1.0, 1.0]]), np.array([-1.0]))]


@mistake(replaces="xor_network", caught_by="computes_exclusive_or")
def is_the_opposite():
    """Your network computes the opposite: +1 where the inputs are equal. Turn round the signs of the output
    unit.
    """
    hidden = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([-0.5, 1.5])
    return [hidden, (np.array([[-1.0, -1.0]]), np.array([1.0]))]


@mistake(replaces="xor_network", caught_by="computes_exclusive_or")
def takes_one_hidden_yes_for_enough():
    """Your output unit says +1 as soon as one hidden unit does. At every corner one of them does: it has to
    wait for both. Hidden answers are -1 and +1: their sum is 0 when one of them says yes and 2 when both do,
    so choose a bias that leaves the first below 0 and lifts the second above it.
    """
    hidden = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([-0.5, 1.5])
    return [hidden, (np.array([[1.0, 1.0]]), np.array([0.5]))]


@mistake(replaces="xor_network", caught_by="has_two_layers_that_fit")
def has_one_layer():
    """You gave one layer. One layer is one line for each output, and one line cannot do XOR: that is why
    there is a hidden one.
    """
    return [(np.array([[1.0, 1.0]]), np.array([-0.5]))]


@mistake(replaces="is_separable", caught_by="says_yes_to_and")
def looks_at_the_first_pass_only(x, y):
    """You ran one pass. From w = 0 the first pass always makes a mistake; go on until there is none, or until
    w and b repeat.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    return perceptron_epoch(w, b, x, y)[2] == 0


@mistake(replaces="is_separable", caught_by="says_no_to_xor")
def takes_a_repeat_for_success(x, y):
    """You took "w and b stand where they stood before" for success. It is the proof of the opposite: the run
    goes in a circle.
    """
    w, b, seen = np.zeros(x.shape[1]), 0.0, set()
    while (*w, b) not in seen:
        seen.add((*w, b))
        w, b, _ = perceptron_epoch(w, b, x, y)
    return True


@mistake(replaces="is_separable", caught_by="is_patient")
def gives_up_after_some_passes(x, y):
    """You gave up after a fixed number of passes. A thin gap takes longer; only a repeat of w and b proves
    that there is none.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(25):
        w, b, mistakes = perceptron_epoch(w, b, x, y)
        if mistakes == 0:
            return True
    return False


@mistake(replaces="is_separable", caught_by="refuses_fractions")
def takes_any_numbers(x, y):
    """You accept numbers that are not whole. On them w and b may never repeat, and then this runs for ever:
    raise DTypeError.
    """
    w, b, seen = np.zeros(x.shape[1]), 0.0, set()
    while (*w, b) not in seen:
        seen.add((*w, b))
        w, b, mistakes = perceptron_epoch(w, b, x, y)
        if mistakes == 0:
            return True
    return False

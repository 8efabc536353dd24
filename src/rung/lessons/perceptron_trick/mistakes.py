"""Wrong answers that learners give: which check catches each first, and the sentence they are told."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.perceptron import perceptron_update, score


@mistake(replaces="perceptron_update", caught_by="leaves_right_points_alone")
def updates_right_points_too(w, b, x, y, lr=1.0):
    """You moved the line for a point that was already on its right side. The trick moves it on a mistake
    only.
    """
    return w + lr * y * x, b + lr * y


@mistake(replaces="perceptron_update", caught_by="leaves_right_points_alone")
def takes_the_labels_for_zero_and_one(w, b, x, y, lr=1.0):
    """You compared the label with a prediction of 0 or 1. Here the labels are -1 and +1, so a label of -1
    never equals a prediction of 0 and right points are moved as well.
    """
    prediction = 1 if score(w, b, x) > 0 else 0
    return w + lr * (y - prediction) * x, b + lr * (y - prediction)


@mistake(replaces="perceptron_update", caught_by="moves_for_a_wrong_point")
def moves_when_right(w, b, x, y, lr=1.0):
    """Your condition is the wrong way round: label times score is positive when the point is *right*. Move
    when it is not.
    """
    if y * score(w, b, x) > 0:
        w, b = w + lr * y * x, b + lr * y
    return w, b


@mistake(replaces="perceptron_update", caught_by="moves_the_weights")
def subtracts_the_point(w, b, x, y, lr=1.0):
    """Your sign is turned round: subtracting y x pushes the score further to the wrong side. Add it."""
    if y * score(w, b, x) <= 0:
        w, b = w - lr * y * x, b - lr * y
    return w, b


@mistake(replaces="perceptron_update", caught_by="moves_the_weights")
def forgets_the_label(w, b, x, y, lr=1.0):
    """You added the point whatever its label is. A point labelled -1 has to be subtracted: multiply by y."""
    if y * score(w, b, x) <= 0:
        w, b = w + lr * x, b + lr
    return w, b


@mistake(replaces="perceptron_update", caught_by="moves_the_weights")
def steps_twice_as_far(w, b, x, y, lr=1.0):
    """Your step is twice as long. With labels -1 and +1, label minus prediction is -2 or +2 on a mistake, not
    -1 or +1.
    """
    prediction = 1 if score(w, b, x) > 0 else -1
    return w + lr * (y - prediction) * x, b + lr * (y - prediction)


@mistake(replaces="perceptron_update", caught_by="moves_the_bias")
def forgets_the_bias(w, b, x, y, lr=1.0):
    """You moved the weights and left the bias where it was. A line whose bias never moves can turn but not
    shift.
    """
    if y * score(w, b, x) <= 0:
        w = w + lr * y * x
    return w, b


@mistake(replaces="perceptron_update", caught_by="moves_the_bias")
def moves_the_bias_once_a_weight(w, b, x, y, lr=1.0):
    """You moved the bias once for every weight. It moves once a point: take it out of the loop over the
    weights.
    """
    if y * score(w, b, x) <= 0:
        w = np.array(w, dtype=float)
        for j in range(len(w)):
            w[j] += lr * y * x[j]
            b += lr * y
    return w, b


@mistake(replaces="perceptron_update", caught_by="uses_the_learning_rate")
def ignores_the_learning_rate(w, b, x, y, lr=1.0):
    """You did not use lr. Multiply what you add to w and to b by it."""
    if y * score(w, b, x) <= 0:
        w, b = w + y * x, b + y
    return w, b


@mistake(replaces="perceptron_update", caught_by="moves_for_a_point_on_the_line")
def waits_for_a_negative_score(w, b, x, y, lr=1.0):
    """You wrote < where <= is meant. At w = 0 and b = 0 every score is 0, so your line would never begin to
    move.
    """
    if y * score(w, b, x) < 0:
        w, b = w + lr * y * x, b + lr * y
    return w, b


@mistake(replaces="perceptron_update", caught_by="leaves_its_inputs_alone")
def changes_w_in_place(w, b, x, y, lr=1.0):
    """`w += ...` changes the caller's array itself. Write `w = w + ...`, which makes a new one."""
    if y * score(w, b, x) <= 0:
        w += lr * y * x
        b += lr * y
    return w, b


@mistake(replaces="perceptron_epoch", caught_by="epoch_goes_point_by_point")
def judges_all_points_by_the_first_line(w, b, x, y, lr=1.0):
    """You judged every point by the line at the start of the pass. Each one is judged by the line the points
    before it left.
    """
    new_w, new_b, mistakes = w, b, 0
    for point, label in zip(x, y, strict=True):
        if label * score(w, b, point) <= 0:
            new_w, new_b, mistakes = new_w + lr * label * point, new_b + lr * label, mistakes + 1
    return new_w, new_b, mistakes


@mistake(replaces="perceptron_epoch", caught_by="epoch_goes_point_by_point")
def stops_at_the_first_mistake(w, b, x, y, lr=1.0):
    """You returned after the first mistake: look at the indentation of `return`. A pass goes through all
    points.
    """
    mistakes = 0
    for point, label in zip(x, y, strict=True):
        if label * score(w, b, point) <= 0:
            w, b = perceptron_update(w, b, point, label, lr)
            mistakes += 1
            return w, b, mistakes
    return w, b, mistakes


@mistake(replaces="perceptron_epoch", caught_by="epoch_counts_mistakes")
def counts_after_the_pass(w, b, x, y, lr=1.0):
    """You counted the points that are wrong after the pass; count those wrong when their turn came."""
    for point, label in zip(x, y, strict=True):
        w, b = perceptron_update(w, b, point, label, lr)
    return w, b, int(np.sum(y * score(w, b, x) <= 0))


@mistake(replaces="perceptron_epoch", caught_by="epoch_counts_mistakes")
def counts_after_moving(w, b, x, y, lr=1.0):
    """You looked whether the point is wrong after the line had moved for it. Ask first, then move."""
    mistakes = 0
    for point, label in zip(x, y, strict=True):
        w, b = perceptron_update(w, b, point, label, lr)
        mistakes += int(label * score(w, b, point) <= 0)
    return w, b, mistakes


@mistake(replaces="perceptron_epoch", caught_by="epoch_uses_the_learning_rate")
def keeps_the_learning_rate_to_itself(w, b, x, y, lr=1.0):
    """You did not hand lr on to perceptron_update, so every step has length 1."""
    mistakes = 0
    for point, label in zip(x, y, strict=True):
        mistakes += int(label * score(w, b, point) <= 0)
        w, b = perceptron_update(w, b, point, label)
    return w, b, mistakes

"""Wrong answers that learners give: which check catches each first, and the sentence they are told."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.perceptron import score


@mistake(replaces="score", caught_by="adds_up_the_weighted_inputs")
def adds_weights_and_inputs(w, b, x):
    """You added weights and inputs. A weight multiplies its input: that is what makes an input count more or
    less.
    """
    return np.sum(w + x, axis=-1) + b


@mistake(replaces="score", caught_by="adds_up_the_weighted_inputs")
def forgets_to_add_up(w, b, x):
    """You returned the products and did not add them up. A score is one number a point."""
    return w * x + b


@mistake(replaces="score", caught_by="adds_the_bias")
def forgets_the_bias(w, b, x):
    """You left the bias out. Without it every line would have to pass through the point (0, 0)."""
    return x @ w


@mistake(replaces="score", caught_by="adds_the_bias")
def takes_the_bias_for_a_threshold(w, b, x):
    """You subtracted the bias. A threshold is subtracted; the bias is minus the threshold and is added."""
    return x @ w - b


@mistake(replaces="score", caught_by="adds_the_bias")
def adds_the_bias_to_every_product(w, b, x):
    """You added the bias to every product before adding up, so it counts once for each input. It counts once."""
    return np.sum(w * x + b, axis=-1)


@mistake(replaces="score", caught_by="scores_every_row")
def adds_all_points_together(w, b, x):
    """You added up over all points. Add up along each row only: `x @ w`, or sum over the last axis."""
    return np.sum(w * x) + b


@mistake(replaces="predict", caught_by="answers_plus_or_minus_one")
def answers_zero_or_one(w, b, x):
    """Your answers are 0 and 1 (or False and True). Here the two answers are -1 and +1."""
    return np.where(score(w, b, x) > 0, 1, 0)


@mistake(replaces="predict", caught_by="answers_plus_or_minus_one")
def has_the_sides_swapped(w, b, x):
    """Your answers are swapped: a positive score means +1."""
    return np.where(score(w, b, x) > 0, -1, 1)


@mistake(replaces="predict", caught_by="answers_plus_or_minus_one")
def returns_the_score(w, b, x):
    """You returned the score itself. The answer is only its sign, +1 or -1: that is the threshold."""
    return score(w, b, x)


@mistake(replaces="predict", caught_by="gives_the_line_to_minus_one")
def has_a_third_answer(w, b, x):
    """`np.sign` gives 0 for a point on the line, which is neither answer. Decide for one side; here it is -1."""
    return np.sign(score(w, b, x))


@mistake(replaces="predict", caught_by="gives_the_line_to_minus_one")
def gives_the_line_to_plus_one(w, b, x):
    """You wrote >= where > is meant: a score of exactly 0 gets -1 here."""
    return np.where(score(w, b, x) >= 0, 1, -1)


@mistake(replaces="predict", caught_by="answers_every_row")
def answers_one_point_only(w, b, x):
    """You used `if` on many scores at once, or looked at the first only. `np.where` decides for each of them."""
    return 1 if np.ravel(score(w, b, x))[0] > 0 else -1


@mistake(replaces="line_through", caught_by="passes_through_both")
def points_along_the_line(p, q):
    """Your w points along the line. It has to stand at right angles to it: turn q - p by a quarter."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    w = (q - p) / np.hypot(*(q - p))
    return w, float(-w @ p)


@mistake(replaces="line_through", caught_by="passes_through_both")
def has_the_sign_of_the_bias_wrong(p, q):
    """Your bias has the wrong sign. The score of p is w . p + b, and it has to be 0: so b is minus w . p."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    w = np.array([-(q - p)[1], (q - p)[0]]) / np.hypot(*(q - p))
    return w, float(w @ p)


@mistake(replaces="line_through", caught_by="measures_distance")
def leaves_w_as_long_as_it_is(p, q):
    """The line is right, but w is as long as the way from p to q. Divide by that length, and scores become
    distances.
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    w = np.array([-(q - p)[1], (q - p)[0]])
    return w, float(-w @ p)


@mistake(replaces="line_through", caught_by="has_its_positive_side_on_the_left")
def turns_to_the_right(p, q):
    """You turned to the right. The positive side is on the left: (a, c) becomes (-c, a), not (c, -a)."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    w = np.array([(q - p)[1], -(q - p)[0]]) / np.hypot(*(q - p))
    return w, float(-w @ p)


@mistake(replaces="line_through", caught_by="has_its_positive_side_on_the_left")
def goes_through_the_slope(p, q):
    """You went by the slope. It cannot tell p to q from q to p, so the sides come out wrong for half of all
    lines, and an upright line has none.
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    slope = (q[1] - p[1]) / (q[0] - p[0])
    w = np.array([-slope, 1.0]) / np.hypot(slope, 1.0)
    return w, float(-w @ p)


@mistake(replaces="line_through", caught_by="refuses_one_point_twice")
def draws_a_line_through_one_point(p, q):
    """You divide by the distance from p to q, and here it is 0. Look at it first, and raise NoLineError."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(invalid="ignore"):
        w = np.array([-(q - p)[1], (q - p)[0]]) / np.hypot(*(q - p))
    return w, float(-w @ p)

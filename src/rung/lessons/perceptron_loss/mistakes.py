"""Wrong answers that learners give: which check catches each first, and the sentence they are told."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.perceptron import score


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_values")
def charges_the_right_side(m):
    """Your loss charges the points on the right side: max(0, m). A positive margin is good; charge max(0,
    -m).
    """
    return np.maximum(0.0, m), np.where(m >= 0, 1.0, 0.0)


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_values")
def takes_the_max_and_if_of_plain_python(m):
    """Python's `max` and `if` ask one question of a whole array, and an array has many answers. `np.maximum` and
    `np.where` ask each entry.
    """
    return max(0.0, -m), -1.0 if m <= 0 else 0.0


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_values")
def counts_mistakes(m):
    """You counted mistakes: 1 for each. The loss is how far on the wrong side a point is, so that it can fall
    little by little.
    """
    return np.where(m <= 0, 1.0, 0.0), np.where(m <= 0, -1.0, 0.0)


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_values")
def pays_for_good_margins(m):
    """You left out the max: -m is negative for points on the right side, so one very good point pays for many
    bad ones.
    """
    return -m, np.full(np.shape(m), -1.0)


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_slopes")
def has_the_slope_turned_round(m):
    """Your slope has the wrong sign. More margin, less loss: where it is not flat, the slope is negative."""
    return np.maximum(0.0, -m), np.where(m <= 0, 1.0, 0.0)


@mistake(replaces="perceptron_loss", caught_by="perceptron_loss_corner")
def rests_in_the_corner(m):
    """Your slope at margin 0 is 0. Any slope from -1 to 0 fits a corner, but with 0 a start at w = 0 never
    moves: take -1.
    """
    return np.maximum(0.0, -m), np.where(m < 0, -1.0, 0.0)


@mistake(replaces="hinge_loss", caught_by="hinge_loss_values")
def adds_one_after_the_corner(m):
    """You added 1 outside the max. The 1 belongs inside, max(0, 1 - m): it moves the corner, not the whole
    curve.
    """
    return np.maximum(0.0, -m) + 1.0, np.where(m < 0, -1.0, 0.0)


@mistake(replaces="hinge_loss", caught_by="hinge_loss_values")
def is_the_perceptron_loss(m):
    """This is the perceptron loss again. The hinge also charges right points that are nearer than 1: max(0, 1
    - m).
    """
    return np.maximum(0.0, -m), np.where(m < 0, -1.0, 0.0)


@mistake(replaces="hinge_loss", caught_by="hinge_loss_slopes")
def stops_pulling_at_zero(m):
    """Your hinge has its corner at 1, but your slope ends at 0. Points with a margin between 0 and 1 still
    pull.
    """
    return np.maximum(0.0, 1.0 - m), np.where(m < 0, -1.0, 0.0)


@mistake(replaces="hinge_loss", caught_by="hinge_loss_slopes")
def pulls_in_the_corner(m):
    """Your slope at margin 1 is -1. There the point has what is asked of it, so the hinge lets go: slope 0."""
    return np.maximum(0.0, 1.0 - m), np.where(m <= 1, -1.0, 0.0)


@mistake(replaces="logistic_loss", caught_by="logistic_loss_values")
def has_the_margin_turned_round(m):
    """You took exp(m) where exp(-m) is meant: the loss must fall as the margin grows."""
    return np.logaddexp(0.0, m), 1 / (1 + np.exp(-m))


@mistake(replaces="logistic_loss", caught_by="logistic_loss_values")
def uses_another_logarithm(m):
    """You took the logarithm to base 2 (or 10). The loss is in nats: `np.log` and `np.log1p` are the natural
    ones.
    """
    return np.logaddexp(0.0, -m) / np.log(2), -np.exp(-np.logaddexp(0.0, m)) / np.log(2)


@mistake(replaces="logistic_loss", caught_by="logistic_loss_slopes")
def gives_the_probability(m):
    """You returned 1 / (1 + exp(-m)), the probability of the right label. The slope is that number minus 1."""
    return np.logaddexp(0.0, -m), np.exp(-np.logaddexp(0.0, -m))


@mistake(replaces="logistic_loss", caught_by="logistic_loss_is_stable")
def overflows(m):
    """The formula is right on paper, but exp(800) is infinite for a computer. Take exp of -|m| only."""
    with np.errstate(all="ignore"):
        return np.log(1 + np.exp(-m)), -1 / (1 + np.exp(m))


@mistake(replaces="line_gradient", caught_by="averages_the_loss")
def adds_up_the_losses(loss, w, b, x, y):
    """You added the losses up. L is their mean, so that the step does not grow with the number of points."""
    losses, slopes = loss(y * score(w, b, x))
    pull = slopes * y
    return float(losses.sum()), pull @ x, float(pull.sum())


@mistake(replaces="line_gradient", caught_by="averages_the_loss")
def forgets_the_labels_in_the_margin(loss, w, b, x, y):
    """You gave the loss the scores. It wants the margins: label times score."""
    losses, slopes = loss(score(w, b, x))
    pull = slopes * y
    return float(losses.mean()), pull @ x / len(x), float(pull.mean())


@mistake(replaces="line_gradient", caught_by="averages_the_loss")
def multiplies_points_by_pulls_entry_by_entry(loss, w, b, x, y):
    """slope · y is one number a point, (n,), and x has a row a point, (n, d): `*` cannot pair them. `pull @ x` weighs
    each row by its number and adds the rows up.
    """
    losses, slopes = loss(y * score(w, b, x))
    return float(losses.mean()), np.mean(slopes * y * x), float((slopes * y).mean())


@mistake(replaces="line_gradient", caught_by="gives_the_gradient_of_w")
def adds_up_the_pulls_on_the_weights(loss, w, b, x, y):
    """You added the pulls on the weights up. L is a mean over the points, so its slope is a mean too: divide by n."""
    losses, slopes = loss(y * score(w, b, x))
    pull = slopes * y
    return float(losses.mean()), pull @ x, float(pull.mean())


@mistake(replaces="line_gradient", caught_by="gives_the_gradient_of_w")
def forgets_the_labels_in_the_chain(loss, w, b, x, y):
    """You multiplied the slopes by x but not by y. The margin changes by y x when w does: the label belongs
    there too.
    """
    losses, slopes = loss(y * score(w, b, x))
    return float(losses.mean()), slopes @ x / len(x), float(slopes.mean())


@mistake(replaces="line_gradient", caught_by="gives_the_gradient_of_w")
def points_downhill(loss, w, b, x, y):
    """You returned the way down. The gradient points up; whoever takes the step subtracts it."""
    losses, slopes = loss(y * score(w, b, x))
    pull = slopes * y
    return float(losses.mean()), -pull @ x / len(x), float(-pull.mean())


@mistake(replaces="line_gradient", caught_by="gives_the_gradient_of_b")
def adds_up_the_pulls_on_the_bias(loss, w, b, x, y):
    """You averaged for the weights and added up for the bias. Both are slopes of the same mean: average both."""
    losses, slopes = loss(y * score(w, b, x))
    pull = slopes * y
    return float(losses.mean()), pull @ x / len(x), float(pull.sum())

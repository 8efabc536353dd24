"""Wrong derivatives that people really write, each with the sentence that helps."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.models.two_layer import predict


def _backwards(x, w1, w2, h, d_y_hat, d_z):
    return np.outer(d_z, x), d_z, d_y_hat * h, d_y_hat


@mistake(replaces="gradients", caught_by="gives_a_slope_for_every_parameter")
def outer_product_the_wrong_way_round(x, y, w1, b1, w2, b2):
    """Your d_w1 is transposed: np.outer(x, d_z) has a row an input, but W1 has a row a hidden unit."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_z = 2 * (y_hat - y) * w2 * (1 - h**2)
    return np.outer(x, d_z), d_z, 2 * (y_hat - y) * h, 2 * (y_hat - y)


@mistake(replaces="gradients", caught_by="gives_a_slope_for_every_parameter")
def one_slope_for_a_row_of_weights(x, y, w1, b1, w2, b2):
    """Your d_w1 holds one number a hidden unit. Each weight has its own slope: its unit's slope times its own input."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_z = 2 * (y_hat - y) * w2 * (1 - h**2)
    return d_z * x.sum(), d_z, 2 * (y_hat - y) * h, 2 * (y_hat - y)


@mistake(replaces="gradients", caught_by="output_bias")
def forgot_the_two(x, y, w1, b1, w2, b2):
    """Your slopes are half of what they should be: the slope of a square, (ŷ - y)², is 2(ŷ - y)."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = y_hat - y
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * w2 * (1 - h**2))


@mistake(replaces="gradients", caught_by="output_bias")
def slope_of_the_wrong_sign(x, y, w1, b1, w2, b2):
    """Your slopes have the opposite sign: you wrote y - ŷ, the way to *move*. The slope is how the loss grows, 2(ŷ - y)."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y - y_hat)
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * w2 * (1 - h**2))


@mistake(replaces="gradients", caught_by="output_bias")
def returned_the_loss_itself(x, y, w1, b1, w2, b2):
    """You started from the loss, (ŷ - y)², where its slope belongs: the walk back begins with 2(ŷ - y)."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = (y_hat - y) ** 2
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * w2 * (1 - h**2))


@mistake(replaces="gradients", caught_by="output_weights")
def weighted_sum_in_place_of_the_activation(x, y, w1, b1, w2, b2):
    """For w2 you used z, the sum before the tanh. What w2 multiplies is h, the activation after it."""
    z, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    d_z = d_y_hat * w2 * (1 - h**2)
    return np.outer(d_z, x), d_z, d_y_hat * z, d_y_hat


@mistake(replaces="gradients", caught_by="hidden_biases")
def walked_past_the_tanh(x, y, w1, b1, w2, b2):
    """You walked past the tanh: from h back to z there is one more slope to multiply by, 1 - h²."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * w2)


@mistake(replaces="gradients", caught_by="hidden_biases")
def slope_of_tanh_from_its_input(x, y, w1, b1, w2, b2):
    """You wrote 1 - z². The slope of tanh is 1 - tanh(z)², so it is 1 - h²: the output squared, not the input."""
    z, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * w2 * (1 - z**2))


@mistake(replaces="gradients", caught_by="hidden_biases")
def forgot_the_weight_on_the_path(x, y, w1, b1, w2, b2):
    """You gave every hidden unit the same slope: the path from h[j] to ŷ goes through w2[j], so multiply by it."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    return _backwards(x, w1, w2, h, d_y_hat, d_y_hat * (1 - h**2))


@mistake(replaces="gradients", caught_by="hidden_weights")
def forgot_the_input(x, y, w1, b1, w2, b2):
    """Every weight of a hidden unit got the same slope. W1[j, k] multiplies x[k], so its slope is d_z[j] times x[k]."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    d_z = d_y_hat * w2 * (1 - h**2)
    return np.outer(d_z, np.ones_like(x)), d_z, d_y_hat * h, d_y_hat


@mistake(replaces="gradients", caught_by="changes_nothing")
def took_the_step_already(x, y, w1, b1, w2, b2):
    """You changed the weights while computing the slopes. First all slopes, from one and the same network; the step comes later."""
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)
    d_z = d_y_hat * w2 * (1 - h**2)
    slopes = np.outer(d_z, x), d_z, d_y_hat * h, d_y_hat
    w2 -= 0.1 * slopes[2]
    return slopes

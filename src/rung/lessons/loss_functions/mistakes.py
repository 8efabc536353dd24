"""Wrong answers that people give to this lesson, and what each of them did."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.ops.activation import sigmoid


@mistake(replaces="MSE.forward", caught_by="mse_is_the_mean_square")
def sums_the_squares(self, prediction, target, reduction="mean"):
    """You added the squares up and did not divide. A mean does not grow with the number of examples, so the same
    learning rate fits a batch of 10 and one of 1,000."""
    self.error = prediction - target
    return self.reduce(self.error**2, "sum" if reduction == "mean" else reduction)


@mistake(replaces="MSE.forward", caught_by="mse_is_the_mean_square")
def squares_the_mean(self, prediction, target, reduction="mean"):
    """You took the mean first and squared it. Errors of +2 and -2 then cancel and look perfect; square each, then take
    the mean."""
    self.error = prediction - target
    self.reduce(self.error**2, reduction)
    return self.error.mean() ** 2


@mistake(replaces="MSE.forward", caught_by="mse_is_the_mean_square")
def halves_the_square(self, prediction, target, reduction="mean"):
    """You halved the squared error. Some books do, to spare a factor 2 in the slope; here, as in PyTorch, MSE has no
    half. (Huber does.)"""
    self.error = prediction - target
    return self.reduce(self.error**2 / 2, reduction)


@mistake(replaces="MSE.forward", caught_by="mse_is_the_mean_square")
def takes_the_root(self, prediction, target, reduction="mean"):
    """You took the square root at the end. That is the RMSE, which is easier to read; the loss that is trained on is the
    mean square itself."""
    self.error = prediction - target
    return np.sqrt(self.reduce(self.error**2, reduction))


@mistake(replaces="MSE.forward", caught_by="reductions")
def takes_the_mean_itself(self, prediction, target, reduction="mean"):
    """You took the mean yourself, whatever `reduction` says, and `backward` does not learn how many numbers it was over.
    Hand the single losses to `self.reduce(losses, reduction)`."""
    self.error = prediction - target
    return np.mean(self.error**2)


@mistake(replaces="L1.forward", caught_by="l1_is_the_mean_size")
def lets_errors_cancel(self, prediction, target, reduction="mean"):
    """You took the mean before the absolute value, so errors of opposite sign cancelled. Take each error's size first."""
    self.error = prediction - target
    return np.abs(self.reduce(self.error, reduction))


@mistake(replaces="Huber.forward", caught_by="huber_near")
def huber_without_the_half(self, prediction, target, delta=1.0, reduction="mean"):
    """Near the target you charged e². Huber charges e²/2 there, so that its slope at delta is delta, the slope of the
    straight part."""
    error = prediction - target
    self.clipped = np.clip(error, -delta, delta)
    small = np.abs(error) <= delta
    return self.reduce(np.where(small, error**2, delta * (np.abs(error) - delta / 2)), reduction)


@mistake(replaces="Huber.forward", caught_by="huber_far")
def huber_squares_far_below(self, prediction, target, delta=1.0, reduction="mean"):
    """You asked e <= delta, and that is true of every negative error, however large. The question is about its size:
    |e| <= delta."""
    error = prediction - target
    self.clipped = np.clip(error, -delta, delta)
    return self.reduce(np.where(error <= delta, error**2 / 2, delta * (np.abs(error) - delta / 2)), reduction)


@mistake(replaces="Huber.forward", caught_by="huber_far")
def huber_that_jumps(self, prediction, target, delta=1.0, reduction="mean"):
    """Your straight part is delta·|e|, and it does not meet the square at delta: there is a jump. Take delta²/2 off:
    delta·(|e| - delta/2)."""
    error = prediction - target
    self.clipped = np.clip(error, -delta, delta)
    return self.reduce(np.where(np.abs(error) <= delta, error**2 / 2, delta * np.abs(error)), reduction)


@mistake(replaces="Huber.forward", caught_by="huber_far")
def huber_of_delta_one(self, prediction, target, delta=1.0, reduction="mean"):
    """You wrote 1 where delta belongs. It works for the default and for nothing else."""
    error = prediction - target
    self.clipped = np.clip(error, -1, 1)
    return self.reduce(self.clipped * (error - self.clipped / 2), reduction)


@mistake(replaces="BCEWithLogits.forward", caught_by="bce_is_surprise")
def forgets_the_zeros(self, logits, target, reduction="mean"):
    """You charged only the examples with t = 1. Where t = 0 the right answer is 'no', and it was given the probability
    1 - p: add -(1 - t) log(1 - p)."""
    self.logits, self.target = logits, target
    return self.reduce(-target * np.log(sigmoid(logits)), reduction)


@mistake(replaces="BCEWithLogits.forward", caught_by="bce_is_surprise")
def takes_scores_for_probabilities(self, logits, target, reduction="mean"):
    """You took the logarithm of the score itself. A score may be negative or above 1; the sigmoid makes a probability
    of it first."""
    self.logits, self.target = logits, target
    with np.errstate(all="ignore"):
        return self.reduce(-(target * np.log(logits) + (1 - target) * np.log(1 - logits)), reduction)


@mistake(replaces="BCEWithLogits.forward", caught_by="bce_far_out")
def logarithm_of_a_rounded_zero(self, logits, target, reduction="mean"):
    """Right on paper, but for a score of 1000 the sigmoid rounds to exactly 1, and log(1 - 1) is minus infinity. Simplify
    before you compute: the last formula of the class takes exp of nothing above 0."""
    self.logits, self.target = logits, target
    with np.errstate(all="ignore"):
        p = sigmoid(logits)
        losses = np.where(target == 1, -np.log(p), -np.log(1 - p))
    return self.reduce(losses, reduction)


@mistake(replaces="BCEWithLogits.forward", caught_by="bce_far_out")
def clips_the_probability(self, logits, target, reduction="mean"):
    """You clipped the probability away from 0 and 1. No infinity any more, but every loss above the clip is the same: a
    prediction that is wrong by 30 and one wrong by 1000 look alike, and the slope between them is 0."""
    self.logits, self.target = logits, target
    p = np.clip(sigmoid(logits), 1e-12, 1 - 1e-12)
    return self.reduce(-(target * np.log(p) + (1 - target) * np.log(1 - p)), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def softmax_down_the_batch(self, logits, target, reduction="mean"):
    """Your probabilities sum to 1 down the columns, over the examples. They must sum to 1 over the classes of each
    example: axis=1."""
    exp = np.exp(logits - logits.max(axis=0, keepdims=True))
    self.probability = exp / exp.sum(axis=0, keepdims=True)
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(-np.log(self.probability[self.rows, target]), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def softmax_of_the_whole_table(self, logits, target, reduction="mean"):
    """You divided by the sum over the whole table. Each row is an example with a softmax of its own: sum along axis=1,
    with keepdims=True so that the sums stay a column."""
    shares = np.exp(logits - logits.max())
    self.probability = shares / shares.sum()
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(-np.log(self.probability[self.rows, target]), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def looks_at_the_highest_score(self, logits, target, reduction="mean"):
    """You charged the class with the highest score. The loss asks what the *right* class was given, whichever that is:
    the column target[i] of row i."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    self.probability = np.exp(shifted) / total
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(np.log(total[:, 0]) - shifted.max(axis=1), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def mean_over_every_entry(self, logits, target, reduction="mean"):
    """You divided by the number of entries, examples × classes. The mean is over the examples: each has one right class
    and one loss."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    self.probability = np.exp(shifted) / total
    self.rows, self.target = np.arange(len(target)), target
    loss = self.reduce(np.log(total[:, 0]) - shifted[self.rows, target], reduction)
    return loss / logits.shape[1] if reduction == "mean" else loss


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def softmax_twice(self, logits, target, reduction="mean"):
    """You applied softmax twice. Probabilities lie between 0 and 1, so a second softmax finds them all nearly equal, and
    no prediction, however sure, can bring the loss near 0."""
    for _ in range(2):
        exp = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits = exp / exp.sum(axis=1, keepdims=True)
    self.probability, self.rows, self.target = logits, np.arange(len(target)), target
    return self.reduce(-np.log(logits[self.rows, target]), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def counts_in_bits(self, logits, target, reduction="mean"):
    """You used the logarithm to base 2, which counts in bits. Here, as in PyTorch, the logarithm is the natural one, and the
    loss is in nats."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    self.probability = np.exp(shifted) / total
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce((np.log(total[:, 0]) - shifted[self.rows, target]) / np.log(2), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_is_surprise")
def shifts_one_side_only(self, logits, target, reduction="mean"):
    """You took the maximum off inside the sum, and not off the right class's score. Shift both, or neither:
    log Σ e^(z - m) - (z_t - m)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    self.probability = np.exp(shifted) / total
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(np.log(total[:, 0]) - logits[self.rows, target], reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_far_out")
def without_the_maximum(self, logits, target, reduction="mean"):
    """Right on paper, but exp(1000) is more than a computer's number can hold: it becomes inf, and inf / inf is nan.
    Take each row's maximum off its scores first; the probabilities do not notice."""
    with np.errstate(all="ignore"):
        exp = np.exp(logits)
        self.probability = exp / exp.sum(axis=1, keepdims=True)
        self.rows, self.target = np.arange(len(target)), target
        return self.reduce(-np.log(self.probability[self.rows, target]), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_far_out")
def logarithm_after_the_softmax(self, logits, target, reduction="mean"):
    """The maximum is off and nothing overflows, but a probability as small as e^-1000 rounds to 0, and its log is minus
    infinity. Never form the probability on the way to its logarithm: log Σ e^(z - m) - (z_t - m)."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    self.probability = exp / exp.sum(axis=1, keepdims=True)
    self.rows, self.target = np.arange(len(target)), target
    with np.errstate(all="ignore"):
        return self.reduce(-np.log(self.probability[self.rows, target]), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_far_out")
def adds_a_little_before_the_log(self, logits, target, reduction="mean"):
    """You added a small number inside the logarithm so that it never sees 0. The loss is finite now and wrong: it can never
    exceed -log of that small number, however wrong the scores are."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    self.probability = exp / exp.sum(axis=1, keepdims=True)
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(-np.log(self.probability[self.rows, target] + 1e-12), reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="cross_entropy_unequal_rows")
def one_maximum_for_the_batch(self, logits, target, reduction="mean"):
    """You took off the largest score of the whole batch. A row whose scores are all far below it becomes a row of zeros.
    Each row needs its own maximum: logits.max(axis=1, keepdims=True)."""
    shifted = logits - logits.max()
    with np.errstate(all="ignore"):
        total = np.exp(shifted).sum(axis=1, keepdims=True)
        self.probability = np.exp(shifted) / total
        self.rows, self.target = np.arange(len(target)), target
        return self.reduce(np.log(total[:, 0]) - shifted[self.rows, target], reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="changes_nothing")
def shifts_in_place(self, logits, target, reduction="mean"):
    """You took the maximum off the scores themselves (`logits -= ...`). They belong to whoever passed them; shift a new
    array."""
    logits -= logits.max(axis=1, keepdims=True)
    exp = np.exp(logits)
    total = exp.sum(axis=1, keepdims=True)
    self.probability = exp / total
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(np.log(total[:, 0]) - logits[self.rows, target], reduction)


@mistake(replaces="CrossEntropy.forward", caught_by="keeps_for_backward")
def keeps_the_scores_in_place_of_the_shares(self, logits, target, reduction="mean"):
    """The loss is right, but you kept exp of the scores under the name probability, not divided by their sum. Backward
    trusts the name."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    self.probability = np.exp(shifted)
    total = self.probability.sum(axis=1, keepdims=True)
    self.rows, self.target = np.arange(len(target)), target
    return self.reduce(np.log(total[:, 0]) - shifted[self.rows, target], reduction)

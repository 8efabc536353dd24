"""Connectionist temporal classification: a text's probability, over every way to spread it over time."""

import numpy as np

from rung.scratch.function import Function

NEVER = -1e30  # the logarithm of 0, finite so that differences of it are not nan


class CTC(Function):
    """Minus the log-probability of each target text, in nats.

    A text is read off a path of symbols, one a time step, by merging repeats and then dropping blanks:
    "aa-b" is "ab". Let l be the text with a blank before, between and after its symbols, L = 2 S + 1 long.
    Then

        alpha_t(s) = p_t(l_s) [alpha_(t-1)(s) + alpha_(t-1)(s-1) + alpha_(t-1)(s-2)]     ways to have read l
        up to s beta_t(s)  =          [p beta_(t+1)(s) + p beta_(t+1)(s+1) + p beta_(t+1)(s+2)]  ways to
        finish from s

    where the skip s-2 -> s is open only if l_s is no blank and differs from l_(s-2). The probability of the
    text is sum_s alpha_t(s) beta_t(s), at any t, so d(-log P) / d(log p_t(k)) = -sum over l_s = k of
    alpha_t(s) beta_t(s) / P. All of it is computed in logarithms: the probability of a long text is far
    below the smallest float.

    Cost:
        about 6 T N L exponentials each way; keeps T N L floats.

    Source:
        graves2006ctc, section 4. Here: in logarithms; the gradient is that of log_probs, not of the scores
        before.
    """

    def forward(self, log_probs, targets, input_lengths, target_lengths, blank):
        """log_probs: (T, N, C), targets: (N, S), lengths: (N,) -> (N,)."""
        T, N, _ = log_probs.shape
        text = np.full((N, 2 * targets.shape[1] + 1), blank)  # (N, L)
        text[:, 1::2] = targets
        self.text, self.dtype, self.shape = text, log_probs.dtype, log_probs.shape
        L = text.shape[1]
        skip = np.zeros((N, L), dtype=bool)  # (N, L)
        skip[:, 2:] = (text[:, 2:] != blank) & (text[:, 2:] != text[:, :-2])
        p = np.take_along_axis(log_probs.astype(np.float64), text[None], axis=2)  # (T, N, L)

        alpha = np.full((T, N, L), NEVER)
        alpha[0, :, :2] = p[0, :, :2]
        for t in range(1, T):
            a = alpha[t - 1]  # (N, L)
            alpha[t] = p[t] + log_add(a, shift(a, 1), np.where(skip, shift(a, 2), NEVER))

        rows, last = np.arange(N), 2 * target_lengths  # the final blank of each text
        final = np.full((N, L), NEVER)  # (N, L), 0 where a path may end
        final[rows, last] = 0
        final[rows, np.maximum(last - 1, 0)] = 0
        beta = np.full((T, N, L), NEVER)
        ahead = np.zeros((N, L), dtype=bool)
        ahead[:, :-2] = skip[:, 2:]
        for t in range(T - 1, -1, -1):
            if t + 1 < T:
                b = p[t + 1] + beta[t + 1]  # (N, L)
                beta[t] = log_add(b, shift(b, -1), np.where(ahead, shift(b, -2), NEVER))
            beta[t] = np.where((input_lengths == t + 1)[:, None], final, beta[t])

        end = alpha[input_lengths - 1, rows]  # (N, L)
        total = log_add(*np.moveaxis(end + final, 1, 0))  # (N,)
        self.share = np.exp(
            np.minimum(alpha + beta - total[:, None], 0)
        )  # (T, N, L), 0 after the input's end
        return np.where(total > NEVER / 2, -total, np.inf).astype(self.dtype)

    def backward(self, g):
        """g: (N,), the gradient of each loss -> the gradient of log_probs, (T, N, C)."""
        gx = np.zeros(self.shape)  # (T, N, C)
        t, n, _ = np.indices(self.share.shape, sparse=True)
        np.add.at(gx, (t, n, self.text[None]), -self.share * g[:, None])
        return gx.astype(self.dtype)


def log_add(*logs):
    """Return log(e^a + e^b + ...), without leaving the logarithms."""
    top = np.maximum.reduce(logs)
    return top + np.log(sum(np.exp(a - top) for a in logs))


def shift(a, by):
    """Move (N, L) by some places along L; what comes in is the logarithm of 0."""
    out = np.full_like(a, NEVER)
    if by > 0:
        out[:, by:] = a[:, :-by]
    else:
        out[:, :by] = a[:, -by:]
    return out

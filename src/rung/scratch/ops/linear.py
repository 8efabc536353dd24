"""The linear layer: one matrix product forward, two backward."""

from rung.scratch.function import Function


class Linear(Function):
    """y = x W^T + b: every output is a weighted sum of the inputs, plus a bias.

        y = x W^T + b        dL/dx = g W        dL/dW = g^T x        dL/db = sum over the batch of g

    Each row of W holds the weights of one output, as in PyTorch.

    Shape:
        x (N, in), weight (out, in), bias (out,) or None -> (N, out)

    Cost:
        2 N in out flops forward, twice that backward; keeps x.
    """

    def forward(self, x, weight, bias=None):
        """x: (N, in), weight: (out, in), bias: (out,) or None -> (N, out). Keep what backward will need."""
        self.x, self.weight = x, weight
        y = x @ weight.T  # (N, out)
        if bias is not None:
            y += bias  # (N, out)
        return y

    def backward(self, g):
        """g: (N, out), the gradient of the output. Return the gradients of x, weight and bias."""
        gx = g @ self.weight if self.needs[0] else None  # (N, in); nobody wants the gradient of the data
        gw = g.T @ self.x  # (out, in)
        gb = g.sum(axis=0)  # (out,)
        return gx, gw, gb

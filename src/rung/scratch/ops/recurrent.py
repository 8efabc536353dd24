"""Recurrent layers: one operation for a whole sequence, with one product for all its input projections.

Only h W_hh^T has to wait for the step before. Everything that looks at x is done for all steps at once,
before the loop forward and after it backward.
"""

from __future__ import annotations

import numpy as np

from rung.scratch.function import Function
from rung.scratch.ops.activation import sigmoid


class RNN(Function):
    """The plain recurrent layer: the new state is a bend of the input and of the old state.

        h_t = tanh(x_t W_ih^T + b_ih + h_(t-1) W_hh^T + b_hh)

    Shape:
        x (T, B, I), h0 (B, H), w_ih (H, I), w_hh (H, H), b_ih and b_hh (H,) or None -> (T, B, H)
    """

    def forward(self, x, h0, w_ih, w_hh, b_ih=None, b_hh=None, relu=False):
        """x: (T, B, I) -> every state, (T, B, H). Keep the states for backward."""
        self.x, self.w_ih, self.w_hh, self.relu = x, w_ih, w_hh, relu
        self.h = np.empty((len(x) + 1, *h0.shape), dtype=x.dtype)  # (T + 1, B, H); the first is h0
        self.h[0] = h0
        projected = project(x, w_ih, b_ih, b_hh)  # (T, B, H)
        for t in range(len(x)):
            z = projected[t] + self.h[t] @ w_hh.T  # (B, H)
            self.h[t + 1] = np.maximum(z, 0) if relu else np.tanh(z)
        return self.h[1:].copy()

    def backward(self, g):
        """g: (T, B, H). Return the gradients of x, h0 and the weights: backpropagation through time."""
        d = np.empty_like(g)  # dL/dz
        dh = np.zeros_like(self.h[0])
        for t in reversed(range(len(g))):
            dh = dh + g[t]
            d[t] = dh * (self.h[t + 1] > 0 if self.relu else 1 - self.h[t + 1] ** 2)
            dh = d[t] @ self.w_hh
        gx, gw_ih, gb = input_gradients(d, self.x, self.w_ih, self.needs[0])
        return gx, dh, gw_ih, state_gradient(d, self.h), gb, gb


class LSTM(Function):
    """Long short-term memory: a cell c that is added to, behind gates that open and close.

        i, f, o = sigmoid(...)   g = tanh(...)   of   x_t W_ih^T + b_ih + h_(t-1) W_hh^T + b_hh
        c_t = f c_(t-1) + i g          h_t = o tanh(c_t)

    Shape:
        x (T, B, I), h0 and c0 (B, H), w_ih (4H, I), w_hh (4H, H), biases (4H,) or None, rows in the order
        i, f, g, o -> (T + 1, B, H): h_1 to h_T, and last c_T
    """

    def forward(self, x, h0, c0, w_ih, w_hh, b_ih=None, b_hh=None):
        """x: (T, B, I) -> every h and the last c, (T + 1, B, H). Keep gates, cells and states."""
        self.x, self.w_ih, self.w_hh = x, w_ih, w_hh
        steps, (b, n) = len(x), h0.shape
        self.h, self.c = (np.empty((steps + 1, b, n), dtype=x.dtype) for _ in range(2))
        self.h[0], self.c[0] = h0, c0
        self.gates = np.empty((steps, 4, b, n), dtype=x.dtype)
        self.bent = np.empty((steps, b, n), dtype=x.dtype)  # tanh(c)
        projected = project(x, w_ih, b_ih, b_hh)  # (T, B, 4H)
        for t in range(steps):
            z = (projected[t] + self.h[t] @ w_hh.T).reshape(b, 4, n).transpose(1, 0, 2)  # (4, B, H)
            gates = self.gates[t]
            gates[:2], gates[2], gates[3] = sigmoid(z[:2]), np.tanh(z[2]), sigmoid(z[3])
            i, f, g, o = gates
            self.c[t + 1] = f * self.c[t] + i * g
            self.bent[t] = np.tanh(self.c[t + 1])
            self.h[t + 1] = o * self.bent[t]
        return np.concatenate([self.h[1:], self.c[-1:]])

    def backward(self, grad):
        """grad: (T + 1, B, H). Return the gradients of x, h0, c0 and the weights."""
        steps, _, b, n = self.gates.shape
        d = np.empty((steps, b, 4, n), dtype=grad.dtype)  # dL/dz
        dh, dc = np.zeros_like(self.h[0]), grad[-1]
        for t in reversed(range(steps)):
            i, f, g, o = self.gates[t]
            dh = dh + grad[t]
            dc = dc + dh * o * (1 - self.bent[t] ** 2)
            d[t, :, 0] = dc * g * i * (1 - i)
            d[t, :, 1] = dc * self.c[t] * f * (1 - f)
            d[t, :, 2] = dc * i * (1 - g**2)
            d[t, :, 3] = dh * self.bent[t] * o * (1 - o)
            dc = dc * f
            dh = d[t].reshape(b, 4 * n) @ self.w_hh
        d = d.reshape(steps, b, 4 * n)
        gx, gw_ih, gb = input_gradients(d, self.x, self.w_ih, self.needs[0])
        return gx, dh, dc, gw_ih, state_gradient(d, self.h), gb, gb


class GRU(Function):
    """The gated recurrent unit: one gate decides how much of the state is replaced, one how much is read.

        r, z = sigmoid(x_t W_ih^T + b_ih + h_(t-1) W_hh^T + b_hh)
        n = tanh(x_t W_in^T + b_in + r (h_(t-1) W_hn^T + b_hn))          h_t = (1 - z) n + z h_(t-1)

    Shape:
        x (T, B, I), h0 (B, H), w_ih (3H, I), w_hh (3H, H), biases (3H,) or None, rows in the order r, z, n
        -> (T, B, H)
    """

    def forward(self, x, h0, w_ih, w_hh, b_ih=None, b_hh=None):
        """x: (T, B, I) -> every state, (T, B, H). Keep gates and states."""
        self.x, self.w_ih, self.w_hh = x, w_ih, w_hh
        steps, (b, n) = len(x), h0.shape
        self.h = np.empty((steps + 1, b, n), dtype=x.dtype)
        self.h[0] = h0
        self.gates = np.empty((steps, 3, b, n), dtype=x.dtype)
        self.read = np.empty((steps, b, n), dtype=x.dtype)  # what r multiplies
        projected = project(x, w_ih, b_ih, None)  # (T, B, 3H)
        for t in range(steps):
            recurrent = self.h[t] @ w_hh.T  # (B, 3H)
            if b_hh is not None:
                recurrent += b_hh
            r, z = (
                sigmoid(projected[t, :, : 2 * n] + recurrent[:, : 2 * n]).reshape(b, 2, n).transpose(1, 0, 2)
            )
            self.read[t] = recurrent[:, 2 * n :]
            new = np.tanh(projected[t, :, 2 * n :] + r * self.read[t])
            self.gates[t] = r, z, new
            self.h[t + 1] = new + z * (self.h[t] - new)
        return self.h[1:].copy()

    def backward(self, g):
        """g: (T, B, H). Return the gradients of x, h0 and the weights."""
        steps, _, b, n = self.gates.shape
        d = np.empty((steps, b, 3, n), dtype=g.dtype)  # dL/d(what x contributes)
        e = np.empty((steps, b, 3, n), dtype=g.dtype)  # dL/d(what h contributes): differs in n, behind r
        dh = np.zeros_like(self.h[0])
        for t in reversed(range(steps)):
            r, z, new = self.gates[t]
            dh = dh + g[t]
            dn = dh * (1 - z) * (1 - new**2)
            d[t, :, 0] = dn * self.read[t] * r * (1 - r)
            d[t, :, 1] = dh * (self.h[t] - new) * z * (1 - z)
            d[t, :, 2] = dn
            e[t] = d[t]
            e[t, :, 2] *= r
            dh = dh * z + e[t].reshape(b, 3 * n) @ self.w_hh
        d, e = d.reshape(steps, b, 3 * n), e.reshape(steps, b, 3 * n)
        gx, gw_ih, gb_ih = input_gradients(d, self.x, self.w_ih, self.needs[0])
        return gx, dh, gw_ih, state_gradient(e, self.h), gb_ih, e.sum(axis=(0, 1))


def project(x, w_ih, b_ih, b_hh):
    """Return what the inputs contribute to every step, in one product: (T, B, I) -> (T, B, gates H)."""
    steps, b, features = x.shape
    z = (x.reshape(steps * b, features) @ w_ih.T).reshape(steps, b, -1)
    for bias in (b_ih, b_hh):
        if bias is not None:
            z += bias
    return z


def input_gradients(d, x, w_ih, wanted):
    """Return the gradients of x, w_ih and b_ih from dL/dz of all steps, d (T, B, gates H)."""
    steps, b, width = d.shape
    rows = d.reshape(steps * b, width)
    gx = (rows @ w_ih).reshape(x.shape) if wanted else None
    return gx, rows.T @ x.reshape(steps * b, -1), rows.sum(axis=0)


def state_gradient(d, h):
    """Return the gradient of w_hh from dL/dz of all steps and the states h (T + 1, B, H) that they read."""
    width = d.shape[-1]
    return d.reshape(-1, width).T @ h[:-1].reshape(-1, h.shape[-1])

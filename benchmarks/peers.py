"""The same training steps with other libraries, as far as they go; each is imported when it is asked for.

- jax: jit over the whole step, the ceiling of what a compiler makes of it on a processor.
- autograd (HIPS): NumPy with automatic differentiation; its convolution is scipy.signal's, differentiated.
- smallpebble: NumPy, a small library with convolution and pooling, by lists of indices.
- tinygrad: its own kernels, compiled on the way.
- micrograd: one Python object a number; scaled down to 16-16-10 and batch 8 (mlp-64 only), since the full
  step would take minutes. Multiply its time by 3,000 for the same number of multiplications.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from benchmarks import peers_lenet
from benchmarks.workloads import Step, data_of

SIZES = {"logistic-64": [784, 10], "mlp-64": [784, 256, 128, 10], "mlp-1024": [784, 256, 128, 10]}


def build(library: str, workload: str) -> Step:
    """Build a workload with a peer; raises LookupError where the peer, or this file, does not have it."""
    makers = {
        "jax": jax_step,
        "autograd": autograd_step,
        "smallpebble": smallpebble_step,
        "tinygrad": tinygrad_step,
        "micrograd": micrograd_step,
    }
    return makers[library](workload)


def weights(sizes: list[int]) -> list[np.ndarray]:
    """Draw first weights and biases."""
    rng = np.random.default_rng(0)
    arrays = []
    for n_in, n_out in itertools.pairwise(sizes):
        arrays += [rng.uniform(-1, 1, (n_in, n_out)).astype(np.float32) * n_in**-0.5]
        arrays += [np.zeros(n_out, np.float32)]
    return arrays


def sizes_of(library: str, workload: str) -> list[int]:
    """Return the widths of an MLP workload."""
    if workload not in SIZES:
        raise LookupError(f"{library} runs {', '.join(SIZES)} here, not {workload}")
    return SIZES[workload]


def first_weights(library: str, workload: str) -> list[np.ndarray]:
    """Draw the first weights of LeNet-5 or of an MLP."""
    if workload.startswith("lenet"):
        return peers_lenet.first_weights()
    return weights(sizes_of(library, workload))


def jax_step(workload: str) -> Step:
    """Return a step compiled whole: SGD for the logistic regression, Adam for the rest."""
    import jax
    import jax.numpy as jnp

    x, t = data_of(workload)
    if workload.startswith("lenet"):
        params, forward = jax_lenet(jax, jnp)
    else:
        params, forward = weights(sizes_of("jax", workload)), jax_mlp(jax)

    def loss_of(params: Any) -> Any:
        log_p = jax.nn.log_softmax(forward(params, x))
        return -log_p[jnp.arange(len(t)), t].mean()

    @jax.jit
    def move(params: Any, m: Any, v: Any, count: Any) -> tuple:
        loss, g = jax.value_and_grad(loss_of)(params)
        if workload == "logistic-64":
            return [p - 0.1 * d for p, d in zip(params, g, strict=True)], m, v, loss
        m = [0.9 * a + 0.1 * d for a, d in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * d * d for a, d in zip(v, g, strict=True)]
        rate = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        moved = [p - rate * a / (jnp.sqrt(b) + 1e-8) for p, a, b in zip(params, m, v, strict=True)]
        return moved, m, v, loss

    zeros = [np.zeros_like(p) for p in params]
    state: list[Any] = [params, zeros, zeros, 0]

    def step() -> float:
        state[3] += 1
        params, m, v, loss = move(state[0], state[1], state[2], float(state[3]))
        state[:3] = params, m, v
        return float(loss)

    return step


def jax_mlp(jax: Any) -> Any:
    """Return an MLP's forward pass."""

    def forward(params: Any, x: Any) -> Any:
        for i in range(0, len(params), 2):
            x = x @ params[i] + params[i + 1]
            x = jax.nn.relu(x) if i + 2 < len(params) else x
        return x

    return forward


def jax_lenet(jax: Any, jnp: Any) -> tuple:
    """Return LeNet-5's weights and forward pass."""
    rng = np.random.default_rng(0)
    kernels = [rng.normal(0, 0.1, s).astype(np.float32) for s in ((6, 1, 5, 5), (16, 6, 5, 5))]
    biases = [np.zeros((1, n, 1, 1), np.float32) for n in (6, 16)]
    mlp = jax_mlp(jax)

    def pooled(x: Any) -> Any:
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def forward(params: Any, x: Any) -> Any:
        for i, padding in ((0, [(2, 2), (2, 2)]), (2, [(0, 0), (0, 0)])):
            y = jax.lax.conv_general_dilated(x, params[i], (1, 1), padding)
            x = pooled(jax.nn.relu(y + params[i + 1]))
        return mlp(params[4:], x.reshape(len(x), -1))

    return [kernels[0], biases[0], kernels[1], biases[1], *weights([400, 120, 84, 10])], forward


def autograd_step(workload: str) -> Step:
    """Return a step with NumPy as autograd wraps it."""
    import autograd
    import autograd.numpy as anp

    x, t = data_of(workload)
    params = first_weights("autograd", workload)

    def scores(params: Any) -> Any:
        h = x
        for i in range(0, len(params), 2):
            h = anp.dot(h, params[i]) + params[i + 1]
            h = anp.maximum(h, 0) if i + 2 < len(params) else h
        return h

    def loss_of(params: Any) -> Any:
        h = peers_lenet.autograd_scores(params, x) if x.ndim == 4 else scores(params)
        h = h - anp.max(h, axis=1, keepdims=True)
        log_p = h - anp.log(anp.sum(anp.exp(h), axis=1, keepdims=True))
        return -anp.mean(log_p[anp.arange(len(t)), t])

    swept = autograd.value_and_grad(loss_of)
    m, v = ([np.zeros_like(p) for p in params] for _ in range(2))
    count = [0]

    def step() -> float:
        loss, g = swept(params)
        count[0] += 1
        for i, p in enumerate(params):
            if workload == "logistic-64":
                p -= 0.1 * g[i]
                continue
            m[i] = 0.9 * m[i] + 0.1 * g[i]
            v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
            rate = 1e-3 * np.sqrt(1 - 0.999 ** count[0]) / (1 - 0.9 ** count[0])
            p -= (rate * m[i] / (np.sqrt(v[i]) + 1e-8)).astype(np.float32)
        return float(loss)

    return step


def smallpebble_step(workload: str) -> Step:
    """Return a step with smallpebble and its Adam."""
    if workload == "logistic-64":
        raise LookupError("smallpebble's own descent is not tried; mlp and lenet are")
    x, t = data_of(workload)
    return peers_lenet.smallpebble_step(first_weights("smallpebble", workload), x, t)


def tinygrad_step(workload: str) -> Step:
    """Return a step with tinygrad's own optimisers, jitted."""
    from tinygrad import Context, Tensor, TinyJit, nn

    x, t = (Tensor(a) for a in data_of(workload))
    arrays = first_weights("tinygrad", workload)
    params = [Tensor(a).is_param_() for a in arrays]
    optimizer = nn.optim.SGD(params, 0.1) if workload == "logistic-64" else nn.optim.Adam(params)

    @TinyJit
    def move() -> Any:
        optimizer.zero_grad()
        h = peers_lenet.tinygrad_scores(params, x) if len(x.shape) == 4 else x
        for i in range(0, len(params) if h is x else 0, 2):
            h = h.dot(params[i]) + params[i + 1]
            h = h.relu() if i + 2 < len(params) else h
        loss = h.sparse_categorical_crossentropy(t).backward()
        optimizer.step()
        return loss.realize()

    def step() -> float:
        with Context(TRAINING=1):
            return float(move().item())

    return step


def micrograd_step(workload: str) -> Step:
    """Return a much smaller step: 16-16-10, batch 8, a squared error and plain descent."""
    if workload != "mlp-64":
        raise LookupError(f"micrograd runs a small MLP here, not {workload}")
    from micrograd.nn import MLP

    model = MLP(16, [16, 10])
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((8, 16)), rng.standard_normal((8, 10))

    def step() -> float:
        model.zero_grad()
        loss: Any = sum(
            (y - float(b)) ** 2 for a, c in zip(x, t, strict=True) for y, b in zip(model(a), c, strict=True)
        )
        loss.backward()
        for p in model.parameters():
            p.data -= 1e-3 * p.grad
        return float(loss.data)

    return step

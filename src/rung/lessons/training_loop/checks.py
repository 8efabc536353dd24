"""What batches, a step and an epoch must do, up to reading real digits."""

import numpy as np

from rung.learn.checks import check, expect, expect_close


def _batches(mine, n, size, seed):
    """The batches of one epoch, as lists of row numbers."""
    return [np.asarray(batch) for batch in mine.minibatches(n, size, np.random.default_rng(seed))]


def _parameter(mine, values, gradient):
    """A parameter over there, with a gradient already in place."""
    p = mine.library("rung.scratch.tensor").Tensor(np.array(values), requires_grad=True)
    p.grad = None if gradient is None else np.array(gradient)
    return p


@check("An epoch visits every example exactly once")
def visits_everyone_once(mine, rng):
    n = int(rng.integers(10, 20)) * 4 + 2
    batches = _batches(mine, n, 4, seed=1)
    seen = np.concatenate([np.atleast_1d(batch) for batch in batches]) if batches else np.array([])
    expect_close(
        np.sort(seen),
        np.arange(n),
        f"the {n} row numbers, each once; the last batch is shorter and counts too",
    )
    expect(
        [len(batch) for batch in batches[:-1]] == [4] * (len(batches) - 1),
        "every batch but the last has batch_size rows",
    )


@check("The order is new every epoch, and comes from rng")
def shuffles_with_the_given_generator(mine, rng):
    seed = int(rng.integers(1000))
    epoch = mine.library("functools").partial(mine.minibatches, 60, 7, np.random.default_rng(seed))
    first, second = (np.concatenate([np.asarray(batch) for batch in epoch()]) for _ in range(2))
    again = np.concatenate(_batches(mine, 60, 7, seed))
    expect(
        not np.array_equal(first, np.arange(60)), "the rows came in the order of the file; shuffle them first"
    )
    expect(not np.array_equal(first, second), "two epochs came in the same order; shuffle anew for each")
    expect(
        np.array_equal(first, again),
        "with the same seed the same order must come out: draw from `rng`, nothing else",
    )


@check("A step moves each parameter against its gradient")
def steps_downhill(mine, rng):
    values, gradient, lr = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), float(rng.uniform(0.05, 0.5))
    p = _parameter(mine, values, gradient)
    mine.SGD([p], lr=lr).step()
    expect_close(p.data, values - lr * gradient, "p - lr · gradient, entry by entry")


@check("A step changes the array that the model holds")
def steps_in_place(mine, rng):
    values, gradient = rng.normal(size=4), rng.normal(size=4)
    p = _parameter(mine, values, gradient)
    same_array = p.detach()
    mine.SGD([p], lr=0.1).step()
    expect_close(
        same_array.data,
        values - 0.1 * gradient,
        "whoever holds the array must see the change: p.data -= ..., not p.data = p.data - ...",
    )


@check("A parameter without a gradient stays where it is")
def leaves_the_idle_alone(mine, rng):
    values, gradient = rng.normal(size=3), rng.normal(size=3)
    idle, busy = _parameter(mine, values, None), _parameter(mine, values, gradient)
    mine.SGD([idle, busy], lr=0.1).step()
    expect_close(idle.data, values, "its grad is None: it took no part in the loss")
    expect_close(busy.data, values - 0.1 * gradient, "the one with a gradient moves all the same")


@check("zero_grad() forgets every gradient")
def forgets_gradients(mine, rng):
    p, q = (
        _parameter(mine, rng.normal(size=3), rng.normal(size=3)),
        _parameter(mine, rng.normal(size=2), rng.normal(size=2)),
    )
    mine.SGD([{"params": [p]}, {"params": [q]}], lr=0.1).zero_grad()
    for each in (p, q):
        expect(each.grad is None, "grad must be None afterwards, in every group, as in PyTorch")


def _line(mine, x, y, w, lr, batch_size, epochs, seed):
    """Train one weight with the learner's loop; return what came back each epoch, and the weight."""
    tensor = mine.library("rung.scratch.tensor")
    functional = mine.library("rung.scratch.nn.functional")
    weight = tensor.Tensor(np.array([[w]]), requires_grad=True)
    generator = np.random.default_rng(seed)
    optimizer = mine.SGD([weight], lr=lr)
    got = [
        mine.train_epoch(
            lambda batch: functional.linear(batch, weight),
            functional.mse_loss,
            optimizer,
            x,
            y,
            batch_size,
            generator,
        )
        for _ in range(epochs)
    ]
    return got, float(np.asarray(weight.data)[0, 0])


@check("One epoch of a line through the origin, step by step")
def learns_a_line(mine, rng):
    x = rng.normal(size=(10, 1))
    y, w, lr = 3.0 * x, 0.5, 0.1
    seed = int(rng.integers(1000))
    expected, total, order = w, 0.0, np.random.default_rng(seed)
    rows = order.permutation(10)
    for start in range(0, 10, 4):
        batch = rows[start : start + 4]
        error = expected * x[batch] - y[batch]
        total += float((error**2).sum())
        expected -= lr * float(2 * (error * x[batch]).mean())
    got, weight = _line(mine, x, y, w, lr, 4, 1, seed)
    expect_close(
        weight,
        expected,
        "the weight after three steps (batches of 4, 4 and 2), each from that batch's gradient alone",
        rtol=1e-4,
    )
    expect_close(
        got[0],
        total / 10,
        "the mean loss of an *example*: a batch of 2 counts half as much as a batch of 4",
        rtol=1e-4,
    )


@check("Several epochs go on from where the last one stopped")
def learns_over_epochs(mine, rng):
    x = rng.normal(size=(12, 1))
    got, weight = _line(mine, x, 3.0 * x, -1.0, 0.2, 4, 15, seed=3)
    expect(
        isinstance(got[-1], float),
        "return a plain number: a Tensor would keep the whole graph of the epoch alive",
    )
    expect_close(weight, 3.0, "y = 3x exactly, so the weight goes to 3", rtol=1e-2)
    expect(got[-1] < got[0], "the loss of the last epoch is below that of the first")


@check("It reads real digits")
def reads_digits(mine, rng):
    from rung.data import load

    data = load("digits8")
    x = (np.asarray(data.x)[:800] / max(1.0, float(np.max(data.x)))).astype(np.float32)
    y = np.asarray(data.y)[:800]
    models = mine.library("rung.scratch.models.mlp")
    functional = mine.library("rung.scratch.nn.functional")
    tensor = mine.library("rung.scratch.tensor")
    model = models.MLP([x.shape[1], 32, 10], rng=0)
    optimizer = mine.SGD(model.parameters(), lr=0.5)
    generator = np.random.default_rng(0)
    for _ in range(10):
        mine.train_epoch(model, functional.cross_entropy, optimizer, x[:600], y[:600], 32, generator)
    scores = np.asarray(model(tensor.Tensor(x[600:])).data)
    right = float((scores.argmax(axis=1) == y[600:]).mean())
    expect(
        right >= 0.85,
        f"after 10 epochs on 600 handwritten digits, {right:.0%} of 200 unseen ones are read right; at least 85 % should be",
    )

"""Loops that run, print a falling number perhaps, and are wrong."""

import numpy as np

from rung.learn.mistakes import mistake
from rung.scratch.loop import minibatches
from rung.scratch.tensor import Tensor


@mistake(replaces="minibatches", caught_by="visits_everyone_once")
def drops_the_last_batch(n, batch_size, rng):
    """You left out the examples that do not fill a batch. They are data like the others: hand out the short batch too."""
    order = rng.permutation(n)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


@mistake(replaces="minibatches", caught_by="visits_everyone_once")
def draws_with_replacement(n, batch_size, rng):
    """You drew each batch anew from all rows: some examples come twice and some never. Shuffle once, then hand out slices."""
    for start in range(0, n, batch_size):
        yield rng.integers(0, n, size=min(batch_size, n - start))


@mistake(replaces="minibatches", caught_by="shuffles_with_the_given_generator")
def keeps_the_order_of_the_file(n, batch_size, rng):
    """You never shuffled. Files are often sorted by class, and then every batch teaches the network one class and lets it forget the rest."""
    order = np.arange(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


@mistake(replaces="minibatches", caught_by="shuffles_with_the_given_generator")
def shuffles_with_a_generator_of_its_own(n, batch_size, rng):
    """You made a generator of your own. Draw from the `rng` you are given, or nobody can repeat the run."""
    order = np.random.default_rng().permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


@mistake(replaces="SGD.step", caught_by="steps_downhill")
def climbs(self):
    """You added the gradient, which climbs. The gradient points uphill; subtract it."""
    for group in self.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.data += group["lr"] * self.direction(p, group)


@mistake(replaces="SGD.step", caught_by="steps_downhill")
def forgets_the_learning_rate(self):
    """You took the whole gradient as the step. Multiply it by the learning rate, group["lr"]."""
    for group in self.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.data -= self.direction(p, group)


@mistake(replaces="SGD.step", caught_by="steps_in_place")
def makes_a_new_array(self):
    """You made a new array and left the old one behind. Whoever held the old one (a view, a saved state) no longer sees the parameter; write p.data -= ..."""
    for group in self.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.data = p.data - group["lr"] * self.direction(p, group)


@mistake(replaces="SGD.step", caught_by="leaves_the_idle_alone")
def expects_a_gradient_everywhere(self):
    """A parameter that took no part in the loss has grad None, and your step tried to calculate with it. Skip those."""
    for group in self.param_groups:
        for p in group["params"]:
            p.data -= group["lr"] * self.direction(p, group)


@mistake(replaces="SGD.zero_grad", caught_by="forgets_gradients")
def sets_the_gradients_to_zero(self):
    """You set each gradient to 0. Set it to None: then a parameter that takes no part in the next batch stays where it is, and nothing is kept for it."""
    for group in self.param_groups:
        for p in group["params"]:
            p.grad = 0


@mistake(replaces="SGD.zero_grad", caught_by="forgets_gradients")
def forgets_the_other_groups(self):
    """You cleared the first group only. An optimiser may hold several: go through all of self.param_groups."""
    for p in self.param_groups[0]["params"]:
        p.grad = None


@mistake(replaces="train_epoch", caught_by="learns_a_line")
def never_zeroes(model, loss, optimizer, x, y, batch_size, rng):
    """You never called zero_grad(): each step used the gradients of all earlier batches as well, because backward() adds."""
    total = 0.0
    for batch in minibatches(len(x), batch_size, rng):
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.step()
        total += batch_loss.item() * len(batch)
    return total / len(x)


@mistake(replaces="train_epoch", caught_by="learns_a_line")
def zeroes_just_before_the_step(model, loss, optimizer, x, y, batch_size, rng):
    """You cleared the gradients between backward() and step(), so the step had nothing to go by. Clear them before backward()."""
    total = 0.0
    for batch in minibatches(len(x), batch_size, rng):
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += batch_loss.item() * len(batch)
    return total / len(x)


@mistake(replaces="train_epoch", caught_by="learns_a_line")
def one_step_an_epoch(model, loss, optimizer, x, y, batch_size, rng):
    """You stepped once, after all batches. Then the batches are no batches: step after each of them."""
    total = 0.0
    optimizer.zero_grad()
    for batch in minibatches(len(x), batch_size, rng):
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        total += batch_loss.item() * len(batch)
    optimizer.step()
    return total / len(x)


@mistake(replaces="train_epoch", caught_by="learns_a_line")
def mean_of_the_batch_means(model, loss, optimizer, x, y, batch_size, rng):
    """You averaged the batches, so an example in the short last batch counts more than the others. Weigh each batch by its length."""
    losses = []
    for batch in minibatches(len(x), batch_size, rng):
        optimizer.zero_grad()
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.step()
        losses.append(batch_loss.item())
    return sum(losses) / len(losses)


@mistake(replaces="train_epoch", caught_by="learns_a_line")
def loss_of_the_last_batch(model, loss, optimizer, x, y, batch_size, rng):
    """You returned the loss of the last batch alone. Add up the losses of all batches, each times its length, and divide by the number of examples."""
    for batch in minibatches(len(x), batch_size, rng):
        optimizer.zero_grad()
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.step()
    return batch_loss.item()


@mistake(replaces="train_epoch", caught_by="learns_over_epochs")
def returns_a_tensor(model, loss, optimizer, x, y, batch_size, rng):
    """You summed Tensors, and each keeps the graph of its batch alive: memory grows with every step. Take the number out with .item()."""
    total = Tensor(0.0)
    for batch in minibatches(len(x), batch_size, rng):
        optimizer.zero_grad()
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.step()
        total = total + batch_loss * float(len(batch))
    return total * (1.0 / len(x))

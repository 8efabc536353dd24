"""What makes a step of training quick, as structure: calls, page faults, dtypes, memory; not as times."""

import gc
import subprocess
import sys

import numpy as np
import pytest

from rung.scratch import Tensor, nn, optim
from rung.scratch.models.gpt import GPT, GPTConfig
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.matrix_factorization import MatrixFactorization
from rung.scratch.models.mlp import MLP
from rung.scratch.models.resnet import ResNet
from rung.scratch.nn import functional as F
from rung.scratch.tensor import watch

RNG = np.random.default_rng(0)
SMALL_GPT = GPTConfig(vocab=32, context=16, dim=32, heads=2, layers=2)


def images(b, c, size):
    return RNG.standard_normal((b, c, size, size), dtype=np.float32)


class LastState(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer, self.head = layer, nn.Linear(8, 3, rng=0)

    def forward(self, x):
        return self.head(self.layer(x)[0][-1])


def classify(model, x, t):
    y = model(x)
    return F.cross_entropy(y.reshape(-1, y.shape[-1]), t.reshape(-1))


def sequences():
    return Tensor(RNG.standard_normal((5, 4, 6), dtype=np.float32)), RNG.integers(0, 3, 4)


def rows():
    return Tensor(RNG.standard_normal((4, 6), dtype=np.float32)), np.array([0, 1, 2, 0])


def tokens():
    return RNG.integers(0, 32, (2, 16)), RNG.integers(0, 32, (2, 16))


def pictures(c, size):
    return lambda: (Tensor(images(2, c, size)), np.array([1, 2]))


WORKLOADS = {  # name: (model, batch, how many calls a step may record)
    "mlp": (lambda: MLP([6, 8, 3], rng=0), rows, 5),
    "lenet": (lambda: LeNet(rng=0), pictures(1, 28), 14),
    "resnet": (lambda: ResNet((4, 8), rng=0), pictures(3, 8), 23),
    "lstm": (lambda: LastState(nn.LSTM(6, 8, rng=0)), sequences, 6),
    "gru": (lambda: LastState(nn.GRU(6, 8, rng=0)), sequences, 5),
    "gpt": (lambda: GPT(SMALL_GPT, rng=0), tokens, 45),
}


def step_of(name):
    build, batch_of, _ = WORKLOADS[name]
    model, batch = build(), batch_of()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = classify(model, *batch)
        loss.backward()
        optimizer.step()
        return loss

    return model, step


def recorded(loss):
    """The calls that lead to the loss, by name."""
    seen, stack = {}, [loss]
    while stack:
        t = stack.pop()
        if t is not None and t.fn is not None and id(t) not in seen:
            seen[id(t)] = t
            stack.extend(t.inputs)
    return [type(t.fn).__name__ for t in seen.values()]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_layer_is_one_call(name):
    build, batch_of, most = WORKLOADS[name]
    names = recorded(classify(build(), *batch_of()))
    assert len(names) <= most, f"{len(names)} calls: {sorted(names)}"


@pytest.mark.parametrize("name", WORKLOADS)
def test_everything_is_float32(name):
    kinds = set()

    def see(op, inputs, options, out):
        kinds.update({(op.__name__, out.data.dtype.name)} if out.data.dtype.kind == "f" else ())

    model, step = step_of(name)
    with watch(see):
        loss = step()
    assert {dtype for _, dtype in kinds} == {"float32"}, sorted(kinds)
    assert loss.data.dtype == np.float32
    assert {p.grad.dtype.name for p in model.parameters() if p.grad is not None} == {"float32"}


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_step_leaves_nothing_behind_not_even_for_the_collector_of_cycles(name):
    _, step = step_of(name)
    for _ in range(3):
        step()
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(10):
            step()
        after = len(gc.get_objects())
    finally:
        gc.enable()
    assert after - before < 10, f"{after - before} objects more after 10 steps"


@pytest.mark.slow
def test_memory_stays_flat_over_10_000_steps():
    resource = pytest.importorskip("resource")
    model = MatrixFactorization(50, 40, 4, rng=0)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    user, item, rating = RNG.integers(0, 50, 32), RNG.integers(0, 40, 32), np.zeros(32, np.float32)

    def steps(count):
        for _ in range(count):
            optimizer.zero_grad()
            F.mse_loss(model(user, item), Tensor(rating)).backward()
            optimizer.step()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KB on Linux, bytes on macOS

    early = steps(500)
    assert steps(10_000) <= 1.01 * early


FAULTS = """
import resource
import numpy as np
from rung.scratch import Tensor, optim
from rung.scratch.allocator import keep_freed_memory
from rung.scratch.models.lenet import LeNet
from rung.scratch.nn import functional as F

if not keep_freed_memory():
    raise SystemExit(print(-1))
model = LeNet(rng=0)
optimizer = optim.Adam(model.parameters(), lr=1e-3)
x, t = np.zeros((64, 1, 28, 28), np.float32), np.zeros(64, int)

def step():
    optimizer.zero_grad()
    F.cross_entropy(model(Tensor(x)), t).backward()
    optimizer.step()

for _ in range(10):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator is only on Linux")
def test_no_page_faults_once_warm():
    run = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, timeout=60, check=True
    )
    faults = int(run.stdout)
    if faults < 0:
        pytest.skip("another allocator than glibc's")
    assert faults < 20, f"{faults} page faults in 20 steps"

"""The engine where there are no threads, no processes and no C library: Python in a browser (Pyodide).

There a thread cannot start and fork fails, and smaller builds lack the modules. What is run here is stricter:
once NumPy is loaded, whatever asks for one of them fails.
"""

import subprocess
import sys

CODE = """
import sys
import numpy as np
import numpy.random

GONE = ("threading", "multiprocessing", "ctypes", "_ctypes", "mmap", "subprocess", "resource", "socket")
loaded = [name for name in sys.modules if name.split(".")[0] in GONE]
for name in loaded:
    del sys.modules[name]

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in GONE:
            raise ImportError(f"there is no {name} here")

sys.meta_path.insert(0, Nothing())
sys.platform = PLATFORM

from rung.scratch import Tensor, no_grad, nn, optim
from rung.scratch.models.gpt import GPT, GPTConfig
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F

def train(model, x, t, steps):
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
    return loss.item()

rng = np.random.default_rng(0)
x = rng.standard_normal((64, 2)).astype(np.float32)
t = (x[:, 0] * x[:, 1] > 0).astype(np.int64)  # four fields, crosswise: no line parts them
print(train(MLP([2, 16, 2], rng=0), Tensor(x), t, 200))
images = Tensor(rng.standard_normal((4, 1, 28, 28)).astype(np.float32))
print(train(LeNet(rng=0), images, np.arange(4), 10))
words = rng.integers(0, 8, (2, 8))
class Flat(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
    def forward(self, w):
        return self.net(w).reshape(-1, 8)
model = Flat(GPT(GPTConfig(vocab=8, context=8, dim=16, heads=2, layers=1), rng=0))
print(train(model, words, words.reshape(-1), 10))
with no_grad():
    assert not MLP([2, 2], rng=0)(Tensor(x)).requires_grad
found = sorted(name for name in sys.modules if name.split(".")[0] in GONE and sys.modules[name])
assert found == [], found
"""


def losses(platform):
    code = CODE.replace("PLATFORM", repr(platform))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.split()]


def test_networks_train_without_threads_processes_and_a_c_library():
    mlp, lenet, gpt = losses("emscripten")
    assert mlp < 0.2  # guessing gives 0.69
    assert lenet < 1.0  # 1.39
    assert gpt < 2.0  # 2.08


def test_also_where_the_platform_has_an_allocator_to_tell_but_no_way_to_reach_it():
    assert losses("linux")[0] < 0.2

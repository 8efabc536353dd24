"""The allocator's setting: where it applies, a step takes no new pages from the kernel."""

import subprocess
import sys

import pytest

from rung.scratch import allocator

CODE = """
import resource
import numpy as np
from rung.scratch import Tensor, nn
from rung.scratch.models.mlp import MLP
model, x, y = MLP([64, 256, 256, 10], rng=0), Tensor(np.ones((2048, 64), "f")), np.zeros(2048, dtype=int)
def faults(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        loss = nn.CrossEntropyLoss()(model(x), y)
        model.zero_grad()
        loss.backward()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults(5)
print(faults(10) / 10)
"""


def faults_a_step(**environment):
    import os

    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment}
    return float(
        subprocess.run(
            [sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=True
        ).stdout
    )


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not allocator.keep_freed_memory(), reason="needs glibc"
)
def test_no_page_faults_after_warm_up():
    assert faults_a_step() < 5
    assert faults_a_step(RUNG_ALLOCATOR="default") > 100


def test_it_can_be_left_alone(monkeypatch):
    monkeypatch.setenv("RUNG_ALLOCATOR", "default")
    assert not allocator.keep_freed_memory()
    monkeypatch.delenv("RUNG_ALLOCATOR")
    monkeypatch.setattr(allocator.sys, "platform", "emscripten")
    assert not allocator.keep_freed_memory()

"""The warm process that lessons are forked from: importing this imports all that lessons need.

Measured: a lesson's process is live 0.6 s after the wish with the imports alone, and 0.15 s with a notebook
run before.
"""

import gc
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import sklearn.datasets  # noqa: F401  lessons read their data from it
import torch

from rung.learn import notebook

from . import kernel, rendered  # noqa: F401  what the forked processes run

torch.set_num_threads(1)
np.ones((64, 64)) @ np.ones((64, 64))
# A template that is cold is only slow; one that fails to start would take the studio with it.
with suppress(Exception):
    notebook.run(Path(os.path.dirname(__file__)) / "warmup.py")
# The collector would otherwise touch every object in every fork, and memory that is touched is no longer
# shared.
gc.collect()
gc.freeze()

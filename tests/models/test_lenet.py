"""LeNet: its layers are those of the paper's figure 2, and it computes what LeNet from scratch computes."""

import numpy as np
import torch

from rung.models.lenet import LeNet
from rung.scratch import Tensor
from rung.scratch.models.lenet import LeNet as Scratch


def sizes(model):
    return {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}


def test_the_layers_have_the_papers_numbers_of_parameters():
    # C1 156, C5 48,120, F6 10,164: section II.B. C3 has 1,516 there, as some maps are left out; here none is.
    assert sizes(LeNet()) == {"conv1": 156, "conv2": 2416, "fc1": 48_120, "fc2": 10_164, "fc3": 850}
    assert sizes(LeNet(classes=26, channels=3))["conv1"] == 3 * 6 * 25 + 6
    assert LeNet(classes=26, channels=3)(torch.zeros(2, 3, 28, 28)).shape == (2, 26)


def test_it_computes_what_lenet_from_scratch_computes():
    scratch, model = Scratch(rng=0), LeNet()
    model.load_state_dict({name: torch.from_numpy(w) for name, w in scratch.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(4, 1, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(
        model(torch.from_numpy(x)).detach().numpy(), scratch(Tensor(x)).data, rtol=1e-5, atol=1e-6
    )

"""Ours against captum's on the same weights: one implementation for both engines, proved by a second hand."""

import captum.attr as captum
import numpy as np
import pytest
import torch

from rung.explain.attribution import attribute, integrated_gradients
from rung.explain.subject import Subject
from rung.models.entity_embeddings import EntityEmbeddings
from rung.models.lenet import LeNet as TheirLeNet
from rung.models.text_cnn import TextCNN
from rung.scratch.models.lenet import LeNet as OurLeNet


class Layered(TheirLeNet):
    """LeNet with its ReLUs as layers: captum's guided backprop sees no others."""

    def __init__(self):
        super().__init__()
        self.bends = torch.nn.ModuleList(torch.nn.ReLU() for _ in range(4))

    def forward(self, x):
        pool = torch.nn.functional.max_pool2d
        x = pool(self.bends[0](self.conv1(x)), 2)
        x = pool(self.bends[1](self.conv2(x)), 2)
        x = self.bends[2](self.fc1(x.flatten(1)))
        return self.fc3(self.bends[3](self.fc2(x)))


X = np.random.default_rng(0).normal(size=(3, 1, 28, 28)).astype(np.float32)
TARGET = [3, 0, 7]
OURS = OurLeNet(rng=0)
WEIGHTS = {name: torch.from_numpy(array) for name, array in OURS.state_dict().items()}


def theirs(kind=TheirLeNet):
    model = kind()
    model.load_state_dict(WEIGHTS)
    return model.eval()


def leaf():
    return torch.from_numpy(X.copy()).requires_grad_()


@pytest.fixture(params=["scratch", "pytorch"])
def subject(request):
    return Subject(OURS if request.param == "scratch" else theirs())


def close(ours, captums):
    captums = captums.detach().numpy()
    most = np.abs(captums).max()
    assert most > 0, "there is something to compare"
    np.testing.assert_allclose(ours, captums, rtol=0, atol=min(1e-5, 1e-4 * most))


def test_saliency(subject):
    found = captum.Saliency(theirs()).attribute(leaf(), TARGET)
    ours = attribute(subject, X, TARGET, "saliency")
    close(ours.values, found)
    close(ours.map, found.amax(1))


def test_gradient_times_input(subject):
    found = captum.InputXGradient(theirs()).attribute(leaf(), TARGET)
    close(attribute(subject, X, TARGET, "gradient-times-input").values, found)


def test_integrated_gradients(subject):
    start = torch.full((1, 1, 28, 28), 0.25)
    found, gap = captum.IntegratedGradients(theirs()).attribute(
        leaf(), start, TARGET, n_steps=30, method="riemann_middle", return_convergence_delta=True
    )
    ours = attribute(subject, X, TARGET, "integrated-gradients", baseline=0.25, steps=30)
    close(ours.values, found)
    np.testing.assert_allclose(ours.gap, gap.detach().numpy(), atol=1e-5)


def test_guided_backprop(subject):
    with pytest.warns(UserWarning, match="Setting backward hooks on ReLU"):
        found = captum.GuidedBackprop(theirs(Layered)).attribute(leaf(), TARGET)
    close(attribute(subject, X, TARGET, "guided-backprop").values, found)
    close(attribute(Subject(theirs(Layered)), X, TARGET, "guided-backprop").values, found)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_grad_cam(subject, layer):
    model = theirs()
    small = captum.LayerGradCam(model, getattr(model, layer)).attribute(
        leaf(), TARGET, relu_attributions=True
    )
    ours = attribute(subject, X, TARGET, "grad-cam", layer)
    close(ours.values, small[:, 0])
    close(ours.map, captum.LayerAttribution.interpolate(small, (28, 28), "bilinear")[:, 0])


@pytest.mark.parametrize(("size", "stride"), [(7, 7), (6, 4), (5, 5)])
def test_occlusion(subject, size, stride):
    found = captum.Occlusion(theirs()).attribute(
        torch.from_numpy(X), (1, size, size), (1, stride, stride), baselines=0.25, target=TARGET
    )
    ours = attribute(subject, X, TARGET, "occlusion", size=size, stride=stride, fill=0.25)
    close(ours.map, found[:, 0])


def test_smoothgrad_is_the_mean_of_captums_gradients_at_the_same_noisy_points(subject):
    rng, gradients = np.random.default_rng(5), []
    spread = 0.2 * np.ptp(X.reshape(3, -1), axis=1).reshape(3, 1, 1, 1)
    for _ in range(8):
        noisy = torch.from_numpy((X + spread * rng.standard_normal(X.shape)).astype(np.float32))
        gradients.append(captum.Saliency(theirs()).attribute(noisy.requires_grad_(), TARGET, abs=False))
    ours = attribute(subject, X, TARGET, "smoothgrad", samples=8, noise=0.2, seed=5)
    close(ours.values, torch.stack(gradients).mean(0).abs())


def test_words_are_integrated_over_as_by_captums_layers():
    torch.manual_seed(0)
    model = TextCNN(12, 3, dim=8, channels=6).eval()
    tokens = torch.tensor([[5, 2, 8, 3, 0, 0], [4, 4, 7, 6, 1, 9]])
    found = captum.LayerIntegratedGradients(model, model.embed).attribute(
        tokens, torch.zeros_like(tokens), target=[2, 1], n_steps=20, method="riemann_middle"
    )
    ours = integrated_gradients(Subject(model), tokens.numpy(), [2, 1], steps=20)
    close(ours.map, found.sum(-1))


def test_replaced_words_are_captums_ablated_features():
    torch.manual_seed(0)
    model = TextCNN(12, 3, dim=8, channels=6).eval()
    tokens = torch.tensor([[5, 2, 8, 3, 0, 0], [4, 4, 7, 6, 1, 9]])
    found = captum.FeatureAblation(model).attribute(tokens, baselines=11, target=[2, 1])
    close(attribute(Subject(model), tokens.numpy(), [2, 1], "occlusion", fill=11).map, found)


def test_columns_with_categories_are_captums_parts_of_the_joined_vector():
    torch.manual_seed(0)
    model = EntityEmbeddings(2, sizes=(8, 5), widths=(4, 3), hidden=(16,), outputs=2).eval()
    for table in model.embeddings:
        torch.nn.init.normal_(table.weight)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 2)).astype(np.float32), rng.integers(0, 5, (6, 2))
    vectors = [table(torch.from_numpy(x[1][:, i])) for i, table in enumerate(model.embeddings)]
    joined = torch.cat([torch.from_numpy(x[0]), *vectors], dim=1)
    found = captum.IntegratedGradients(model.layers).attribute(
        joined.detach(), target=1, n_steps=40, method="riemann_middle"
    )
    parts = [found[:, :1], found[:, 1:2], found[:, 2:6], found[:, 6:]]
    ours = attribute(Subject(model), x, 1, "integrated-gradients", steps=40)
    close(ours.map, torch.stack([part.sum(1) for part in parts], dim=1))

"""The sanity check separates: a map of the model changes with its weights, a map of the picture does not."""

import numpy as np
import pytest
import torch

from rung.explain.attribution.sanity import edges, randomised, rank_correlation, sanity_check
from rung.explain.subject import Subject
from rung.models.lenet import LeNet as TheirLeNet
from rung.models.transformer_encoder import TextTransformer
from rung.scratch import nn
from rung.scratch.errors import SettingError
from rung.scratch.models.lenet import LeNet as OurLeNet

X = np.random.default_rng(0).normal(size=(4, 1, 28, 28)).astype(np.float32)


def lenets():
    ours, theirs = OurLeNet(rng=0), TheirLeNet()
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})
    return [Subject(ours), Subject(theirs)]


@pytest.mark.parametrize("subject", lenets(), ids=lambda s: s.engine.name)
def test_saliency_changes_with_the_weights_and_edges_do_not(subject):
    before = {k: np.asarray(v).copy() for k, v in subject.model.state_dict().items()}
    found = sanity_check(subject, X, 3, "saliency")
    assert list(found.correlations) == ["fc3", "fc2", "fc1", "conv2", "conv1"], "from the top down"
    assert found.correlations["conv1"] < 0.5
    drawn = sanity_check(subject, X, 3, edges)
    assert (drawn.method, set(drawn.correlations.values())) == ("edges", {1.0})
    assert all(np.array_equal(before[k], np.asarray(v)) for k, v in subject.model.state_dict().items())
    assert found.steps[0].map.shape == found.map.shape == (4, 28, 28)


@pytest.mark.parametrize("subject", lenets(), ids=lambda s: s.engine.name)
@pytest.mark.parametrize("order", ["cascading", "independent"])
def test_which_layers_are_random_at_each_step(subject, order):
    learned = {k: np.asarray(v).copy() for k, v in subject.model.state_dict().items()}
    done = []
    for layer, changed in randomised(subject, X, order):
        done = [*done, layer] if order == "cascading" else [layer]
        for name, value in changed.model.state_dict().items():
            same = np.array_equal(np.asarray(value), learned[name])
            assert same == (name.rpartition(".")[0] not in done)
            assert np.asarray(value).std() == pytest.approx(learned[name].std(), rel=0.8), "its size stays"


def test_what_only_the_first_layer_decides_is_seen_at_the_first_layer():
    model = nn.Sequential(nn.Linear(6, 6, rng=0), nn.Linear(6, 2, rng=1))
    x = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)
    found = sanity_check(Subject(model), x, 0, "saliency", "independent")
    assert list(found.correlations) == ["1", "0"]


def test_parameters_that_are_used_without_their_layer_being_called_are_randomised_too():
    model = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    subject = Subject(model, outputs=lambda m, x: m(x, x, x, need_weights=True)[0].sum(1))
    x = np.random.default_rng(0).normal(size=(2, 3, 8)).astype(np.float32)
    steps = [
        (layer, {k: v.clone() for k, v in s.model.state_dict().items()})
        for layer, s in randomised(subject, x)
    ]
    assert not torch.equal(steps[-1][1]["out_proj.weight"], model.out_proj.weight)


def test_texts_and_settings_pass_through():
    torch.manual_seed(0)
    subject = Subject(TextTransformer(10, 2, dim=8, heads=2, layers=1, inner=8))
    tokens = np.array([[5, 2, 8, 3, 0, 0], [4, 4, 7, 6, 1, 9]])
    found = sanity_check(subject, tokens, method="integrated-gradients", steps=4)
    assert next(iter(found.correlations)) == "head"
    assert list(found.correlations)[-1] == "embed"
    with pytest.raises(SettingError, match="did you mean"):
        sanity_check(subject, tokens, order="cascade")


def test_rank_correlation_is_of_sizes_and_tells_nothing_of_a_map_without_any():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(5, 5))
    assert rank_correlation(a, -a) == pytest.approx(1)
    assert rank_correlation(a, np.exp(np.abs(a))) == pytest.approx(1)
    assert rank_correlation(a, 1 / a) == pytest.approx(-1)
    assert rank_correlation(a, np.zeros_like(a)) == 0
    assert rank_correlation(0 * a, 0 * a) == 0


def test_places_that_are_0_whatever_the_weights_do_not_count():
    rng = np.random.default_rng(0)
    a, b = np.zeros((2, 50, 50))
    a[:5], b[:5] = rng.normal(size=(2, 5, 50))
    assert abs(rank_correlation(a, b)) < 0.3
    assert rank_correlation(a, a + 1e-9 * rng.normal(size=a.shape)) > 0.999, "nor does rounding"

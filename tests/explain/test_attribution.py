"""Each method finds what must be found, on models whose answer has a known reason, in both engines."""

import numpy as np
import pytest
import torch

from rung.explain.attribution import METHODS, AttributionError, attribute, curves, guided_backprop
from rung.explain.attribution.grad_cam import resized
from rung.explain.attribution.occlusion import patches
from rung.explain.subject import Subject, UnknownLayerError
from rung.models.bilstm import BiLSTM
from rung.models.entity_embeddings import EntityEmbeddings
from rung.models.lenet import LeNet as TorchLeNet
from rung.models.neural_collaborative_filtering import NeuralCollaborativeFiltering
from rung.models.resnet import ResNet as TorchResNet
from rung.models.text_cnn import TextCNN
from rung.models.transformer_encoder import TextTransformer
from rung.scratch import nn
from rung.scratch.errors import SettingError, UnknownNameError
from rung.scratch.function import use
from rung.scratch.models.gpt import GPT, GPTConfig
from rung.scratch.models.resnet import ResNet
from rung.scratch.nn import functional as F
from rung.scratch.ops.activation import ReLU
from rung.scratch.tensor import Tensor

W = np.array([[3.0, -4.0, 0.5], [1.0, 1.0, -2.0]], np.float32)
X = np.array([[2.0, 1.0, -3.0], [0.0, -1.0, 4.0]], np.float32)


def twins(ours, theirs):
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})
    return [Subject(ours), Subject(theirs)]


def linear():
    model = nn.Sequential(nn.Linear(3, 2, rng=0))
    model[0].weight.data[...], model[0].bias.data[...] = W, [7.0, -7.0]
    return twins(model, torch.nn.Sequential(torch.nn.Linear(3, 2)))


CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.float32)
TOP, LEFT = 3, 7  # where the cross is


def detector():
    """Answer 1 for a cross, anywhere: one channel fires at its middle and nowhere else."""
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, rng=0), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 144, 2, rng=0)
    )
    conv, head = model[0], model[3]
    conv.weight.data[...] = np.stack([2 * CROSS - 1, 1 - 2 * CROSS])[:, None]
    conv.bias.data[...] = [-3, -3]
    head.weight.data[...] = np.kron([[0, 1], [1, 0]], np.ones(144))
    head.bias.data[...] = 0
    t = torch.nn
    return twins(
        model, t.Sequential(t.Conv2d(1, 2, 3, padding=1), t.ReLU(), t.Flatten(), t.Linear(2 * 144, 2))
    )


def crossed():
    picture = np.random.default_rng(0).uniform(0, 0.1, (1, 1, 12, 12)).astype(np.float32)
    picture[0, 0, TOP : TOP + 3, LEFT : LEFT + 3] += CROSS
    return picture


@pytest.mark.parametrize("subject", linear(), ids=lambda s: s.engine.name)
def test_of_a_linear_model_every_method_says_what_the_weights_say(subject):
    np.testing.assert_allclose(attribute(subject, X, 0).map, np.abs(W[[0, 0]]), atol=1e-6)
    np.testing.assert_allclose(attribute(subject, X, 1, "smoothgrad").map, np.abs(W[[1, 1]]), atol=1e-6)
    for method in ("gradient-times-input", "integrated-gradients", "occlusion"):
        found = attribute(subject, X, [1, 0], method)
        np.testing.assert_allclose(found.map, W[[1, 0]] * X, atol=1e-5)
        assert (found.kind, found.signed, found.classes.tolist()) == ("table", True, [1, 0])
    difference = attribute(subject, X, np.array([[1.0, -1.0]] * 2), "gradient-times-input")
    np.testing.assert_allclose(difference.map, (W[0] - W[1]) * X, atol=1e-6)


@pytest.mark.parametrize("subject", linear(), ids=lambda s: s.engine.name)
def test_without_a_target_the_models_own_answer_is_explained(subject):
    assert attribute(subject, X).classes.tolist() == subject.ask(X).argmax(1).tolist()


@pytest.mark.parametrize("subject", linear(), ids=lambda s: s.engine.name)
def test_integrated_gradients_take_a_baseline_and_columns_can_be_covered_together(subject):
    mean = np.array([[1.0, 1.0, 1.0]], np.float32)
    found = attribute(subject, X, 0, "integrated-gradients", baseline=mean)
    np.testing.assert_allclose(found.map, W[0] * (X - 1), atol=1e-5)
    covered = attribute(subject, X, 0, "occlusion", fill=mean, groups=[[0, 2], [1]])
    parts = W[0] * (X - 1)
    np.testing.assert_allclose(
        covered.values, np.stack([parts[:, 0] + parts[:, 2], parts[:, 1]], 1), atol=1e-5
    )
    np.testing.assert_allclose(covered.map, covered.values[:, [0, 1, 0]], atol=1e-6)


def curved():
    ours = nn.Sequential(nn.Linear(3, 8, rng=3), nn.Tanh(), nn.Linear(8, 2, rng=4))
    t = torch.nn
    return twins(ours, t.Sequential(t.Linear(3, 8), t.Tanh(), t.Linear(8, 2)))


@pytest.mark.parametrize("subject", curved(), ids=lambda s: s.engine.name)
def test_integrated_gradients_are_complete_and_say_by_how_much_they_are_not(subject):
    rise = subject.ask(X)[:, 1] - subject.ask(0 * X)[:, 1]
    gaps = []
    for steps in (1, 4, 64):
        found = attribute(subject, X, 1, "integrated-gradients", steps=steps)
        np.testing.assert_allclose(found.map.sum(1) - rise, found.gap, atol=1e-5)
        gaps.append(np.abs(found.gap).max())
    assert gaps[0] > 10 * gaps[2]
    assert gaps[2] < 1e-3


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("subject", detector(), ids=lambda s: s.engine.name)
def test_every_method_finds_the_patch_that_decides(subject, method):
    x = crossed()
    settings = {"size": 3, "stride": 1} if method == "occlusion" else {}
    found = attribute(subject, x, 1, method, **settings)
    assert found.kind == "picture"
    assert found.map.shape == (1, 12, 12)
    size = np.abs(found.map[0])
    inside = np.zeros((12, 12), bool)
    inside[TOP : TOP + 3, LEFT : LEFT + 3] = True
    assert inside.ravel()[size.argmax()]
    assert size[inside].mean() > 5 * size[~inside].mean()
    assert METHODS[method].shows.endswith(".")


@pytest.mark.parametrize("form", ["layer", "function", "in place", "six"])
def test_guided_backprop_by_hand(form):
    first, last = np.array([[1, 2], [3, 1], [-1, -1]], np.float32), np.array([[2, -3, 5]], np.float32)
    x = np.ones((1, 2), np.float32)  # hidden 3, 4 and -2: two are open
    bends = {
        "layer": torch.nn.ReLU(),
        "in place": torch.nn.ReLU(inplace=True),
        "function": torch.nn.functional.relu,
        "six": torch.nn.functional.relu6,
    }

    class Theirs(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(2, 3, bias=False), torch.nn.Linear(3, 1, bias=False)
            self.bend = bends[form]

        def forward(self, x):
            return self.b(self.bend(self.a(x)))

    class Ours(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(2, 3, bias=False, rng=0), nn.Linear(3, 1, bias=False, rng=0)
            self.bend = nn.ReLU()

        def forward(self, x):
            return self.b(self.bend(self.a(x)) if form == "layer" else F.relu(self.a(x)))

    ours = Ours()
    ours.a.weight.data[...], ours.b.weight.data[...] = first, last
    for subject in twins(ours, Theirs()):
        assert attribute(subject, x, 0, "gradient-times-input").map.tolist() == [[2 - 9, 4 - 3]]
        assert guided_backprop(subject, x, 0).map.tolist() == [[2, 4]], "-3 and 5 are held back"
        assert attribute(subject, x, 0, "gradient-times-input").map.tolist() == [[-7, 1]], "it is over"


@pytest.mark.parametrize("method", METHODS)
def test_both_engines_agree_where_ways_part_and_meet_again(method):
    ours, theirs = ResNet(widths=(4,), blocks=2, classes=3, rng=0), TorchResNet(2, (4,), 3)
    weights = {name: torch.from_numpy(array) for name, array in ours.state_dict().items()}
    theirs.load_state_dict(weights, strict=False)
    x = np.random.default_rng(0).normal(size=(2, 3, 8, 8)).astype(np.float32)
    a, b = (attribute(Subject(model), x, [0, 2], method) for model in (ours, theirs))
    assert a.layer == b.layer
    assert np.abs(b.map).max() > 1e-3
    np.testing.assert_allclose(a.map, b.map, atol=1e-5)


TOKENS = np.array([[5, 2, 8, 3, 0, 0], [4, 4, 7, 6, 1, 9]])


def readers():
    torch.manual_seed(0)
    small = {"dim": 8, "dropout": 0.5}
    return [
        TextCNN(10, 2, channels=6, **small),
        BiLSTM(10, 2, hidden=5, **small),
        TextTransformer(10, 2, heads=2, layers=1, inner=16, **small),
    ]


@pytest.mark.parametrize("model", readers(), ids=lambda m: type(m).__name__)
def test_texts_get_one_number_a_word_and_none_where_no_word_is(model):
    subject = Subject(model)
    for name, method in METHODS.items():
        if "words" not in method.inputs or (name == "guided-backprop" and isinstance(model, BiLSTM)):
            continue
        found = attribute(subject, TOKENS, [0, 1], name)
        assert (found.kind, found.map.shape) == ("words", (2, 6))
        if name in ("gradient-times-input", "integrated-gradients", "occlusion"):
            assert np.abs(found.map[0, 4:]).max() < 1e-6, f"{name}: padding is no word"
        assert (np.abs(found.map).sum(1) > 0).all()
    found = attribute(subject, TOKENS, 1, "integrated-gradients", steps=200)
    assert np.abs(found.gap).max() < 0.02 * np.abs(found.map).sum(1).max()


def test_a_word_is_left_out_and_the_others_close_up_or_it_is_replaced():
    subject = Subject(readers()[0])
    whole, without = subject.ask(TOKENS[:1]), subject.ask(np.array([[5, 8, 3, 0, 0, 0]]))
    replaced = subject.ask(np.array([[5, 9, 8, 3, 0, 0]]))
    assert attribute(subject, TOKENS[:1], 1, "occlusion").map[0, 1] == pytest.approx(
        (whole - without)[0, 1], abs=1e-6
    )
    assert attribute(subject, TOKENS[:1], 1, "occlusion", fill=9).map[0, 1] == pytest.approx(
        (whole - replaced)[0, 1], abs=1e-6
    )
    only = attribute(subject, np.array([[5, 0, 0]]), 1, "occlusion").map
    np.testing.assert_allclose(only, 0, atol=1e-6, err_msg="the only word stays")


def test_scratch_and_pytorch_read_words_alike():
    ours = nn.Sequential(nn.Embedding(10, 3, rng=0), nn.Flatten(), nn.Linear(18, 4, rng=1), nn.ReLU())
    t = torch.nn
    pair = twins(ours, t.Sequential(t.Embedding(10, 3), t.Flatten(), t.Linear(18, 4), t.ReLU()))
    for method in (m for m in METHODS if m != "grad-cam"):
        a, b = (attribute(s, TOKENS, [0, 1], method).map for s in pair)
        np.testing.assert_allclose(a, b, atol=1e-6)
        assert a.shape == (2, 6)


def test_a_table_of_numbers_and_categories_gets_one_number_a_column():
    torch.manual_seed(0)
    model = EntityEmbeddings(2, sizes=(8, 3, 5), widths=(4, 1, 3), hidden=(16,), outputs=2)
    rng = np.random.default_rng(0)
    for table in model.embeddings:
        torch.nn.init.normal_(table.weight)
        table.weight.data[0] = 0
    x = rng.normal(size=(6, 2)).astype(np.float32), rng.integers(0, 3, (6, 3))
    for name, method in METHODS.items():
        if "table" in method.inputs:
            found = attribute(Subject(model), x, 1, name)
            assert (found.kind, found.map.shape) == ("table", (6, 5)), name
    assert not found.map[:, 2:][x[1] == 0].any(), "the unseen is what stands for nothing"
    parts = attribute(Subject(model), x, 1, "integrated-gradients")
    empty = (np.zeros_like(x[0]), np.zeros_like(x[1]))
    rise = (Subject(model).ask(x) - Subject(model).ask(empty))[:, 1]
    np.testing.assert_allclose(parts.map.sum(1), rise, atol=0.02)
    again = attribute(Subject(model), x, 1, "integrated-gradients", baseline=empty)
    np.testing.assert_allclose(again.map, parts.map, atol=1e-6)


def test_columns_find_their_own_embedding_layer_in_whatever_order_they_are_read():
    class Backwards(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.film, self.user = torch.nn.Embedding(5, 3), torch.nn.Embedding(5, 2)
            self.head = torch.nn.Linear(5, 1)

        def forward(self, ids):
            return self.head(torch.cat([self.film(ids[:, 1]), 0 * self.user(ids[:, 0])], dim=1))

    found = attribute(Subject(Backwards()), np.array([[2, 2], [1, 4]]), method="saliency")
    assert not found.map[:, 0].any(), "the user's vector is not used"
    assert found.map[:, 1].all()


def test_a_column_that_several_tables_read_gets_what_all_of_them_give():
    torch.manual_seed(0)
    model = NeuralCollaborativeFiltering(users=6, items=7, dim=4)
    for table in (model.user, model.item, model.user_read, model.item_read):
        torch.nn.init.normal_(table.weight)
    pairs = np.array([[2, 2], [1, 4], [5, 0]])
    subject = Subject(model, outputs=lambda model, ids: model(ids[:, 0], ids[:, 1]))
    found = attribute(subject, pairs, method="integrated-gradients", steps=300)
    assert (found.kind, found.map.shape) == ("table", (3, 2))
    assert np.abs(found.gap).max() < 0.02 * np.abs(found.map).max()
    empty = subject.ask(pairs)
    with torch.no_grad():
        for table in (model.user, model.item, model.user_read, model.item_read):
            table.weight.zero_()
    np.testing.assert_allclose(found.map.sum(1) - found.gap, empty - subject.ask(pairs), atol=1e-5)


def test_a_table_that_is_asked_twice_is_refused_by_gradient_and_explained_by_occlusion():
    class Shared(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.head = torch.nn.Embedding(5, 3), torch.nn.Linear(3, 2)

        def forward(self, ids):
            return self.head(self.table(ids[:, 0]) * self.table(ids[:, 1]))

    pairs = np.array([[2, 2], [1, 4]])
    with pytest.raises(AttributionError, match="called 2 times"):
        attribute(Subject(Shared()), pairs)
    assert attribute(Subject(Shared()), pairs, method="occlusion").map.shape == (2, 2)


def test_of_a_language_model_the_words_before_explain_the_next_one():
    model = GPT(GPTConfig(vocab=20, context=8, dim=16, heads=2, layers=1), rng=0)
    tokens = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    found = attribute(Subject(model, outputs=lambda m, x: m(x)[:, 1]), tokens, method="integrated-gradients")
    assert found.map[:, :2].all()
    assert not found.map[:, 2:].any(), "what comes later cannot be seen"
    with pytest.raises(AttributionError, match="say by weights"):
        attribute(Subject(model), tokens)


def test_a_learners_own_relu_is_the_one_that_is_guided():
    class Mine(ReLU):
        calls = 0

        def forward(self, x):
            Mine.calls += 1
            return super().forward(x)

    subject = detector()[0]
    expected = guided_backprop(subject, crossed(), 1).map
    with use(ReLU, Mine):
        assert np.array_equal(guided_backprop(subject, crossed(), 1).map, expected)
    assert Mine.calls


def test_a_model_with_one_number_an_example_and_a_layer_in_place_of_the_input():
    subject = Subject(curved()[0].model, outputs=lambda model, x: model(x)[:, 0])
    assert attribute(subject, X, method="integrated-gradients").gap.shape == (2,)
    by_layer = attribute(subject, X, layer="1", method="gradient-times-input")
    assert (by_layer.kind, by_layer.map.shape) == ("numbers", (2, 8))
    head = subject.layer("2")
    np.testing.assert_allclose(
        by_layer.map.sum(1), subject.ask(X) - head.bias.data[0], rtol=1e-4, err_msg="it is linear from there"
    )


def test_deletion_and_insertion_tell_a_good_map_from_a_random_one():
    subject, x = detector()[0], crossed()
    subject = Subject(
        subject.model, outputs=lambda model, x: model(x) * Tensor(np.array([0.0, 4.0], np.float32))
    )
    good = attribute(subject, x, 1, "integrated-gradients").map
    seen = curves(subject, x, good, 1)
    assert seen.deletion.shape == seen.insertion.shape == (1, 21)
    assert seen.deletion[0, 0] == pytest.approx(seen.insertion[0, -1])
    rng = np.random.default_rng(0)
    random = [curves(subject, x, rng.normal(size=good.shape), 1).areas for _ in range(5)]
    left, come = (area[0] - 0.5 for area in seen.areas)  # of nothing it says half and half
    assert left < 0.6 * min(a[0][0] - 0.5 for a in random)
    assert come > 1.2 * max(a[1][0] - 0.5 for a in random)
    with pytest.raises(AttributionError, match="a map"):
        curves(subject, x, good[:, :5])


def test_nothing_of_the_model_is_changed():
    for subject in detector():
        model = subject.model.train()
        before = {k: np.asarray(v).copy() for k, v in model.state_dict().items()}
        for method in METHODS:
            attribute(subject, crossed(), 1, method)
        assert all(np.array_equal(before[k], np.asarray(v)) for k, v in model.state_dict().items())
        assert all(m.training for m in model.modules())
        assert all(p.grad is None and p.requires_grad for p in model.parameters())
        hooks = [getattr(m, "_hooks", None) or getattr(m, "_forward_hooks", None) for m in model.modules()]
        assert not any(hooks)


@pytest.mark.parametrize(
    ("error", "match", "asked"),
    [
        (UnknownNameError, 'did you mean "saliency"', {"method": "salency"}),
        (SettingError, "no setting 'step'", {"method": "integrated-gradients", "step": 3}),
        (SettingError, "samples=0", {"method": "smoothgrad", "samples": 0}),
        (SettingError, "steps=0", {"method": "integrated-gradients", "steps": 0}),
        (SettingError, r"columns \[9\] of 3", {"method": "occlusion", "groups": [[9]]}),
        (AttributionError, "came by no ReLU", {"method": "guided-backprop"}),
        (AttributionError, "It is for pictures", {"method": "grad-cam"}),
        (AttributionError, "not by a layer", {"method": "occlusion", "layer": "0"}),
        (AttributionError, "class 2, and the model answers 2", {"target": 2}),
        (AttributionError, "the target is float64", {"target": 0.5}),
        (UnknownLayerError, "no layer 'head'", {"layer": "head"}),
    ],
)
def test_what_cannot_be_asked_is_told(error, match, asked):
    with pytest.raises(error, match=match):
        attribute(linear()[0], X, **asked)


def test_grad_cam_needs_a_layer_that_makes_maps():
    x = np.random.default_rng(0).normal(size=(1, 1, 28, 28)).astype(np.float32)
    subject = Subject(TorchLeNet())
    assert attribute(subject, x, method="grad-cam").layer == "conv2"
    with pytest.raises(AttributionError, match=r"layer=.*conv2"):
        attribute(subject, x, method="grad-cam", layer="fc1")
    flat = Subject(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 2)))
    with pytest.raises(AttributionError, match="no layer of this model makes maps"):
        attribute(flat, x, method="grad-cam")


def test_whole_numbers_that_no_embedding_reads_are_refused():
    flat = Subject(torch.nn.Linear(3, 2), outputs=lambda model, x: model(x.float()))
    with pytest.raises(AttributionError, match="no embedding layer"):
        attribute(flat, np.array([[1, 2, 3]]))

    class OneHot(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.read = torch.nn.Linear(5, 5)

        def forward(self, tokens):
            return self.read(torch.nn.functional.one_hot(tokens, 5).float())  # (N, L, 5), as of an embedding

    with pytest.raises(AttributionError, match="have no embedding layer"):
        attribute(Subject(OneHot()), np.array([[1, 2, 3]]), np.ones((1, 3, 5)))


def test_patches_cover_every_pixel_and_maps_are_drawn_out():
    holds = patches(10, 13, size=4, stride=3)
    assert holds.any(axis=0).all()
    assert len(holds) == 3 * 4
    assert resized(np.ones((2, 3, 3)), 7, 5).tolist() == np.ones((2, 7, 5)).tolist()

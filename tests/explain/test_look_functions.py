"""The functions for notebooks: what they return shows itself, is told in a terminal, and is saved whole."""

import numpy as np
import pytest
import torch
from PIL import Image

from rung.explain import look
from rung.explain.attention import NoAttentionError
from rung.explain.drawn import Drawn, Picture
from rung.explain.subject import Subject, UnknownLayerError
from rung.scratch import nn, ops
from rung.scratch.errors import SettingError

X = np.random.default_rng(0).random((1, 16)).astype(np.float32)


def mlp():
    return nn.Sequential(nn.Linear(16, 8, rng=0), nn.ReLU(), nn.Linear(8, 3, rng=1))


class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embed = torch.nn.Embedding(9, 8)
        self.read = torch.nn.LSTM(8, 6, batch_first=True)
        self.attend = torch.nn.MultiheadAttention(6, 2, batch_first=True)
        self.head = torch.nn.Linear(6, 2)

    def forward(self, x):
        states, _ = self.read(self.embed(x))
        seen, _ = self.attend(states, states, states)
        return self.head(seen.mean(1))


WORDS, IDS = ["a", "<dull>", "film"], np.array([[1, 2, 3]])


def every_look():
    model, reader = mlp(), Reader()
    conv = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 2)
    )
    picture = np.random.default_rng(1).random((1, 3, 6, 6)).astype(np.float32)
    return {
        "network": lambda: look.network(model, X),
        "activations": lambda: look.activations(model, X),
        "weights": lambda: look.weights(conv, (6, 6, 3)),
        "units": lambda: look.units(model, X),
        "attribution": lambda: look.attribution(model, X, 1, "saliency", shape=(4, 4)),
        "of a picture": lambda: look.attribution(conv, picture, method="grad-cam", layer=None),
        "of words": lambda: look.attribution(reader, IDS, method="occlusion", names=WORDS),
        "attention": lambda: look.attention(reader, IDS, WORDS),
        "gates": lambda: look.gates(reader, IDS, WORDS),
        "embedding": lambda: look.embedding(reader.embed.weight.detach().numpy(), list("abcdefghi")),
        "surface": lambda: look.surface(model, X, np.array([1]), size=3),
    }


@pytest.mark.parametrize("which", every_look())
def test_each_shows_itself_is_told_and_is_saved(which, tmp_path):
    drawn = every_look()[which]()
    page, told = drawn._repr_html_(), repr(drawn)
    assert page.startswith("<section>")
    assert page.count("<figure") == len(drawn.pictures) > 0
    assert "<dull>" not in page
    for picture in drawn.pictures:
        assert picture.caption in told
        assert picture.values.size
    files = drawn.save(tmp_path / "seen")
    assert {f.suffix for f in files} <= {".png", ".svg", ".html", ".npy"}
    assert sorted(f.name for f in files) == sorted(f.name for f in (tmp_path / "seen").iterdir())
    for file in files:
        if file.suffix == ".npy":
            np.testing.assert_array_equal(np.load(file), drawn.values[file.stem])
        if file.suffix == ".png":
            Image.open(file).verify()


def test_a_map_stands_beside_that_of_random_weights_with_a_verdict():
    drawn = look.attribution(mlp(), X, 1, "gradient-times-input", shape=(4, 4))
    assert list(drawn.values) == ["gradient-times-input", "gradient-times-input with random weights"]
    assert not np.allclose(*drawn.values.values())
    assert drawn.notes[-1].startswith("Sanity check ")
    alone = look.attribution(mlp(), X, 1, "gradient-times-input", shape=(4, 4), check=False)
    assert len(alone.pictures) == 1
    assert alone.notes == ()


def test_whose_parts_a_model_runs_on_is_said():
    class ReLU(ops.activation.ReLU):
        pass

    ReLU.__module__ = "rung_mine.forward_propagation"
    parts = {ops.linear.Linear: ops.linear.Linear, ops.activation.ReLU: ReLU}
    drawn = look.activations(Subject(mlp(), parts=parts), X)
    assert drawn.notes == ("Seen through your own ReLU.", "Seen through the library’s Linear.")
    assert look.activations(mlp(), X).notes == ()


def test_what_cannot_be_looked_at_is_told():
    with pytest.raises(NoAttentionError):
        look.attention(mlp(), X, ["a"])
    with pytest.raises(SettingError, match="has no gates"):
        look.gates(mlp(), X, ["a"])
    with pytest.raises(UnknownLayerError, match="conv9"):
        look.activations(mlp(), X, ["conv9"])
    with pytest.raises(SettingError, match="is no name of a file"):
        Drawn("x", (Picture("../up", "<svg></svg>", "", np.ones(1)),)).save("/tmp")

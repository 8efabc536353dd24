"""A model from outside is looked into as a run is, once whoever made it is trusted; what is none is told."""

import json

import numpy as np
import pytest
import torch

from rung.cli import main as rung
from rung.projects.brought import ExampleError
from rung.projects.looking import last_scores
from rung.projects.outside import ModelFileError, Outside
from rung.projects.views import recorded, views


@pytest.fixture
def files(tmp_path):
    t = torch.nn
    torch.manual_seed(0)
    model = t.Sequential(t.Conv2d(3, 4, 3), t.ReLU(), t.AdaptiveAvgPool2d(2), t.Flatten(), t.Linear(16, 3))
    torch.save(model, tmp_path / "model.pt")
    x = np.random.default_rng(0).normal(size=(2, 3, 12, 12))
    np.save(tmp_path / "x.npy", x)
    return model, x, str(tmp_path / "model.pt"), str(tmp_path / "x.npy")


def test_every_view_of_a_picture_network_is_there(files):
    model, x, *names = files
    outside = Outside(*names, trust=True)
    example = outside.example(1)
    answer, all_views = views(outside, example, recorded(outside))
    with torch.no_grad():
        expected = torch.softmax(model(torch.tensor(x[1:2], dtype=torch.float32)), 1)[0].numpy()
    assert answer.top[0][0] == f"output {expected.argmax()}"
    assert dict(answer.top)["output 0"] == pytest.approx(float(expected[0]), abs=1e-5)
    found = {v.name: v for v in all_views}
    assert {"network", "why-saliency", "why-grad-cam", "why-occlusion", "weights-0", "layer-0-0"} <= set(
        found
    )
    assert all(view.as_bytes() for view in found.values())
    assert found["why-saliency"].numbers().shape == (12, 12)


def test_a_table_and_several_inputs_go_too(tmp_path):
    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(3, 4), torch.nn.Linear(2, 4)

        def forward(self, given):
            x, y = given
            return torch.relu(self.a(x)) + self.b(y)

    np.savez(tmp_path / "x.npz", x=np.ones((5, 3)), y=np.ones((5, 2)))
    model = tmp_path / "two.pt"
    torch.save(torch.nn.Linear(3, 1), model)
    np.save(tmp_path / "x.npy", np.ones((4, 3)))
    one = Outside(str(model), str(tmp_path / "x.npy"), trust=True)
    assert one.pass_through(one.example(0))[0].top == ()
    two = Outside(str(model), str(tmp_path / "x.npz"), trust=True)
    two.subject = type(two.subject)(Two())
    assert len(recorded(two).calls) == 2


def test_a_model_is_not_loaded_before_it_is_trusted(files, tmp_path, capsys):
    class Deed:
        def __reduce__(self):
            return (open, (str(tmp_path / "done"), "w"))

    torch.save(Deed(), tmp_path / "bad.pt")
    with pytest.raises(ModelFileError, match="may hold any code"):
        Outside(str(tmp_path / "bad.pt"), files[3])
    assert not (tmp_path / "done").exists()
    assert rung(["look", str(tmp_path / "bad.pt"), "--input", files[3]]) == 2
    assert "--trust" in capsys.readouterr().err
    assert not (tmp_path / "done").exists()


def test_what_is_no_model_or_no_input_is_told(files, tmp_path, capsys):
    model, _, good, inputs = files
    torch.save(model.state_dict(), tmp_path / "state.pt")
    (tmp_path / "text.pt").write_text("no model")
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    for name, said in (("state.pt", "state_dict"), ("text.pt", "cannot be loaded"), ("none.pt", "not there")):
        with pytest.raises(ModelFileError, match=said):
            Outside(str(tmp_path / name), inputs, trust=True)
    for name, said in (("words.npy", "no batch of numbers"), ("none.npy", "cannot be read")):
        with pytest.raises(ExampleError, match=said):
            Outside(good, str(tmp_path / name), trust=True)
    with pytest.raises(ExampleError, match="no example 2"):
        Outside(good, inputs, trust=True).example(2)
    assert rung(["look", good]) == 2
    assert "--input x.npy" in capsys.readouterr().err


def test_the_terminal_tells_of_it(files, tmp_path, capsys):
    words = ["look", files[2], "--input", files[3], "--trust", "--out", str(tmp_path / "seen"), "--json"]
    assert rung(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in told["network"]] == [
        "Conv2d", "ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear",
    ]  # fmt: skip
    assert (tmp_path / "seen" / "index.html").is_file()


def test_a_model_of_many_answers_a_place_is_seen_without_being_explained(tmp_path):
    torch.save(torch.nn.Sequential(torch.nn.Embedding(9, 4), torch.nn.Linear(4, 9)), tmp_path / "words.pt")
    np.save(tmp_path / "x.npy", np.array([[1, 2, 3]]))
    outside = Outside(str(tmp_path / "words.pt"), str(tmp_path / "x.npy"), trust=True)
    names = {view.name for view in views(outside, outside.example(0), recorded(outside))[1]}
    assert {"network", "layer-1-1"} <= names
    assert not [name for name in names if name.startswith("why")], "which of its answers is not said"
    scores = np.arange(24.0).reshape(2, 3, 4)
    assert np.array_equal(last_scores(lambda x: (scores, None), None), scores[:, -1])

"""Networks from scratch as ONNX: every row against onnxruntime, on batches of other lengths than traced."""

import numpy as np
import pytest

from rung.scratch import nn, ops
from rung.scratch.nn import functional as F
from rung.scratch.tensor import Tensor, apply, no_grad
from rung.serve.errors import ExportError
from rung.serve.onnx_file import compare, compared, onnx_bytes, run
from rung.serve.trace import ROWS

RNG = np.random.default_rng(0)


class Calls(nn.Module):
    """A network that is a function, with a linear layer before it."""

    def __init__(self, function, width=6):
        super().__init__()
        self.fc = nn.Linear(width, width, rng=0)
        self.function = function

    def forward(self, x):
        return self.function(self.fc(x))


class Maps(nn.Module):
    """A convolutional network of every kind of layer that a picture meets."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 4, 3, padding=1, stride=2, rng=0)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 6, (3, 2), groups=2, dilation=2, padding=(1, 2), bias=False, rng=1)
        self.fc = nn.Linear(6, 3, rng=2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.first(x))), 3, stride=2, padding=1)
        x = F.avg_pool2d(self.second(x), 2, stride=1, padding=1)
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Words(nn.Module):
    """Two inputs of ids, met by their product, as a recommender has them."""

    def __init__(self):
        super().__init__()
        self.user, self.film = nn.Embedding(5, 4, rng=0), nn.Embedding(7, 4, rng=1)

    def forward(self, x):
        user, film = x
        return (self.user(user) * self.film(film)).sum(dim=1)


def asked(model, x):
    with no_grad():
        given = tuple(map(Tensor, x)) if isinstance(x, tuple) else Tensor(x)
        return np.asarray(model(given).data)


def exported(model, x, probabilities=False):
    model.eval()
    return onnx_bytes(model, x, {"about": "a test"}, probabilities)


ONE_BY_ONE = {
    "ReLU": F.relu,
    "LeakyReLU": lambda x: F.leaky_relu(x, 0.2),
    "ELU": lambda x: F.elu(x, alpha=0.7),
    "GELU": F.gelu,
    "GELUTanh": lambda x: F.gelu(x, approximate="tanh"),
    "SiLU": F.silu,
    "Sigmoid": lambda x: x.sigmoid(),
    "Tanh": lambda x: x.tanh(),
    "Softmax": lambda x: F.softmax(x, dim=1),
    "LogSoftmax": lambda x: F.log_softmax(x, dim=-1),
    "Add": lambda x: x + 0.5,
    "Sub": lambda x: 1 - x,
    "Mul": lambda x: x * x,
    "Div": lambda x: x / (x * x + 1),
    "Neg": lambda x: -x,
    "Exp": lambda x: x.exp(),
    "Log": lambda x: (x * x + 1).log(),
    "Sqrt": lambda x: (x * x + 1).sqrt(),
    "Abs": lambda x: x.abs(),
    "Square": lambda x: x.square(),
    "Sum": lambda x: x.sum(dim=1, keepdim=True),
    "Mean": lambda x: x.reshape(-1, 2, 3).mean(dim=(1, 2)),
    "Reshape": lambda x: x.reshape(x.shape[0], 2, 3).flatten(1),
    "Permute": lambda x: x.reshape(x.shape[0], 2, 3).permute(0, 2, 1),
    "MatMul": lambda x: x @ np.ones((6, 2), np.float32),
    "LayerNorm": lambda x: F.layer_norm(x, (6,)),
    "Clone": lambda x: apply(ops.Clone, x),
    "Cat": lambda x: __import__("rung.scratch").scratch.cat([x, x * 2], dim=1),
    "Linear": lambda x: x,
}


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_a_function_and_its_nodes_agree(name):
    model, x = Calls(ONE_BY_ONE[name]), RNG.normal(size=(11, 6)).astype(np.float32)
    content = exported(model, x)
    assert compare(content, x, asked(model, x)).examples == 11
    np.testing.assert_allclose(run(content, x, batch=1), asked(model, x), rtol=1e-4, atol=1e-6)


def test_a_convolutional_network_agrees():
    model, x = Maps(), RNG.normal(size=(7, 2, 13, 11)).astype(np.float32)
    with no_grad():  # running means other than 0 and 1
        model.train()
        model(Tensor(x))
    content = exported(model, x)
    check = compare(content, x, asked(model.eval(), x))
    assert check.same == 7
    assert check.relative < 1e-5


def test_ids_and_several_inputs_agree():
    x = (RNG.integers(0, 5, 9), RNG.integers(0, 7, 9))
    model = Words()
    model.eval()
    with no_grad():
        expected = model(x).data
    assert compare(exported(model, x), x, expected).same is None


def test_every_row_is_tried_here():
    elsewhere = {"Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "BatchNorm", "Embedding"}
    assert set(ROWS) == set(ONE_BY_ONE) | elsewhere


def test_the_file_explains_itself_and_keeps_the_names_of_the_weights():
    import onnx

    model, x = Calls(F.relu), np.zeros((3, 6), np.float32)
    made = onnx.load_from_string(onnx_bytes(model.eval(), x, {"about": "one", "score": "97%"}))
    assert {p.key: p.value for p in made.metadata_props} == {"about": "one", "score": "97%"}
    assert [i.name for i in made.graph.initializer] == ["fc.weight", "fc.bias"]
    assert [o.name for o in made.graph.output] == ["scores", "probabilities"]
    assert made.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_an_operation_without_a_row_is_refused_by_name():
    with pytest.raises(ExportError, match="calls CumSum"):
        exported(Calls(lambda x: x.cumsum(dim=1)), np.zeros((3, 6), np.float32))


def test_a_difference_is_not_let_through():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert compared(a + 1e-5, a).same == 2
    with pytest.raises(ExportError, match=r"differs from the model by 0\.001"):
        compared(a + 1e-3, a)
    with pytest.raises(ExportError, match="shape"):
        compared(a[:, :1], a)
    with pytest.raises(ExportError):
        compared(a * np.nan, a)

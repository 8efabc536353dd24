"""Source copied out of rung: what a class uses comes along, in an order that runs, and nothing else."""

import pytest
import torch
from torch import nn

from rung.models.resnet import ResNet
from rung.projects.cat_dog.model import Transfer
from rung.serve.errors import ExportError
from rung.serve.standalone import constructed, import_file, model_source


def copied(tmp_path, build):
    """Copy a network, load the copy from its file, and return both."""
    from safetensors.torch import save_file

    model, arguments = constructed(build)
    text = model_source(model, arguments, 'a "net"', ("no", "yes"))
    (tmp_path / "model.py").write_text(text)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, tmp_path / "model.safetensors")
    return model.eval(), import_file(tmp_path / "model.py"), text


def test_a_class_comes_with_its_base_classes_functions_and_constants(tmp_path):
    model, module, text = copied(tmp_path, lambda: ResNet(1, (4, 8), classes=2))
    assert module.ARGUMENTS == {"blocks": 1, "widths": [4, 8], "classes": 2, "channels": 3}
    assert "class BasicBlock" in text
    assert "rung." not in text
    x = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(module.load()(x), model(x))


def test_what_stands_in_several_modules_meets_in_one_file(tmp_path):
    model, module, text = copied(tmp_path, lambda: Transfer(2, 32))
    for name in ("class EfficientNetLite0", "SIDE = 224", "TUNED_FROM = 9", "def enlarged"):
        assert name in text
    assert "import rung" not in text
    assert "from rung" not in text
    x = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(module.load()(x), model(x))


def test_a_layer_of_torch_itself_is_imported(tmp_path):
    model, module, _ = copied(tmp_path, lambda: nn.Linear(3, 2))
    with torch.inference_mode():
        torch.testing.assert_close(module.load()(torch.ones(1, 3)), model(torch.ones(1, 3)))


def test_a_network_that_a_function_puts_together_is_refused():
    with pytest.raises(ExportError, match="put together outside of its class"):
        constructed(lambda: nn.Sequential(nn.Linear(3, 2)))

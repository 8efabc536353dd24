"""Structured pruning: whole units and channels are taken out, the layers shrink (Li and others, 2017)."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from rung.serve.compress.errors import CompressError

# What hands on each channel by itself, so that a channel that is gone before it is gone behind it.
_MODULES = (
    nn.ReLU, nn.LeakyReLU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid, nn.Identity, nn.Flatten,
    nn.Dropout, nn.Dropout2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d,
)  # fmt: skip
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
_FUNCTIONS = {
    F.relu, F.gelu, F.dropout, F.max_pool2d, F.avg_pool2d, F.adaptive_avg_pool2d, F.adaptive_max_pool2d,
    torch.relu, torch.tanh, torch.sigmoid, torch.flatten,
}  # fmt: skip
_METHODS = {"relu", "tanh", "sigmoid", "flatten", "contiguous"}


@dataclass
class Link:
    """A layer of a chain that has units, and what stands between it and the next one.

    Attributes:
        name: of the layer in the network.
        norms: names of the batch norms behind it.
    """

    name: str
    norms: list[str] = field(default_factory=list)


def chain(model: nn.Module) -> list[Link]:
    """Return the layers with units of a network in which each layer feeds the next one alone.

    Args:
        model: of linear layers, convolutions and batch norms, with activations and poolings between them,
            as modules or as functions.

    Raises:
        CompressError: it is not such a network; the message names what it holds.

    Example:
        >>> [link.name for link in chain(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)))]
        ['0', '2']
    """
    try:
        graph = fx.symbolic_trace(model).graph
    except Exception as error:  # what depends on the values that it meets, of any kind
        raise _unsupported(f"its way depends on its input: {str(error).splitlines()[0][:120]}") from None
    links: list[Link] = []
    modules = dict(model.named_modules())
    for node in graph.nodes:
        if node.op == "output":
            break
        if len(node.users) > 1 or len(node.all_input_nodes) > 1:
            raise _unsupported(f"ways part or meet again at {node.name}")
        if node.op == "placeholder":
            continue
        module = modules.get(str(node.target)) if node.op == "call_module" else None
        if type(module) in (nn.Linear, nn.Conv2d) and getattr(module, "groups", 1) == 1:
            links.append(Link(str(node.target)))
        elif isinstance(module, _NORMS) and links:
            links[-1].norms.append(str(node.target))
        elif not (isinstance(module, _MODULES) or _hands_on(node)):
            what = type(module).__name__ if module is not None else str(node.target)
            raise _unsupported(f"it holds {what} ({node.name})")
    if len(links) < 2:
        raise _unsupported("it has no hidden layer")
    names = [name for link in links for name in (link.name, *link.norms)]
    if len(set(names)) < len(names):
        raise _unsupported("it uses one layer twice")
    return links


def narrow(model: nn.Module, share: float) -> nn.Module:
    """Return a network without the weakest units of every layer but the last: really smaller layers.

    A unit's strength is the sum of the absolute weights that it reads with. One unit a layer stays at least.

    Args:
        model: a chain; it is not changed.
        share: of each layer's units that go, from 0 to below 1.

    Raises:
        CompressError: the network is no chain, or `share` is not from 0 to below 1.

    Source: li2017, section 3.1: the L1 norm of a filter; here for linear layers too.

    Example:
        >>> narrow(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)), 0.5)[0].out_features
        3
    """
    if not 0 <= share < 1:
        raise CompressError(f"a share of {share:g} to take out", rule="It must be from 0 to below 1.")
    links = chain(model)
    smaller = copy.deepcopy(model)
    for link, reader in itertools.pairwise(links):
        layer: Any = smaller.get_submodule(link.name)
        weight = layer.weight.detach().flatten(1)
        units = len(weight)
        count = max(1, units - round(share * units))
        strongest = weight.abs().sum(dim=1).argsort(descending=True, stable=True)
        kept = strongest[:count].sort().values
        _keep_units(smaller, link.name, kept)
        for norm in link.norms:
            _keep_norm(smaller, norm, kept, units)
        _keep_inputs(smaller, reader.name, kept, units)
    return smaller


def _hands_on(node: fx.Node) -> bool:
    """Tell whether a function or a method hands on each channel by itself."""
    if node.op == "call_function":
        return node.target in _FUNCTIONS
    if node.target == "mean":  # over all places of a picture
        over = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
        return over in ((2, 3), [2, 3], (-2, -1), [-2, -1])
    return node.op == "call_method" and node.target in _METHODS


def _keep_units(model: nn.Module, name: str, kept: Tensor) -> None:
    """Put a layer with some of its units in the place of a layer."""
    old: Any = model.get_submodule(name)
    if isinstance(old, nn.Conv2d):
        new: nn.Module = _convolution(old, old.in_channels, len(kept))
    else:
        new = nn.Linear(old.in_features, len(kept), old.bias is not None)
    bias = None if old.bias is None else old.bias[kept]
    _put(model, name, new, old.weight[kept], bias)


def _keep_inputs(model: nn.Module, name: str, kept: Tensor, units: int) -> None:
    """Put a layer that reads some units in the place of one that reads them all.

    A flattened map is read place by place: then each unit has several columns, one beside the other.
    """
    old: Any = model.get_submodule(name)
    width = old.weight.shape[1]
    places, odd = divmod(width, units)
    if odd:
        raise _unsupported(f"{name} reads {width} numbers of {units} units")
    columns = (kept[:, None] * places + torch.arange(places, device=kept.device)).flatten()
    if isinstance(old, nn.Conv2d):
        new: nn.Module = _convolution(old, len(columns), old.out_channels)
    else:
        new = nn.Linear(len(columns), old.out_features, old.bias is not None)
    _put(model, name, new, old.weight[:, columns], old.bias)


def _keep_norm(model: nn.Module, name: str, kept: Tensor, units: int) -> None:
    """Put a batch norm of some channels in the place of a batch norm."""
    old: Any = model.get_submodule(name)
    if old.num_features != units:
        raise _unsupported(f"{name} has {old.num_features} channels for {units} units")
    new = type(old)(len(kept), old.eps, old.momentum, old.affine, old.track_running_stats)
    state = {k: v if v.ndim == 0 else v[kept] for k, v in old.state_dict().items()}
    new.load_state_dict(state)
    model.set_submodule(name, new.to(kept.device).train(old.training))


def _convolution(old: Any, inside: int, outside: int) -> nn.Conv2d:
    return nn.Conv2d(
        inside,
        outside,
        old.kernel_size,
        old.stride,
        old.padding,
        old.dilation,
        bias=old.bias is not None,
        padding_mode=old.padding_mode,
    )


def _put(model: nn.Module, name: str, new: Any, weight: Tensor, bias: Tensor | None) -> None:
    new.weight = nn.Parameter(weight.detach().clone())
    new.bias = None if bias is None else nn.Parameter(bias.detach().clone())
    model.set_submodule(name, new.train(model.training))


def _unsupported(why: str) -> CompressError:
    return CompressError(
        f"no units can be taken out of this network: {why}",
        rule="Units are taken out of chains: linear layers, convolutions and batch norms that each feed the "
        "next one alone.",
        fix="another method: magnitude, lowrank, dynamic, static, qat",
    )

"""Data sets of the Hugging Face hub: "hf:NAME", read with its own package `datasets`, streamed if large.

What lies in a folder of the same form (Parquet, CSV, JSON or pictures in folders) is read from there:
"hf:/home/me/flowers".
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from rung.data.dataset import Dataset
from rung.data.hubcolumns import Mapped, dataset_of, mapped
from rung.data.huberror import HubError
from rung.data.places import home

OPTIONS = ("x", "y", "size")


@dataclass(frozen=True)
class Address:
    """What stands behind "hf:": a name, perhaps a configuration, and which columns to take."""

    name: str
    config: str | None
    x: str
    y: str
    size: int

    @property
    def local(self) -> bool:
        """Whether it is a folder on this machine."""
        return Path(self.name).expanduser().is_dir()


def parse(name: str) -> Address:
    """Return the parts of "hf:NAME", "hf:NAME:CONFIG" or "hf:NAME?x=text&y=label&size=32".

    Raises:
        HubError: there is no name, or an option that does not exist.

    Example:
        >>> parse("hf:nyu-mll/glue:sst2?x=sentence")
        Address(name='nyu-mll/glue', config='sst2', x='sentence', y='', size=0)
    """
    bare, _, query = name.removeprefix("hf:").partition("?")
    options = dict(parse_qsl(query))
    strange = sorted(set(options) - set(OPTIONS))
    if not bare or strange or not options.get("size", "0").isdigit():
        raise HubError(
            f"{name!r} names no data set" if not bare else f"{name!r} has an unknown option",
            rule='It is written "hf:NAME", "hf:NAME:CONFIG" or "hf:NAME?x=COLUMN&y=COLUMN&size=PIXELS".',
        )
    place, config = bare, ""
    if not Path(bare).expanduser().is_dir():  # a folder may have a colon in its name: C:/flowers
        place, _, config = bare.partition(":")
    return Address(
        place, config or None, options.get("x", ""), options.get("y", ""), int(options.get("size", 0))
    )


def stream(name: str, part: str = "train", seed: int | None = None, buffer: int = 1000) -> Iterator[Any]:
    """Yield (x, y) of one example after the other, fetching no more than what is looked at.

    A picture comes as PIL's, a text as a string, a row of a table as a dict; y is None without an answer.

    Args:
        name: "hf:NAME", as `parse` reads it.
        part: which of its parts.
        seed: shuffle within a buffer of `buffer` examples, drawn with this; None keeps the order.
        buffer: how many examples to hold and draw from.

    Raises:
        HubError: the package is not installed, the hub cannot be reached, or there is no such part or column.
    """
    address = parse(name)
    parts = _opened(address, streaming=True)
    if part not in parts:
        raise HubError(f"{name} has no part {part!r}", rule=f"Its parts are {', '.join(parts)}.")
    source = parts[part]
    columns = mapped(source, address.x, address.y, name)
    if seed is not None:
        source = source.shuffle(seed=seed, buffer_size=buffer)
    return (columns.pair(example) for example in _safely(source, address))


def load(name: str, limit: int | None = None, seed: int = 0) -> Dataset:
    """Load a data set of the hub into memory.

    Its own parts are kept; without a test part, the validation part serves as such; without either, a hash
    of each example's content decides. A part without labels (all are -1) is left out.

    Args:
        name: "hf:NAME", as `parse` reads it.
        limit: keep so many examples, the first of a shuffled stream: the others are not fetched.
        seed: decides which, with `limit`.

    Raises:
        HubError: the package is not installed, the hub cannot be reached, or the columns are not clear.
    """
    address = parse(name)
    parts = _opened(address, streaming=limit is not None)
    first = next(iter(parts.values()))
    columns: Mapped = mapped(first, address.x, address.y, name)
    renamed = _roles(list(parts))
    rows: dict[str, list[tuple[Any, Any]]] = {}
    for part, role in renamed.items():
        source: Any = parts[part]
        if limit is not None:
            share = limit if len(renamed) == 1 else round(limit * (0.8 if role == "train" else 0.2))
            share = max(1, share)
            buffer = min(10_000, 10 * share)
            source = itertools.islice(_safely(source.shuffle(seed=seed, buffer_size=buffer), address), share)
        else:
            source = _safely(source, address)
        found = [columns.pair(example) for example in source]
        if not (columns.labels and found and all(y == -1 for _, y in found)):
            rows[role] = found
    if "test" not in rows and "validation" in rows:
        rows["test"] = rows.pop("validation")
    if list(rows) == ["train"]:
        rows = {"all": rows["train"]}
    return dataset_of(name, rows, columns, address.size)


def _roles(parts: list[str]) -> dict[str, str]:
    """Return what each part that is used serves as: the hub's names are not all alike."""
    if len(parts) == 1:
        return {parts[0]: "all"}
    roles = {"train": "train"} if "train" in parts else {parts[0]: "train"}
    validation = next((p for p in parts if p.startswith(("val", "dev"))), None)
    if "test" in parts:
        roles["test"] = "test"
        if validation:
            roles[validation] = "validation"
    elif validation:
        roles[validation] = "test"
    return roles if len(roles) > 1 else {next(iter(roles)): "all"}


def _opened(address: Address, streaming: bool) -> dict[str, Any]:
    """Return the parts of the data set, by name."""
    try:
        import datasets
    except ImportError:
        raise HubError(
            f"hf:{address.name} needs the package datasets, which is not installed",
            rule="It is an extra: rung itself does without.",
            fix="python -m pip install datasets",
        ) from None
    if os.environ.get("RUNG_OFFLINE") and not address.local:
        raise HubError(f"hf:{address.name} is not fetched: RUNG_OFFLINE is set", fix="unset RUNG_OFFLINE")
    place = str(Path(address.name).expanduser()) if address.local else address.name
    try:
        return dict(
            datasets.load_dataset(
                place, address.config, streaming=streaming, cache_dir=str(home() / "data" / "hub")
            )
        )
    except Exception as error:  # the package, its network and its file readers raise of every kind
        raise _failed(address, error) from None


def _safely(source: Any, address: Address) -> Iterator[Any]:
    """Yield the examples; what breaks on the way is told like what breaks at the start."""
    try:
        yield from source
    except Exception as error:
        raise _failed(address, error) from None


def _failed(address: Address, error: Exception) -> HubError:
    first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    if address.local:
        return HubError(f"{address.name} cannot be read as a data set: {first}")
    return HubError(
        f"hf:{address.name} could not be had from the Hugging Face hub: {first}",
        rule="The hub must be reachable, and have a public data set of that name.",
        fix=f"open https://huggingface.co/datasets/{address.name}, or load it once while you are online",
    )

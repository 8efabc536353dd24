"""Which data sets there are, and loading one by its name. A data set is one file in `rung/data/sets/`."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from types import ModuleType

from rung.data.dataset import Card, Dataset
from rung.data.files import Files, presence
from rung.scratch.errors import UnknownNameError, did_you_mean

_SETS = Path(__file__).parent / "sets"


def names() -> list[str]:
    """Return the names of all data sets, sorted."""
    return sorted(f.stem.replace("_", "-") for f in _SETS.glob("*.py") if not f.stem.startswith("_"))


def load(name: str, limit: int | None = None) -> Dataset:
    """Load a data set by name.

    The arrays are the caller's own: changing them changes nothing for the next one who loads.

    Args:
        name: one of `names()`; or a folder or file of one's own, as `rung.data.own.load_own` reads it; or
            "hf:NAME", as `rung.data.hub.load` does.
        limit: keep about this many examples, drawn at random but always the same, for a quick try.

    Raises:
        UnknownNameError: there is no data set of that name.
        MissingDataError: its files are neither here nor to be had.
        CorruptDataError: a file is cut short or changed; the message names it.

    Example:
        >>> load("moons")
        Dataset('moons', x (400, 2), y 2 classes, 320 train, 80 test)
    """
    if (other := _elsewhere(name, limit)) is not None:
        return other
    load_all = _module(name).load
    if limit is not None and "limit" in inspect.signature(load_all).parameters:
        few: Dataset = load_all(limit)  # it decodes no more than is kept
        return few
    data: Dataset = load_all()
    return data if limit is None else data.take(limit)


def card(name: str) -> Card:
    """Return the card of a data set; of rung's own without loading the data."""
    if (other := _elsewhere(name, None)) is not None:
        return other.card
    found: Card = _module(name).CARD
    return found


def files(name: str) -> list[Files]:
    """Return the sets of files of a data set, any one of which is enough; one that is drawn has one of none.

    The first is its module's FILES, the second, where it has one, its OTHERWISE.
    """
    module = _module(name)
    return [module.FILES, *([module.OTHERWISE] if hasattr(module, "OTHERWISE") else [])]


def state(name: str) -> str:
    """Tell, without loading it, whether a data set is "here", "can be fetched" or is "missing".

    Example:
        >>> state("moons")
        'here'
    """
    return presence(name, files(name))


def _elsewhere(name: str, limit: int | None) -> Dataset | None:
    """Load what is not among rung's data sets: the learner's own, or the hub's; None for any other name."""
    if name.startswith("hf:"):
        from rung.data import hub

        return hub.load(name, limit)
    if name in names():
        return None
    from rung.data.own import is_own, load_own

    if not is_own(name):
        return None
    data = load_own(name)
    return data if limit is None else data.take(limit)


def _module(name: str) -> ModuleType:
    known = names()
    if name not in known:
        raise UnknownNameError(
            f"there is no data set {name!r}",
            rule=f"There are {', '.join(known)}.",
            fix=did_you_mean(name, known),
        )
    return importlib.import_module(f"rung.data.sets.{name.replace('-', '_')}")

"""The table of cases: every row of every file in testing/cases, found by looking.

A row is a `Row`, a `LayerRow`, or anything with `name`, `part`, `tolerance`, `measure()` and `checks()`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from rung.scratch import nn, ops, optim
from rung.scratch.function import Function


def load() -> list[Any]:
    """Return the rows of all case files, in the order of file and row."""
    package = importlib.import_module("rung.testing.cases")
    found: list[Any] = []
    for info in pkgutil.iter_modules(package.__path__):
        found += importlib.import_module(f"rung.testing.cases.{info.name}").ROWS
    return found


def parts() -> dict[str, type]:
    """Return every part that needs a row, by name: Functions, Modules, optimisers and schedules.

    A class that only others are made of says so with `abstract = True` in its own body.
    """
    found: dict[str, type] = {}
    bases = (Function, nn.Module, optim.Optimizer, optim.LRScheduler)
    for package, prefix in ((ops, "ops"), (nn, "nn"), (optim, "optim")):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for name, cls in inspect.getmembers(module, inspect.isclass):
                own = cls.__module__ == info.name and issubclass(cls, bases) and cls not in bases
                if own and not vars(cls).get("abstract", False):
                    found[f"{prefix}.{name}"] = cls
    return found


def without_row(rows: list[Any]) -> list[str]:
    """Return the names of the parts that no row is about; a fast form goes by the rows of its plain form."""
    covered = {row.part for row in rows}
    return [
        name
        for name, part in parts().items()
        if part not in covered and getattr(part, "plain", None) not in covered
    ]

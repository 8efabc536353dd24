"""Code shown on a page is read from the library by symbol, never pasted, so that the two cannot differ."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.errors import RungError, did_you_mean

_PACKAGE = Path(__file__).resolve().parents[2]


class EmbedError(RungError, LookupError):
    """A page asks for the source of a symbol that does not exist, or has no Python source.

        page.code("rung.scratch.models.perceptron:perceptron_update")    # or "module:Class.method"

    Repair: correct the symbol; `rung where NAME` lists where a name stands.
    """

    name = "embed"


@dataclass(frozen=True)
class Embedded:
    """Source text of one symbol, dedented, and where it stands."""

    symbol: str
    text: str
    file: str
    line: int


def embed(symbol: str, docstring: bool = True) -> Embedded:
    """Return the source of "module:name" or "module:Class.method".

    Args:
        symbol: what to show.
        docstring: keep the docstrings.

    Raises:
        EmbedError: malformed, unknown, or without Python source.
    """
    found = _find(symbol)
    try:
        lines, line = inspect.getsourcelines(found)
        file = Path(inspect.getsourcefile(found) or "")
    except (TypeError, OSError):
        raise EmbedError(
            f"{symbol} has no Python source",
            rule="Functions, classes and methods written in Python can be shown.",
        ) from None
    text = textwrap.dedent("".join(lines)).rstrip()
    if not docstring:
        text = _without_docstrings(text)
    shown = file.relative_to(_PACKAGE).as_posix() if file.is_relative_to(_PACKAGE) else file.name
    return Embedded(symbol, text, shown, line)


def _find(symbol: str) -> Any:
    module, colon, path = symbol.partition(":") if isinstance(symbol, str) else ("", "", "")
    if not (module and colon and path):
        raise EmbedError(
            f"page.code was given {symbol!r}", rule='A symbol is "module:name" or "module:Class.method".'
        )
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError:
        raise EmbedError(
            f"{symbol}: there is no module {module}", fix='"rung.scratch.nn.linear:Linear"'
        ) from None
    for name in path.split("."):
        names = vars(found)
        if name not in names and not hasattr(found, name):
            raise EmbedError(
                f"{symbol}: {name!r} does not exist",
                fix=did_you_mean(name, [n for n in names if not n.startswith("__")]),
            )
        found = (
            inspect.unwrap(getattr(found, name))
            if not isinstance(names.get(name), property)
            else names[name].fget
        )
    return found


def _without_docstrings(text: str) -> str:
    """Return source with its docstrings cut out, everything else to the letter."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            or ast.get_docstring(node) is None
        ):
            continue
        first = node.body[0]
        assert first.end_lineno is not None
        alone = len(node.body) == 1
        for i in range(first.lineno - 1, first.end_lineno):
            lines[i] = "\0"
        if alone:
            lines[first.lineno - 1] = " " * first.col_offset + "..."
        elif first.end_lineno < len(lines) and not lines[first.end_lineno].strip():
            lines[first.end_lineno] = "\0"
    return "\n".join(line for line in lines if line != "\0")

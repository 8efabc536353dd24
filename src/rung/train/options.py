"""A dataclass as command-line options: its fields are the names, its types and comments say what is taken."""

from __future__ import annotations

import dataclasses
import difflib
import textwrap
import types
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from rung.scratch.errors import RungError

T = TypeVar("T")


class OptionError(RungError, ValueError):
    """An option of a project does not exist, or its value does not fit.

        rung train digits --epoch 3         # it is --epochs
        rung train digits --lr fast         # it is a number

    Repair: `rung train digits --help` lists every option with its default.
    """

    name = "option"


def option(default: Any, help: str) -> Any:
    """Declare a field of an options dataclass, with its default and one line of help."""
    return dataclasses.field(default=default, metadata={"help": help})


def parse(words: Sequence[str], *kinds: type) -> list[Any]:
    """Fill dataclasses from words such as `--lr 0.1 --hidden 256,128 --dry-run`.

    Each word may belong to any of the dataclasses; `--a-b` is the field `a_b`, `--a-b=1` works too, and a
    bool takes no value.

    Raises:
        OptionError: a word is no option of any of them (with the nearest one that is), or a value does not
            fit.

    Example:
        >>> @dataclasses.dataclass
        ... class Run:
        ...     lr: float = option(0.1, "learning rate")
        ...     dry_run: bool = option(False, "try it out")
        >>> parse(["--lr", "0.5", "--dry-run"], Run)
        [Run(lr=0.5, dry_run=True)]
    """
    fields = {_flag(f.name): (kind, f.name) for kind in kinds for f in dataclasses.fields(kind)}
    hints = {kind: typing.get_type_hints(kind) for kind in kinds}
    found: dict[type, dict[str, Any]] = {kind: {} for kind in kinds}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        flag, equals, given = word.partition("=")
        if flag not in fields:
            near = difflib.get_close_matches(flag, fields, n=1, cutoff=0.5)
            raise OptionError(
                f"there is no option {flag}" if flag.startswith("-") else f"{flag!r} is not an option",
                rule=f"The options are {' '.join(sorted(fields))}.",
                fix=f"did you mean {near[0]}?" if near else "",
            )
        kind, name = fields[flag]
        hint = hints[kind][name]
        if hint is bool and not equals:
            found[kind][name] = True
            continue
        optional = (
            isinstance(hint, types.UnionType) and bool in hint.__args__
        )  # `--resume` or `--resume NAME`
        if not equals:
            if optional and (not rest or rest[0].startswith("--")):
                found[kind][name] = True
                continue
            if not rest:
                raise OptionError(f"{flag} stands without its value", fix=f"{flag} {_example(hint)}")
            given = rest.pop(0)
        found[kind][name] = _value(flag, given, hint)
    return [kind(**found[kind]) for kind in kinds]


def describe(*kinds: type) -> str:
    """Return the help: each option with its default and what it does, in 80 columns."""
    lines: list[str] = []
    for kind in kinds:
        for f in dataclasses.fields(kind):
            bare = f.default is None or f.default is False  # a default of 0 is a value to show
            flag = _flag(f.name) if bare else f"{_flag(f.name)} {_shown(f.default)}"
            told = f.metadata.get("help", "")
            lines += textwrap.wrap(
                told, 80, initial_indent=f"  {flag:<23} ", subsequent_indent=" " * 26, break_on_hyphens=False
            ) or [f"  {flag}"]
    return "\n".join(lines)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _example(hint: Any) -> str:
    return {int: "10", float: "0.1", str: "NAME"}.get(hint, "256,128" if "tuple" in str(hint) else "NAME")


def _value(flag: str, given: str, hint: Any) -> Any:
    """Return the text as the kind of value that the field holds."""
    try:
        if typing.get_origin(hint) is tuple:
            return tuple(int(part) for part in given.split(",") if part)
        if isinstance(hint, types.UnionType):
            kinds = [k for k in hint.__args__ if k not in (type(None), bool)]
            return kinds[0](given)
        if hint is bool:
            return {"true": True, "false": False}[given.lower()]
        return hint(given)
    except (ValueError, KeyError):
        raise OptionError(f"{flag} cannot be {given!r}", fix=f"{flag} {_example(hint)}") from None

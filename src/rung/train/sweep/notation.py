"""What a sweep searches, as people say it: in the words of `--space`, or in the recipe's SPACE."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Iterable
from typing import Any

from rung.train.options import OptionError, option, parse
from rung.train.sweep.space import Choices, Range, Space, SpaceError

# A lucky seed is no better setting, and scores on other data cannot be compared.
NOT_SEARCHED = {
    "seed": "A lucky seed is not a better setting.",
    "data": "Scores on different data cannot be compared.",
}


def space_of(
    recipe: Any, config: Any, fixed: Iterable[str] = (), text: str | None = None
) -> tuple[Space, str]:
    """Return what is searched, and who says so.

    `--space` comes first, then the recipe's own SPACE, and where there is neither, the learning rate a
    decade either way (log) and the batch at half and double.

    Args:
        recipe: of the project; it may define SPACE.
        config: its settings as they are held fixed.
        fixed: names that were set by hand: they are not searched.
        text: what `--space` says, or None.

    Raises:
        SpaceError: there is nothing to search, or what was asked for does not fit the settings.
    """
    fixed = set(fixed)
    if text is not None:
        space = parsed(text, recipe.Config)
        for name in fixed & space.keys():
            flag = name.replace("_", "-")
            raise SpaceError(
                f"{name} is both searched and set", rule="One or the other.", fix=f"leave out --{flag}"
            )
        return space, "asked for with --space"
    declared = getattr(recipe, "SPACE", None)
    if declared is not None:
        space = {n: _declared(n, s, recipe.Config) for n, s in declared.items() if n not in fixed}
        said = "the project's own"
    else:
        space = {n: s for n, s in _derived(config).items() if n not in fixed}
        said = "around the defaults; --space asks for another"
    if not space:
        raise SpaceError(
            "there is nothing to search",
            rule="Every setting that would be searched was set, or there is none.",
            fix='--space "name=a|b"',
        )
    return space, said


def parsed(text: str, config: type) -> Space:
    """Read a search space from words.

    Args:
        text: "lr=0.01..1:log,hidden=64|128x64,batch=32|64".
        config: the dataclass of the settings.

    Raises:
        SpaceError: a setting does not exist, stands twice, or cannot take a value; or the words cannot be
            read.
    """
    space: Space = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, equals, values = (part.strip() for part in item.partition("="))
        if not equals or not values:
            raise SpaceError(f"--space {item!r} says no values", fix=f"{name}=low..high or {name}=a|b")
        name = _known(name, config)
        if name in space:
            raise SpaceError(f"--space names {name} twice", fix=f"{name}=a|b|c")
        space[name] = _range(name, values, config) if ".." in values else _choices(name, values, config)
    if not space:
        raise SpaceError("--space is empty", fix='--space "lr=0.01..1:log"')
    return space


def _known(name: str, config: type) -> str:
    names = [f.name for f in dataclasses.fields(config) if f.name not in NOT_SEARCHED]
    plain = name.replace("-", "_")
    if plain in NOT_SEARCHED:
        raise SpaceError(f"{plain} is not searched", rule=NOT_SEARCHED[plain])
    if plain not in names:
        near = difflib.get_close_matches(plain, names, n=1, cutoff=0.5)
        raise SpaceError(
            f"there is no setting {name!r} to search",
            rule=f"The settings are {', '.join(names)}.",
            fix=f"did you mean {near[0]}?" if near else "",
        )
    return plain


def _hint(name: str, config: type) -> Any:
    return typing.get_type_hints(config)[name]


def _kinds(name: str, config: type) -> tuple[Any, ...]:
    hint = _hint(name, config)
    return hint.__args__ if isinstance(hint, types.UnionType) else (hint,)


def _whole(name: str, config: type) -> bool:
    return float not in _kinds(name, config)


def _value(name: str, text: str, config: type) -> Any:
    """Return a text as the value that the setting takes, by the same rules as the command's options."""
    hint = _hint(name, config)
    if text == "none" and type(None) in _kinds(name, config):
        return None
    one = dataclasses.make_dataclass("One", [(name, hint, option(None, ""))])
    given = text.replace("x", ",") if typing.get_origin(hint) is tuple else text
    try:
        return getattr(parse([f"--{name.replace('_', '-')}={given}"], one)[0], name)
    except OptionError as error:
        raise SpaceError(f"{name} cannot be {text!r}", fix=error.fix) from None


def _range(name: str, text: str, config: type) -> Range:
    ends, _, scale = text.partition(":")
    low, _, high = ends.partition("..")
    if scale not in ("", "log"):
        raise SpaceError(f"{name}={text}: there is no scale {scale!r}", fix=f"{name}={ends}:log")
    if not {int, float} & set(_kinds(name, config)):
        raise SpaceError(
            f"{name} has no range: it is not a number", fix=f"{name}=a|b, a choice between values"
        )
    low, high = (_value(name, end.strip(), config) for end in (low, high))
    return _checked(name, Range(low, high, scale == "log", _whole(name, config)))


def _checked(name: str, found: Range) -> Range:
    if not (math.isfinite(found.low) and math.isfinite(found.high) and found.low < found.high):
        raise SpaceError(
            f"{name} from {found.low:g} to {found.high:g}",
            rule="The lower end comes first.",
            fix=f"{name}={found.high:g}..{found.low:g}" if found.low > found.high else f"--{name}",
        )
    if found.log and found.low <= 0:
        raise SpaceError(
            f"{name} from {found.low:g} on a logarithmic scale",
            rule="There is no factor from 0 or less to anything.",
            fix="a lower end above 0, or no :log",
        )
    return found


def _choices(name: str, text: str, config: type) -> Choices:
    values = tuple(dict.fromkeys(_value(name, part.strip(), config) for part in text.split("|")))
    if len(values) < 2:
        flag = f"--{name.replace('_', '-')} {text.replace('x', ',')}"
        raise SpaceError(f"{name}={text} leaves nothing to choose", fix=f"{flag} holds it fixed")
    return Choices(values)


def _declared(name: str, told: Any, config: type) -> Range | Choices:
    """Return a setting of a recipe's SPACE: (low, high), (low, high, "log"), or a list of choices."""
    name = _known(name, config)
    numbers = isinstance(told, tuple) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in told[:2]
    )
    if numbers and (len(told) == 2 or (len(told) == 3 and told[2] == "log")):
        return _checked(name, Range(told[0], told[1], len(told) == 3, _whole(name, config)))
    if not isinstance(told, list) or len(told) < 2:
        raise SpaceError(
            f"SPACE[{name!r}] is {told!r}", rule='It is (low, high), (low, high, "log") or a list of choices.'
        )
    return Choices(tuple(tuple(v) if isinstance(v, list) else v for v in told))


def _derived(config: Any) -> Space:
    space: Space = {}
    if isinstance(rate := getattr(config, "lr", None), float) and rate > 0:
        space["lr"] = Range(float(f"{rate / 10:.4g}"), float(f"{rate * 10:.4g}"), log=True)
    if isinstance(batch := getattr(config, "batch", None), int) and batch > 0:
        space["batch"] = Choices(tuple(dict.fromkeys((max(1, batch // 2), batch, 2 * batch))))
    return space

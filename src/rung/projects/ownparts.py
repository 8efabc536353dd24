"""Whose code a run is seen through: the learner's own parts where they are what it was trained with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rung.train.parts import Part
from rung.train.record import Run


@dataclass(frozen=True)
class PartNow:
    """A part that a run was trained with, the learner's own, as it is looked into now.

    Attributes:
        title: what people call it: "ReLU".
        lesson: in which the learner wrote it.
        is_own: whether the network is seen through the learner's code.
        why: if not, why the library's stands in.
    """

    title: str
    lesson: str
    is_own: bool
    why: str = ""


def parts_now(
    run: Run, parts: Sequence[Part], replacements: Mapping[type, type]
) -> tuple[list[PartNow], dict[type, type]]:
    """Tell for each part of the learner's that a run was trained with whose code shows it now.

    It is the learner's only if it still passes its lesson and is the very code of the training: with other
    code the weights would be seen at work in another network.

    Args:
        run: the run.
        parts: of its project.
        replacements: by class of the library, what the learner has written and passed.

    Returns:
        the parts that were the learner's, and {class of the library: the learner's class} of those that are
        used now.
    """
    code: Mapping[type, str] = getattr(replacements, "code", {})
    targets = {part.title: part.target for part in parts}
    told, used = [], {}
    for kept in run.config.get("parts", ()):
        target = targets.get(kept["part"])
        if kept["whose"] != "yours" or target is None:
            continue
        if target not in replacements:
            why = f"your {kept['lesson']} as it is now has not passed"
        elif "code" not in kept:
            why = "the run is from before runs kept which code trained them"
        elif kept["code"] != code.get(target):
            why = f"your {kept['lesson']} has changed since the run was trained"
        else:
            why = ""
            used[target] = replacements[target]
        told.append(PartNow(kept["part"], kept["lesson"], not why, why))
    return told, used


def told_parts(parts: Sequence[PartNow]) -> list[str]:
    """Say whose code shows a run, in a sentence or two; nothing of a run on the library's parts.

    Example:
        >>> own, other = PartNow("ReLU", "forward-propagation", True), PartNow("SGD", "loop", False, "why")
        >>> told_parts([own, other])
        ['Seen through your own ReLU.', 'Seen through the library’s SGD, since why.']
    """
    own = ", ".join(p.title for p in parts if p.is_own)
    said = [f"Seen through your own {own}."] if own else []
    for why in dict.fromkeys(p.why for p in parts if not p.is_own):
        names = ", ".join(p.title for p in parts if p.why == why)
        said.append(f"Seen through the library’s {names}, since {why}.")
    return said

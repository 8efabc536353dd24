"""Shape comments that are checked: `y = x @ w.T  # (N, out)` is compared with the array that the line made.

Shape comments are what people read, and they rot. Here the function is run once, line by line, and every
comment that ends an assignment is held against the value assigned.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from rung.errors import RungError

COMMENT = re.compile(r"#\s*\(([^()]*)\)")  # the first bracket of the comment at the end of a line


class ShapeCommentError(RungError, AssertionError):
    """A shape comment does not say what the array's shape is.

    Letters stand for lengths: the first array that has a letter fixes its length, a whole number of that
    name in the function fixes it before any array does, and numbers stand for themselves. "..." is any
    number of axes.

    Repair: correct the comment if the code is right, and the code if the comment is.
    """

    name = "shape-comment"


def check_shape_comments(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> int:
    """Run `fn(*args, **kwargs)` and compare the shape comments in it, and return how many were compared.

    Give lengths that all differ, or a mistaken axis may pass unseen.

    Args:
        fn: a function or method; of a Function's class, pass the bound method `op.forward`.
        *args: what to call it with.
        **kwargs: the same, by name.

    Raises:
        ShapeCommentError: a comment and an array disagree.

    Example:
        >>> import numpy as np
        >>> def outer(a, b):
        ...     y = a[:, None] * b  # (n, m)
        ...     return y
    """
    code = getattr(fn, "__func__", fn).__code__  # a method keeps its code on the function
    claims, ends = _claims(fn, code)
    lengths: dict[str, int] = {}
    compared: list[int] = []
    waiting: list[int] = []  # a line's value is there once the next line begins

    def look(frame: FrameType) -> None:
        while waiting:
            line = waiting.pop()
            for target, comment in claims[line]:
                shape = _shape_of(target, frame)
                if shape is not None:
                    _compare(comment, shape, lengths, frame, line)
                    compared.append(line)

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code is not code:
            return None
        if event in ("line", "return"):
            look(frame)
        if event == "line":
            end = ends.get(frame.f_lineno, frame.f_lineno)
            if end in claims:
                waiting.append(end)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        fn(*args, **kwargs)
    finally:
        sys.settrace(before)
    return len(compared)


def _claims(fn: Any, code: CodeType) -> tuple[dict[int, list[tuple[ast.expr, str]]], dict[int, int]]:
    """Read the function's source.

    Returns:
        {last line of an assignment: [(target, comment)]}, and {any line of an assignment: its last line}.
    """
    source = textwrap.dedent(inspect.getsource(fn))
    lines, above = source.splitlines(), code.co_firstlineno - 1  # both begin with the first decorator
    claims: dict[int, list[tuple[ast.expr, str]]] = {}
    ends: dict[int, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            target = node.target
        else:
            continue
        last = node.end_lineno or node.lineno
        ends.update({above + line: above + last for line in range(node.lineno, last + 1)})
        found = COMMENT.search(_comment(lines[last - 1]))
        if found and isinstance(target, (ast.Name, ast.Attribute, ast.Tuple)):
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            claims.setdefault(above + last, []).extend((t, found[1]) for t in targets)
    return claims, ends


def _comment(line: str) -> str:
    """Return the comment that ends a line."""
    return line[line.index("#") :] if "#" in line else ""


def _shape_of(target: ast.expr, frame: FrameType) -> tuple[int, ...] | None:
    """Return the shape of what was assigned, or None if it is no array."""
    value: Any = None
    if isinstance(target, ast.Name):
        value = frame.f_locals.get(target.id)
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        value = getattr(frame.f_locals.get(target.value.id), target.attr, None)
    shape = getattr(value, "shape", None)
    return tuple(shape) if isinstance(shape, tuple) else None


def _compare(
    comment: str, shape: tuple[int, ...], lengths: dict[str, int], frame: FrameType, line: int
) -> None:
    code = frame.f_code
    where = f"{code.co_filename}:{line}, in {code.co_name}"
    claimed = [part.strip() for part in comment.split(",") if part.strip()]
    if "..." in claimed:
        at = claimed.index("...")
        after = len(claimed) - at - 1
        if len(shape) < len(claimed) - 1:
            claimed = claimed[:at] + claimed[at + 1 :]
        else:
            shape = shape[:at] + shape[len(shape) - after :]
            claimed = claimed[:at] + claimed[at + 1 :]
    if len(claimed) != len(shape):
        raise ShapeCommentError(f"{where}: the comment says ({comment}), the array is {shape}.")
    for part, length in zip(claimed, shape, strict=True):
        expected = _length(part, lengths, frame)
        if expected is None:
            if part.isidentifier():
                lengths[part] = length
        elif expected != length:
            raise ShapeCommentError(
                f"{where}: {part} is {expected} here, but the array is {shape}, comment ({comment})."
            )


def _length(part: str, lengths: dict[str, int], frame: FrameType) -> int | None:
    """Return the length that a part of a comment stands for, or None if it is not known yet."""
    known = {**lengths, **{k: v for k, v in frame.f_locals.items() if isinstance(v, int)}}
    if re.fullmatch(r"\d+", part):
        return int(part)
    if part.isidentifier():
        return known.get(part)
    product = re.split(r"[ *]+", part)  # "C k k" and "2 * H" are products
    if all(re.fullmatch(r"\d+", f) or f in known for f in product):
        result = 1
        for factor in product:
            result *= int(factor) if factor.isdigit() else known[factor]
        return result
    return None

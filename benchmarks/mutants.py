"""The mutants of a Python file: one change each, in the code and not in its words.

An operator is swapped, a comparison (the first of a chain) moved or turned round, a number moved, a truth
value or a condition turned round, a minus dropped or a statement left out. Messages, annotations and
docstrings are left alone.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Callable, Iterator
from typing import Any

SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
}  # fmt: skip
MOVED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip


def _compare_by(new: type[ast.cmpop], node: ast.Compare) -> None:
    node.ops[0] = new()


def _drop(i: int, node: Any) -> None:
    node.body[i] = ast.Pass()


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """Yield each change that a node can undergo: in words, and as a function that makes it."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        operator = SWAPPED[type(node.op)]
        yield f"{type(node.op).__name__} to {operator.__name__}", lambda n: setattr(n, "op", operator())
    if isinstance(node, ast.Compare):
        for new in MOVED.get(type(node.ops[0]), ()):
            said = f"{type(node.ops[0]).__name__} to {new.__name__}"
            yield said, functools.partial(_compare_by, new)
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield f"{node.value} to {not node.value}", lambda n: setattr(n, "value", not n.value)
        elif isinstance(node.value, int):
            yield f"{node.value} to {node.value + 1}", lambda n: setattr(n, "value", n.value + 1)
        elif isinstance(node.value, float):
            moved = node.value * 1.7 if node.value else 1.0
            yield f"{node.value} to {moved:.6g}", lambda n: setattr(n, "value", moved)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield f"{type(node.op).__name__} dropped", lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} to {other.__name__}", lambda n: setattr(n, "op", other())
    # A comparison is turned round above.
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare):
        yield "condition negated", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    body = getattr(node, "body", None)
    if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With | ast.While) and isinstance(body, list):
        for i, statement in enumerate(body):
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.Raise) or (
                isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant)
            ):
                yield f"line {statement.lineno} dropped", functools.partial(_drop, i)


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that can be changed; not the wording of messages, nor annotations, nor docstrings."""
    yield tree
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from places(child)


def mutants(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, the change in words, the changed text) for every change of a file."""
    tree = ast.parse(text)
    for i, node in enumerate(places(tree)):
        for k, (what, _) in enumerate(changes(node)):
            other = copy.deepcopy(tree)
            place = list(places(other))[i]
            list(changes(place))[k][1](place)
            line = getattr(node, "lineno", 0)
            if what.startswith("line "):  # of the statement, not of what holds it
                _, number, what = what.split()
                line = int(number)
            yield line, what, ast.unparse(ast.fix_missing_locations(other))

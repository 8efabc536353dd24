"""A named mistake, fitted into the answer: the wrong definition under the right name, with all it needs."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.learn import source as code
from rung.learn.lesson import LessonError
from rung.learn.source import DEFINITIONS, Definition, Import, Source


@dataclass
class Replacement:
    """What takes a target's place.

    Attributes:
        text: the definition, under the right name.
        imports: what it needs imported.
        helpers: definitions and constants that stand before it.
        future: whether its module postpones annotations.
    """

    text: str
    imports: list[Import]
    helpers: list[str]
    future: bool


def read(given: object) -> tuple[Source, Definition]:
    """Return the source that holds a replacement, and its definition in it.

    Args:
        given: source text whose last definition is meant, or a function or class.

    Raises:
        LessonError: the source cannot be read, or it defines nothing.
    """
    if not isinstance(given, str):
        thing: Any = inspect.unwrap(given) if callable(given) else given
        try:
            source = Source(thing.__module__, _file_of(thing).read_text(encoding="utf-8"))
        except (OSError, TypeError, AttributeError) as error:
            fault = f"the source of {given!r} cannot be read: {error}"
            raise LessonError(fault, fix="define it in a file") from None
        return source, source.find(thing.__qualname__)
    source = Source("replacement", textwrap.dedent(given))
    nodes = [n for n in source.tree.body if isinstance(n, DEFINITIONS)]
    if not nodes:
        fix = "def name(...): ..."
        raise LessonError("the replacement defines nothing", rule="It is one def or class.", fix=fix)
    return source, nodes[-1]


def _file_of(thing: Any) -> Path:
    """Return the file that defines a function or class, even if `sys.modules` never held its module."""
    functions = [thing, *vars(thing).values()] if isinstance(thing, type) else [thing]
    for function in functions:
        if hasattr(function, "__code__"):
            return Path(function.__code__.co_filename)
    return Path(inspect.getfile(thing))


def fit(name: str, given: object, right: tuple[Source, Definition], defined: Iterable[str]) -> Replacement:
    """Return `given` made to stand for `name`; where it calls what it replaces, it gets the right one.

    Args:
        name: the function, class or "Class.method" that is replaced.
        given: source text, a function or a class.
        right: the module of the answer, and the answer's definition of the function or class.
        defined: the names that the learner's file defines.
    """
    wrong, node = read(given)
    node = _undecorated(node)
    owner, _, method = name.partition(".")
    imports, statements = wrong.needs([node])
    helpers = [wrong.segment(s) for s in statements]
    text = textwrap.dedent(wrong.segment(node))
    if not method:
        keep = f"_right_{owner}"
        text = code.renamed(text, owner, keep)
        if keep in text:
            source, target = right
            more, given_too = source.needs([target], defined)
            imports += more
            helpers += [source.segment(s) for s in given_too]
            helpers.append(code.renamed(source.segment(target), owner, keep))
    text = code.renamed(text, node.name, method or owner)
    if method:
        text = _with_method(*right, name, text)
    return Replacement(text, imports, helpers, "annotations" in wrong.imports)


def _undecorated(node: Definition) -> Definition:
    """Return the definition without its `@mistake(...)`; other decorators are part of the answer it gives."""
    kept = [
        d
        for d in node.decorator_list
        if not (isinstance(d, ast.Call) and getattr(d.func, "id", "") == "mistake")
    ]
    fields = {f: getattr(node, f) for f in node._fields} | {"decorator_list": kept}
    return ast.copy_location(type(node)(**fields), node)


def _with_method(source: Source, node: Definition, name: str, text: str) -> str:
    """Return the class with one method's lines taken out and `text` put in."""
    function = source.find(name)
    first, start = code.first_line(node), code.first_line(function)
    decorators = [] if text.startswith("@") else source.lines[start - 1 : function.lineno - 1]
    lines = source.lines[first - 1 : start - 1] + decorators
    lines += textwrap.indent(text, " " * function.col_offset).split("\n")
    return "\n".join(lines + source.lines[function.end_lineno or start : node.end_lineno])

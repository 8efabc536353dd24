"""A module read as text, never imported: where a symbol stands, what it needs, and its source."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rung.errors import did_you_mean
from rung.learn.lesson import LessonError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Import:
    """One imported name: `from module import name as bound`; `import module as bound` if name is empty."""

    module: str
    name: str
    bound: str

    def __str__(self) -> str:
        if self.name:
            return f"from {self.module} import {self.part}"
        return (
            f"import {self.module}"
            if self.bound == self.module.split(".")[0]
            else f"import {self.module} as {self.bound}"
        )

    @property
    def part(self) -> str:
        """What stands after `import` in a from-import."""
        return self.name if self.bound == self.name else f"{self.name} as {self.bound}"


class Source:
    """The text and the tree of one module.

    Args:
        module: dotted name, for resolving relative imports and for importing its public parts from it.
        text: the module's source.
    """

    def __init__(self, module: str, text: str) -> None:
        self.module = module
        self.text = text.replace("\r\n", "\n")
        self.lines = self.text.split("\n")
        self.tree = ast.parse(self.text)
        self.imports: dict[str, Import] = {}
        self.statements: dict[
            str, ast.stmt
        ] = {}  # what binds a name at the top of the module, imports left out
        for statement in self.tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self.imports |= {i.bound: i for i in self._imports(statement)}
            else:
                self.statements |= dict.fromkeys(binds(statement), statement)

    def _imports(self, statement: ast.Import | ast.ImportFrom) -> Iterator[Import]:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield Import(alias.name, "", alias.asname or alias.name.split(".")[0])
            return
        base = self.module.split(".")[: -statement.level] if statement.level else []
        module = ".".join([*base, statement.module] if statement.module else base)
        for alias in statement.names:
            yield Import(module, alias.name, alias.asname or alias.name)

    def find(self, name: str) -> Definition:
        """Return the definition of `name`, a function, a class, or "Class.method".

        Raises:
            LessonError: the module does not define it.
        """
        body: list[ast.stmt] = self.tree.body
        node: Definition | None = None
        for part in name.split("."):
            here = {d.name: d for d in body if isinstance(d, DEFINITIONS)}
            if part not in here:
                came = self.imports.get(part) if node is None else None
                guess = f'"{came.module}:{came.name}"' if came else did_you_mean(part, list(here))
                raise LessonError(
                    f"{self.module} does not define {name}",
                    rule="A target names a function or class in the module that defines it.",
                    fix=guess or f"one of: {', '.join(here) or 'nothing is defined there'}",
                )
            node = here[part]
            body = node.body
        assert node is not None  # "".split(".") is never empty
        return node

    def segment(self, node: ast.stmt) -> str:
        """Return the node's own lines, decorators included, as they stand."""
        return "\n".join(self.lines[first_line(node) - 1 : node.end_lineno])

    def needs(
        self, nodes: Iterable[ast.stmt], defined: Iterable[str] = ()
    ) -> tuple[list[Import], list[ast.stmt]]:
        """Return what `nodes` need to stand in a file of their own: imports, and statements of this module.

        A public part of the module is imported from it; a private helper or a constant comes with the file.

        Args:
            nodes: the definitions that are taken.
            defined: names that the new file defines itself.
        """
        imports: dict[str, Import] = {}
        given: dict[int, ast.stmt] = {}
        taken = list(nodes)
        seen = {*defined, *(n.name for n in taken if isinstance(n, DEFINITIONS))}
        waiting = [name for node in taken for name in used_names(node)]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            statement = self.statements.get(name)
            if name in self.imports:
                imports[name] = self.imports[name]
            elif isinstance(statement, DEFINITIONS) and not name.startswith("_"):
                imports[name] = Import(self.module, name, name)
            elif statement is not None:
                given[statement.lineno] = statement
                waiting += used_names(statement)
        return list(imports.values()), [given[line] for line in sorted(given)]


def path_of(module: str) -> Path | None:
    """Return the file of `module` without importing it where it is part of rung; None if there is none."""
    head, *rest = module.split(".")
    if head == "rung":
        base = _PACKAGE.joinpath(*rest)
        return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)
    from importlib.util import find_spec

    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def read(module: str) -> Source:
    """Read a module's source, anew when the file has changed.

    Raises:
        LessonError: there is no such file, or it does not parse.
    """
    path = path_of(module)
    if path is None:
        raise LessonError(
            f"there is no module {module}", rule='A target is "module:name".', fix="correct the module's name"
        )
    return _read(module, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(module: str, path: Path, changed: int) -> Source:
    try:
        return Source(module, path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise LessonError(f"{path} does not parse: {error}", fix="correct the file") from None


def first_line(node: ast.stmt) -> int:
    """Return the number of the node's first line, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def used_names(node: ast.AST) -> list[str]:
    """Return every name that is read somewhere inside `node`, annotations written as strings included."""
    names: list[str] = []
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
            names.append(child.id)
        annotation = getattr(child, "annotation", None) or getattr(child, "returns", None)
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                names += used_names(ast.parse(annotation.value, mode="eval"))
            except SyntaxError:
                continue
    return names


def binds(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module binds."""
    if isinstance(statement, DEFINITIONS):
        return [statement.name]
    names = []
    for child in ast.walk(statement):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.append(child.id)
        elif isinstance(child, DEFINITIONS):
            names.append(child.name)
        elif isinstance(child, ast.alias):
            names.append(child.asname or child.name.split(".")[0])
    return names


def renamed(text: str, old: str, new: str) -> str:
    """Return `text` with the name `old` called `new` where it stands alone; attributes and keywords stay."""
    if old == new:
        return text
    lines = text.split("\n")
    found = []
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type not in _LAYOUT]
    for i, token in enumerate(tokens):
        attribute = i and tokens[i - 1].string == "."
        named = i and tokens[i - 1].string in "(," and i + 1 < len(tokens) and tokens[i + 1].string == "="
        if token.type == tokenize.NAME and token.string == old and not attribute and not named:
            found.append(token.start)
    for row, column in reversed(found):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "\n".join(lines)


_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}


def render_imports(imports: Iterable[Import]) -> str:
    """Return import lines in the usual order: standard library, others, rung; one line a module."""
    groups: tuple[dict[str, list[Import]], ...] = ({}, {}, {})
    for item in sorted(set(imports), key=lambda i: (bool(i.name), i.module.lower(), i.bound.lower())):
        head = item.module.split(".")[0]
        if head != "__future__":
            place = 2 if head == "rung" else 0 if head in sys.stdlib_module_names else 1
            groups[place].setdefault(item.module if item.name else str(item), []).append(item)
    blocks = []
    for group in groups:
        rows = []
        for module, items in group.items():
            rows.append(
                f"from {module} import {', '.join(i.part for i in items)}" if items[0].name else module
            )
        if rows:
            blocks.append("\n".join(rows))
    return "\n\n".join(blocks)

"""The page of every error: its class's docstring, found by reading the source, with nothing imported."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Page:
    """One error, explained.

    Attributes:
        name: what `rung explain` takes.
        error: name of the class.
        text: its docstring: what happened, code that raises it, why, the repair.
        file: where the class stands, from the package on.
    """

    name: str
    error: str
    text: str
    file: str

    @property
    def first_line(self) -> str:
        """What the error means, in one line."""
        return self.text.split("\n")[0]

    @property
    def module(self) -> str:
        """Dotted name of the module that defines the class."""
        return "rung." + self.file.removesuffix(".py").replace("/", ".")


def pages(root: Path = _PACKAGE) -> dict[str, Page]:
    """Return every error's page by its name; where two classes share a name, the first file counts.

    Args:
        root: the package's folder.
    """
    found: dict[str, Page] = {}
    for file in sorted(root.rglob("*.py"), key=lambda f: (len(f.parts), f)):
        text = file.read_text(encoding="utf-8")
        if "Error" not in text or '\n    name = "' not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and (name := _name(node)):
                doc = inspect.cleandoc(ast.get_docstring(node) or "")
                found.setdefault(name, Page(name, node.name, doc, file.relative_to(root).as_posix()))
    return found


def _name(node: ast.ClassDef) -> str:
    """Return the `name` of a class that derives from an error; empty for another class."""
    if not any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases):
        return ""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "name":
            return str(ast.literal_eval(statement.value))
    return ""

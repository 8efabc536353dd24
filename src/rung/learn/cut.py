"""Which bodies of a lesson's target are the learner's to write, and the target's source without them."""

from __future__ import annotations

import ast
import io
import tokenize

from rung.errors import did_you_mean
from rung.learn import source as code
from rung.learn.lesson import Lesson, LessonError
from rung.learn.source import DEFINITIONS, Definition, Source

CUT = 'raise NotImplementedError("your turn: {}")'
Body = ast.FunctionDef | ast.AsyncFunctionDef


def cut_names(lesson: Lesson) -> tuple[str, ...]:
    """Return the names of the bodies the learner writes, such as "ReLU.forward", in the order of the file."""
    return tuple(name for _, nodes in targets(lesson) for node in nodes for name, _ in cuts(lesson, node))


def cut_bodies(lesson: Lesson) -> dict[str, str]:
    """Return the source that was cut, by name; the self-check holds it against the stub."""
    bodies = {}
    for source, nodes in targets(lesson):
        for node in nodes:
            for name, function in cuts(lesson, node):
                rest = function.body[_has_docstring(function) :]
                bodies[name] = "\n".join(ast.get_source_segment(source.text, s) or "" for s in rest)
    return bodies


def _has_docstring(function: Body) -> bool:
    return ast.get_docstring(function, clean=False) is not None


def targets(lesson: Lesson) -> list[tuple[Source, list[Definition]]]:
    """Return the targets by module, in the lesson's order of modules and each module's own order of lines."""
    modules: dict[str, dict[int, Definition]] = {}
    for target in lesson.target:
        module, _, name = target.partition(":")
        source = code.read(module)
        source.find(name)  # "Class.method" must exist, though the whole class is taken
        node = source.find(name.partition(".")[0])
        modules.setdefault(module, {})[node.lineno] = node
    return [(code.read(module), [nodes[line] for line in sorted(nodes)]) for module, nodes in modules.items()]


def cuts(lesson: Lesson, node: Definition) -> list[tuple[str, Body]]:
    """Return the bodies of one target that are cut, by name.

    Raises:
        LessonError: `blank` holds a name that the targets do not have.
    """
    wanted = set(lesson.blank) | {t.partition(":")[2] for t in lesson.target if "." in t.partition(":")[2]}
    bodies = bodies_of(node)
    every = {name for _, nodes in targets(lesson) for n in nodes for name in _names_in(n)}
    for name in wanted:
        if name not in every:
            raise LessonError(
                f'lessons/{lesson.folder.name}/lesson.toml: blank names "{name}"',
                rule="blank holds functions, classes or Class.method of the target.",
                fix=did_you_mean(name, every) or f"one of: {', '.join(sorted(every))}",
            )
    if not wanted:
        return bodies
    return [(n, f) for n, f in bodies if n in wanted or any(n.startswith(w + ".") for w in wanted)]


def _names_in(node: Definition) -> set[str]:
    names = {name for name, _ in bodies_of(node)}
    return names | {node.name} | {name.rpartition(".")[0] for name in names if "." in name}


def bodies_of(node: Definition, prefix: str = "") -> list[tuple[str, Body]]:
    """Return the functions inside a definition that have a body to write, not just a `pass` or a refusal."""
    name = prefix + node.name
    if not isinstance(node, ast.ClassDef):
        return [] if all(_trivial(s) for s in node.body) else [(name, node)]
    return [
        pair for child in node.body if isinstance(child, DEFINITIONS) for pair in bodies_of(child, name + ".")
    ]


def _trivial(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return "NotImplementedError" in ast.dump(statement)
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def blanked(source: Source, node: Definition, cuts: list[tuple[str, Body]]) -> str:
    """Return a definition's source with each of `cuts` replaced by a raise that names it."""
    start = code.first_line(node)
    lines = source.lines[
        start - 1 : _end(source, node)
    ]  # a cut may take the comment below the last statement
    for name, function in reversed(cuts):
        top, bottom = function.lineno - start, _end(source, function) - start + 1
        lines[top:bottom] = _cut(lines[top:bottom], source, name, function)
    return "\n".join(lines).rstrip()


def _cut(lines: list[str], source: Source, name: str, function: Body) -> list[str]:
    margin = len(lines[0]) - len(lines[0].lstrip())
    row, column = _colon("\n".join([lines[0].lstrip(), *lines[1:]]))
    signature = lines[: row + 1]
    body = function.body[0]
    same_line = body.lineno == function.lineno + row
    if same_line:  # def f(x): return x
        signature[-1] = signature[-1][: column + 1 + (margin if row == 0 else 0)]
    inner = " " * (function.col_offset + 4 if same_line else body.col_offset)
    kept = []
    if _has_docstring(function):
        kept = (inner + (ast.get_source_segment(source.text, body) or "")).split("\n")
    return [*signature, *kept, inner + CUT.format(name)]


def _colon(text: str) -> tuple[int, int]:
    """Return (row, column), from 0, of the colon that ends the `def` line."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                return token.start[0] - 1, token.start[1]
    raise AssertionError("a def that parsed has a colon")


def _end(source: Source, node: Definition) -> int:
    """Return the node's last line, comments included that stand below its last statement and belong to it."""
    end = node.end_lineno or node.lineno
    depth = node.col_offset
    last = end
    for number in range(end, len(source.lines)):
        line = source.lines[number]
        if line.strip() and not (line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > depth):
            break
        last = number + 1 if line.strip() else last
    return last

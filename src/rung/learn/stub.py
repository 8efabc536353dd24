"""The learner's file, derived from the target's source: with bodies cut, whole, or with one of them wrong.

The library is the only answer: nothing is written twice, so nothing can drift apart.
"""

from __future__ import annotations

from rung.errors import did_you_mean
from rung.learn import replace
from rung.learn import source as code
from rung.learn.cut import blanked, bodies_of, cut_bodies, cut_names, cuts, targets
from rung.learn.lesson import Lesson, LessonError
from rung.learn.source import Import

__all__ = ["answer", "cut_bodies", "cut_names", "stub", "with_replacement"]


def stub(lesson: Lesson) -> str:
    """Return the file a learner starts from: signatures, docstrings and given parts kept, bodies cut.

    Args:
        lesson: the lesson whose targets are taught.

    Raises:
        LessonError: a target or a name in `blank` does not exist, or nothing is left to write.
    """
    names = cut_names(lesson)
    if not names:
        raise LessonError(
            f"lesson {lesson.slug} leaves nothing to write", fix="name a target that has a body"
        )
    write = (
        "Write each body in place of its `raise`"
        if len(names) > 1
        else "Write the body in place of the `raise`"
    )
    header = f"# {lesson.title}: lesson {lesson.slug}.\n# {write}, save, then run:  rung check {lesson.slug}"
    definitions = [blanked(s, node, cuts(lesson, node)) for s, nodes in targets(lesson) for node in nodes]
    return _file(lesson, header, definitions)


def answer(lesson: Lesson) -> str:
    """Return the same file with every body as the library has it.

    Args:
        lesson: the lesson whose targets are taught.

    Raises:
        LessonError: a target does not exist.
    """
    definitions = [source.segment(node) for source, nodes in targets(lesson) for node in nodes]
    return _file(lesson, f"# {lesson.title}: the library's own answer to lesson {lesson.slug}.", definitions)


def with_replacement(lesson: Lesson, name: str, source: object) -> str:
    """Return the answer with one name done in another way, for a named mistake.

    Args:
        lesson: the lesson.
        name: what is replaced: a function, a class, or "Class.method".
        source: source text, or a function or class whose source can be read. What its module imports or keeps
            in private helpers comes along; where it calls what it replaces, it gets the right one.

    Raises:
        LessonError: the lesson has no such name, or the replacement's source cannot be read.
    """
    found = {node.name: (origin, node) for origin, nodes in targets(lesson) for node in nodes}
    known = [*found, *(n for _, node in found.values() for n, _ in bodies_of(node))]
    if name not in known:
        guess = did_you_mean(name, known) or f"one of: {', '.join(known)}"
        raise LessonError(f'lesson {lesson.slug} has no "{name}" to replace', fix=guess)
    owner = name.partition(".")[0]
    wrong = replace.fit(name, source, found[owner], lesson.names)
    definitions = [wrong.text if n == owner else origin.segment(node) for n, (origin, node) in found.items()]
    return _file(lesson, f"# {lesson.title}: with another {name}.", definitions, wrong)


def _file(
    lesson: Lesson, header: str, definitions: list[str], extra: replace.Replacement | None = None
) -> str:
    """Return a whole file: header, imports, given parts, definitions."""
    imports: dict[str, Import] = {}
    given: dict[str, str] = {}
    helpers = list(extra.helpers) if extra else []
    future = bool(extra and extra.future)
    _merge(imports, extra.imports if extra else [], lesson)
    for source, nodes in targets(lesson):
        needed, statements = source.needs(nodes, lesson.names)
        _merge(imports, needed, lesson)
        future |= "annotations" in source.imports
        for statement in statements:
            text = source.segment(statement)
            for bound in code.binds(statement):
                if given.setdefault(bound, text) != text:
                    fault = f"lesson {lesson.slug}: two helpers of its targets are called {bound}"
                    raise LessonError(fault, fix="rename one of them in the library")
            helpers += [text] if text not in helpers else []
    head = [
        header,
        "from __future__ import annotations" if future else "",
        code.render_imports(imports.values()),
    ]
    return "\n\n\n".join(["\n\n".join(part for part in head if part), *helpers, *definitions]) + "\n"


def _merge(imports: dict[str, Import], more: list[Import], lesson: Lesson) -> None:
    for item in more:
        if item.bound in lesson.names:
            continue  # one target that uses another finds it in the same file
        known = imports.setdefault(item.bound, item)
        if known != item:
            raise LessonError(
                f'lesson {lesson.slug}: "{item.bound}" would be both `{known}` and `{item}`',
                rule="The targets of a lesson share one file, so a name means one thing.",
                fix="use the same import in both modules",
            )

"""The self-check's part on the map: what a lesson stands on exists, comes before it, and was taught."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rung.learn.lesson import Lesson, lessons
from rung.learn.roadmap import Roadmap, cycle, roadmap
from rung.learn.selfcheck import Finding
from rung.learn.stub import answer


def on_the_map(lesson: Lesson) -> Iterator[Finding]:
    """Its place, its prerequisites, its concepts and its keys of the mission."""
    at = f"lessons/{lesson.folder.name}/lesson.toml"
    written = lessons(lesson.folder.parent)
    plan = roadmap(root=lesson.folder.parent)
    yield from _place(lesson, plan, at)
    yield from _prerequisites(lesson, plan, at)
    for concept in lesson.teaches:
        for other in written.values():
            if other.slug < lesson.slug and concept in other.teaches:
                what = f'"{concept}" is taught by {other.slug} already'
                yield Finding(at, what, "a concept is taught by one lesson: take it out of one of the two")
    if not lesson.teaches:
        yield Finding(at, "it teaches no concept", 'teaches = ["..."]')
    for key in lesson.covers:
        if key not in plan.topics and key not in plan.features:
            yield Finding(at, f'covers names "{key}", which is no key of the mission', "correct or remove it")
    yield from _untaught(lesson, plan, written, at)


def _place(lesson: Lesson, plan: Roadmap, at: str) -> Iterator[Finding]:
    here = plan.topics.get(lesson.slug)
    if here is None:
        yield Finding(at, "it is not on the map", "add it to src/rung/learn/roadmap.toml")
        return
    for key in ("track", "level"):
        mine, planned = getattr(lesson, key), getattr(here, key)
        if mine != planned:
            repair = f"{key} = {planned!r}, or move the topic in src/rung/learn/roadmap.toml".replace(
                "'", '"'
            )
            yield Finding(at, f"{key} is {mine}; roadmap.toml has {planned}", repair)


def _prerequisites(lesson: Lesson, plan: Roadmap, at: str) -> Iterator[Finding]:
    for name in lesson.requires:
        topic = plan.topics.get(name)
        if topic is None:
            from rung.errors import did_you_mean

            yield Finding(
                at,
                f'requires "{name}", which is not on the map',
                did_you_mean(name, list(plan.topics)) or "remove it",
            )
        elif topic.level > lesson.level:
            yield Finding(
                at,
                f"requires {name}, which is of level {topic.level}",
                f"raise its level, or do without {name}",
            )
        elif topic.kind == "project":
            yield Finding(
                at, f"requires {name}, which is a project", "require the lessons that the project needs"
            )
    if lesson.slug in cycle(plan):
        circle = ", ".join(cycle(plan))
        yield Finding(at, f"it stands on itself: {circle}", "take one of them out of the other's requires")


def _untaught(lesson: Lesson, plan: Roadmap, written: dict[str, Lesson], at: str) -> Iterator[Finding]:
    """What the answer imports and another lesson teaches must be taught before.

    The learner's file shows what it imports: a part of the library that a lesson explains is explained first.
    """
    before = plan.ancestors(lesson.slug) | {lesson.slug}
    teachers: dict[str, set[str]] = {}
    for other in written.values():
        for target in other.target:
            teachers.setdefault(target, set()).add(other.slug)
    for node in ast.walk(ast.parse(answer(lesson))):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            by = teachers.get(f"{node.module}:{alias.name}", set())
            if by and not by & before:
                what = f"it uses {alias.name}, which {' and '.join(sorted(by))} teaches, before that"
                yield Finding(at, what, f'add "{sorted(by)[0]}" to requires')

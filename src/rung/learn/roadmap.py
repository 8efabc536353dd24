"""The landscape: tracks, levels and every topic, written or not, with what each one stands on."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.errors import UnknownNameError, did_you_mean
from rung.learn.lesson import FOLDER, PACKAGE, Lesson, LessonError, lessons

FILE = Path(__file__).with_name("roadmap.toml")
PROJECTS = PACKAGE / "projects"


@dataclass(frozen=True)
class Level:
    """One of the three levels: what it lets a person do, and what it leaves out."""

    level: int
    title: str
    does: str
    leaves_out: str


@dataclass(frozen=True)
class Track:
    """One track of the landscape."""

    key: str
    title: str
    about: str


@dataclass(frozen=True)
class Stage:
    """One level of one track: what it lets a person do, what it leaves out, and its topics in order."""

    track: str
    level: int
    does: str
    leaves_out: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One place on the map.

    Attributes:
        slug: the topic's key.
        title: as shown.
        track: key of its track.
        level: 101, 201 or 301.
        kind: "lesson", "paper" (a lesson that rebuilds one) or "project".
        requires: slugs of the topics it stands on.
        lesson: the lesson, where it is written; None for a project and for what is not written.
        written: whether its folder exists.
    """

    slug: str
    title: str
    track: str
    level: int
    kind: str
    requires: tuple[str, ...]
    lesson: Lesson | None = None
    written: bool = False


@dataclass(frozen=True)
class Roadmap:
    """The whole map.

    Attributes:
        levels: by number.
        tracks: by key, in order.
        stages: in order, by track and then level.
        topics: by slug, in the order of the stages.
        features: parts of rung that a lesson may cover, by key.
    """

    levels: dict[int, Level]
    tracks: dict[str, Track]
    stages: tuple[Stage, ...]
    topics: dict[str, Topic]
    features: dict[str, str]

    def topic(self, slug: str) -> Topic:
        """Return one topic.

        Raises:
            UnknownNameError: there is none of that name.
        """
        try:
            return self.topics[slug.replace("_", "-")]
        except KeyError:
            fix = did_you_mean(slug, list(self.topics)) or "rung map shows them all"
            raise UnknownNameError(f'there is no topic "{slug}"', fix=fix) from None

    def number(self, slug: str) -> int:
        """Return a lesson's place in its track, from 1; projects are not counted.

        What is not written yet is counted, so that a number stays the same while the map fills up.
        """
        track = self.topic(slug).track
        return [t.slug for t in self.topics.values() if t.track == track and t.kind != "project"].index(
            slug
        ) + 1

    def ancestors(self, slug: str) -> set[str]:
        """Return everything that a topic stands on, near and far."""
        found: set[str] = set()
        waiting = list(self.topic(slug).requires)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.topics:
                found.add(name)
                waiting += self.topics[name].requires
        return found

    def lines(self) -> list[tuple[str, str]]:
        """Return the prerequisites to draw, (before, after): those that no longer way round already says."""
        pairs = []
        for topic in self.topics.values():
            further = {a for name in topic.requires if name in self.topics for a in self.ancestors(name)}
            pairs += [(name, topic.slug) for name in topic.requires if name not in further]
        return pairs

    def path(self) -> list[Topic]:
        """Return the topics in an order in which each comes after all it stands on, level by level.

        Raises:
            LessonError: some of them require one another in a circle.
        """
        tracks = list(self.tracks)
        rank = {s: (t.level, tracks.index(t.track), i) for i, (s, t) in enumerate(self.topics.items())}
        done: dict[str, Topic] = {}
        waiting = sorted(self.topics, key=rank.__getitem__)
        while waiting:
            ready = [
                s for s in waiting if all(r in done or r not in self.topics for r in self.topics[s].requires)
            ]
            if not ready:
                raise LessonError(
                    f"roadmap: {', '.join(sorted(cycle(self)))} require one another in a circle",
                    rule="Prerequisites lead from what comes first to what comes later.",
                    fix="take one of them out of the other's requires",
                )
            first = ready[0]
            done[first] = self.topics[first]
            waiting.remove(first)
        return list(done.values())


def cycle(plan: Roadmap) -> list[str]:
    """Return the slugs of topics that stand on themselves; empty if there are none."""
    return [slug for slug in plan.topics if slug in plan.ancestors(slug)]


@lru_cache(maxsize=4)
def roadmap(file: Path = FILE, root: Path = FOLDER, projects: Path = PROJECTS) -> Roadmap:
    """Return the map, with every written lesson in its place.

    Args:
        file: roadmap.toml.
        root: the folder of the lessons.
        projects: the folder of the projects.

    Raises:
        LessonError: roadmap.toml or a lesson.toml breaks its contract.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LessonError(
            f"{file.name} cannot be read: {error}", fix="correct the TOML at that line"
        ) from None
    written = lessons(root)
    stages, topics = [], {}
    for row in data["stage"]:
        slugs = []
        for entry in row["topics"]:
            topic = _topic(entry, row["track"], row["level"])
            if topic.slug in topics:
                raise LessonError(
                    f"{file.name}: {topic.slug} stands there twice", fix="remove one of the two"
                )
            slugs.append(topic.slug)
            topics[topic.slug] = _as_written(topic, written, projects)
        stages.append(Stage(row["track"], row["level"], row["does"], row["leaves_out"], tuple(slugs)))
    stages, topics = _with_others(stages, topics, written)
    return Roadmap(
        levels={row["level"]: Level(**row) for row in data["level"]},
        tracks={row["key"]: Track(**row) for row in data["track"]},
        stages=tuple(stages),
        topics=topics,
        features=dict(data["features"]),
    )


def _topic(entry: dict[str, Any], track: str, level: int) -> Topic:
    unknown = set(entry) - {"slug", "title", "kind", "requires"}
    if unknown:
        word = sorted(unknown)[0]
        raise LessonError(f'roadmap.toml: unknown key "{word}" in {entry.get("slug")}', fix=f"remove {word}")
    kind = entry.get("kind", "lesson")
    return Topic(entry["slug"], entry["title"], track, level, kind, tuple(entry["requires"]))


def _as_written(topic: Topic, written: dict[str, Lesson], projects: Path) -> Topic:
    """Return the topic as its own folder has it; its place on the map stays."""
    if topic.kind == "project":
        there = (projects / topic.slug.replace("-", "_") / "project.toml").is_file()
        return replace(topic, written=there)
    found = written.get(topic.slug)
    return (
        replace(topic, title=found.title, requires=found.requires, lesson=found, written=True)
        if found
        else topic
    )


def _with_others(
    stages: list[Stage], topics: dict[str, Topic], written: dict[str, Lesson]
) -> tuple[list[Stage], dict[str, Topic]]:
    """Return the map with the written lessons that roadmap.toml does not list, each last in its stage."""
    for found in written.values():
        if found.slug in topics:
            continue
        place = (found.track, found.level)
        here = next((i for i, s in enumerate(stages) if (s.track, s.level) == place), None)
        if here is None:
            raise LessonError(
                f"lessons/{found.folder.name}/lesson.toml: there is no stage {found.track} {found.level}",
                rule="A lesson stands on a track and level of roadmap.toml.",
                fix=did_you_mean(found.track, sorted({s.track for s in stages}))
                or "add the stage to roadmap.toml",
            )
        stages[here] = replace(stages[here], topics=(*stages[here].topics, found.slug))
        topics[found.slug] = Topic(
            found.slug, found.title, found.track, found.level, "lesson", found.requires, found, written=True
        )
    return stages, {slug: topics[slug] for stage in stages for slug in stage.topics}

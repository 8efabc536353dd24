"""What changes while pages are open: the learner's files and the record, here or in a terminal.

Nothing is installed to be told by the system (that differs on every one); a look costs a few `stat` calls.
"""

import threading
from typing import Any

from rung.learn import evidence, workspace
from rung.learn.grading.verdict import code_hash
from rung.learn.roadmap import Topic, roadmap
from rung.learn.standing import is_done, standing, upcoming

Message = dict[str, Any]


def brief(topic: Topic | None) -> Message | None:
    """A topic as a page names it."""
    return {"slug": topic.slug, "title": topic.title} if topic is not None else None


def ahead(states: dict[str, str], following: Topic | None) -> Topic | None:
    """The next lesson that is new: a review that is due comes first on the page, not on the map.

    Args:
        states: of every topic.
        following: what to do next, review or not.
    """
    if following is not None and states[following.slug] == "open":
        return following
    return next((t for t in roadmap().path() if t.lesson and states[t.slug] == "open"), None)


class Watch:
    """Remembers how things stood, and says what is new."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.RLock()
        self._stamp: tuple[Any, ...] = ()
        self._states: dict[str, str] | None = None
        self._told: dict[str, str] | None = None
        self._next: Topic | None = None
        self._files: dict[tuple[str, bool], tuple[Any, ...]] = {}

    def _stamps(self) -> tuple[Any, ...]:
        """What must change for anybody's standing to change: the record, its log, the learner's files."""
        record = evidence.file()
        files = [record, record.with_name(record.name + "-wal"), *workspace.files().values()]
        return tuple(_stat(file) for file in files)

    def _read(self) -> dict[str, str]:
        with self._one_at_a_time:
            stamp = self._stamps()
            if self._states is None or stamp != self._stamp:
                self._states = {slug: s.state for slug, s in standing().items()}
                self._next = ahead(self._states, upcoming())
                # The stamp from before the reading: what was written during it is seen at the next look.
                self._stamp = stamp
            return self._states

    def next_lesson(self) -> Message | None:
        """The next new lesson, as a page names it."""
        self._read()
        return brief(self._next)

    def standing(self) -> Message:
        """How things stand, as every page was told: never newer, or `news` would find nothing to tell."""
        with self._one_at_a_time:
            if self._told is None:
                self._told = self._read()
            states = self._told
            passed = sum(is_done(state) for state in states.values())
            return {
                "kind": "standing",
                "states": states,
                "passed": passed,
                "of": len(states),
                "next": brief(self._next),
            }

    def news(self) -> list[Message]:
        """What is new since the last call: nothing, or the standing and the lessons just passed."""
        with self._one_at_a_time:
            before, after = self._told, self._read()
            self._told = after
            if before is None or after == before:
                return []
            titles = roadmap().topics
            changed = [s for s, state in after.items() if state != before.get(s)]
            fresh = [s for s, state in after.items() if is_done(state) and not is_done(before.get(s, ""))]
            told = [
                {"kind": "passed", "lesson": s, "title": titles[s].title, "next": brief(self._next)}
                for s in fresh
            ]
            return [{**self.standing(), "changed": changed}, *told]

    def file(self, slug: str, review: bool = False, only_if_changed: bool = False) -> Message | None:
        """The learner's file of a lesson; None when there is none or, if asked so, it has not changed."""
        path = workspace.path(slug, review=review)
        stamp = (str(path), *_stat(path))
        before = self._files.get((slug, review))
        self._files[slug, review] = stamp
        if not path.exists() or (only_if_changed and (before is None or before == stamp)):
            return None
        text = workspace.read(slug, review=review)
        return {"kind": "file", "lesson": slug, "review": review, "text": text, "hash": code_hash(text)}


def _stat(file: Any) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino)

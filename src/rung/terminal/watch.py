"""`rung watch [NAME]`: grade the current exercise again at every save, and stay on it after it passes."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from rung.learn import workspace
from rung.learn.lesson import Lesson
from rung.terminal import check, hint, screen, verdicts
from rung.terminal.keys import Keys
from rung.terminal.names import chosen

POLL = 0.1  # seconds between two looks at the file
SETTLE = 0.2  # seconds without a change before it is graded: editors write in several steps
MENU = "n next   h hint   l map   c check all   x start again   q quit"


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="a lesson; the current one if left out")


def run(options: Namespace) -> int:
    """Watch until `q`."""
    with Keys() as keys:
        watch = Watch(chosen(options.name))
        return watch.follow(events(watch.file, keys.pressed))


def events(
    file: Callable[[], Path], pressed: Callable[[float], str], clock: Callable[[], float] = time.monotonic
) -> Iterator[str]:
    """Return an iterator of each key that is pressed, and "saved" once after a change has settled.

    Args:
        file: which file to look at; asked each time, for the exercise may change.
        pressed: waits at most so many seconds for a key; "" if none came.
        clock: seconds that only go forward.
    """
    path = file()
    return _events(file, pressed, clock, path, _stamp(path))  # a save during the first grading is noticed


def _events(
    file: Callable[[], Path],
    pressed: Callable[[float], str],
    clock: Callable[[], float],
    path: Path,
    seen: tuple[int, int],
) -> Iterator[str]:
    changed = 0.0
    while True:
        key = pressed(POLL)
        if key:
            yield key
        if file() != path:
            path, changed = file(), 0.0
            seen = _stamp(path)
            continue
        now = _stamp(path)
        if now != seen:
            seen, changed = now, clock()
        elif changed and clock() - changed >= SETTLE:
            changed = 0.0
            yield "saved"


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # an editor may take it away for a moment
        return 0, 0
    return found.st_mtime_ns, found.st_size


class Watch:
    """The exercise that is watched, and what each event does.

    Args:
        lesson: the first exercise.
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.passed = False
        self.armed = False  # `x` was pressed once: it asks before it takes code away
        workspace.start(lesson.slug)

    def file(self) -> Path:
        """Return the file that is watched."""
        return workspace.path(self.lesson.slug)

    def follow(self, events: Iterator[str]) -> int:
        """Grade now, then do what each event says, until `q` or the end; 0 if the last verdict passed."""
        self.grade()
        for event in events:
            if event == "q":
                break
            self.on(event)
        return 0 if self.passed else 1

    def on(self, event: str) -> None:
        """Do what one event says: "saved", or a key."""
        armed, self.armed = self.armed, False
        if event == "saved":
            self.grade()
        elif event == "n":
            self.go_on()
        elif event == "h":
            hint.show(self.lesson)
        elif event == "l":
            self._command("map", [self.lesson.track])
        elif event == "c":
            self._command("check", ["--all"])
        elif event == "x" and armed:
            workspace.reset(self.lesson.slug)
            self.grade()
        elif event == "x":
            self.armed = True
            screen.say("Press x again to put the stub back; your version is kept in .rung/kept.")
        elif event == "?":
            screen.say(MENU)

    def grade(self) -> None:
        """Grade the file as it is now."""
        screen.clear()
        text = workspace.read(self.lesson.slug)
        verdict = check.grade(self.lesson, text, self.file().name)
        self.passed = verdict.passed
        verdicts.show(self.lesson, verdict)
        screen.say(f"\n{self.file()}", "faint")
        screen.say("Take your time; n goes on.   " + MENU if self.passed else MENU, "faint")

    def go_on(self) -> None:
        """Go to the next exercise, once this one has passed."""
        if not self.passed:
            screen.say("Not yet: this one comes first. Another lesson: rung watch NAME")
            return
        following = chosen(None)
        if following.slug != self.lesson.slug:
            self.lesson = following
            workspace.start(self.lesson.slug)
        self.grade()

    def _command(self, name: str, words: list[str]) -> None:
        from rung.cli import main

        main([name, *words])

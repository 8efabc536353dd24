"""The learner's folder: one numbered file a lesson, shared by the terminal, the studio and any editor.

Numbers follow the order of the track and exist only here, so that a folder listing is a path to walk. A file
is found by its name without the number; nothing else in rung knows numbers.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rung.errors import RungError
from rung.learn.lesson import FOLDER, lesson
from rung.learn.stub import stub

_NUMBERED = re.compile(r"\d+_(\w+)\.py")
_KEPT = 20  # earlier versions of each file that are kept

README = """\
# Your rungs

One file a lesson, in the order of its track. Write the bodies, save, then:

    rung next            which one comes next
    rung check NAME      is it right?
    rung watch           check on every save
    rung hint NAME       a nudge, then an idea, then almost the code

Earlier versions of a file that rung replaced are in .rung/kept. Your record is .rung/evidence.db.
"""


class WorkspaceError(RungError, OSError):
    """The learner's folder cannot be read or written.

    It is `$RUNG_HOME`, or `rung` in your home folder. rung needs to create files in it:

        RUNG_HOME=/root/not-mine rung init

    Repair: choose a folder that is yours, `rung init DIR`, and set RUNG_HOME to it. `rung doctor` tests it.
    """

    name = "workspace"


class ClashError(RungError):
    """A file was changed in two places at once, and rung will not choose for you.

    It happens when the studio saves an exercise that an editor has changed since the studio read it:

        write("relu", "...", expected=code_hash(text_that_was_read))

    Repair: look at both versions and save the one you want; nothing has been overwritten. The version on disk
    is in `current`.
    """

    name = "clash"

    def __init__(self, path: Path, current: str) -> None:
        self.path, self.current = path, current
        super().__init__(
            f"{path.name} was changed elsewhere since it was read",
            rule="A file is replaced only by someone who has seen its latest version.",
            fix="read it again, then save the version you want",
        )


def home() -> Path:
    """Return the learner's folder: $RUNG_HOME, or ~/rung."""
    return Path(os.environ.get("RUNG_HOME") or Path.home() / "rung").expanduser()


def own() -> Path:
    """Return the hidden folder in which rung keeps its record and earlier versions."""
    return home() / ".rung"


def path(slug: str, *, review: bool = False) -> Path:
    """Return where the learner's file of a lesson is, or will be.

    Args:
        slug: the lesson.
        review: the file of a review, in which a passed lesson is written again from its stub.

    Raises:
        UnknownNameError: there is no such lesson.
    """
    one = lesson(slug)
    name = one.slug.replace("-", "_")
    if review:
        return home() / "review" / f"{name}.py"
    return _found().get(one.slug) or _planned(one.slug)


def _planned(slug: str) -> Path:
    from rung.learn.roadmap import roadmap

    plan = roadmap()
    return home() / plan.topic(slug).track / f"{plan.number(slug):02d}_{slug.replace('-', '_')}.py"


def _found() -> dict[str, Path]:
    """Return the numbered files that are there, by slug."""
    files = sorted(home().glob("*/*.py"))
    return {m[1].replace("_", "-"): f for f in files if (m := _NUMBERED.fullmatch(f.name))}


def files() -> dict[str, Path]:
    """Return the learner's files that are there, by slug, lessons of this rung only."""
    return {s: f for s, f in _found().items() if (FOLDER / s.replace("-", "_") / "lesson.toml").is_file()}


def of_file(file: Path) -> str | None:
    """Return the slug of the lesson that a file of the workspace belongs to; None if it belongs to none."""
    match = _NUMBERED.fullmatch(file.name)
    name = match[1] if match else file.stem if file.parent.name == "review" else ""
    slug = name.replace("_", "-")
    return slug if name and (FOLDER / name / "lesson.toml").is_file() else None


def read(slug: str, *, review: bool = False) -> str:
    """Return the learner's file; the stub, if it is not there yet.

    Args:
        slug: the lesson.
        review: read the file of the review.

    Raises:
        WorkspaceError: it is there and cannot be read as text.
    """
    text = _text(path(slug, review=review))
    return stub(lesson(slug)) if text is None else text


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        fix = "save it as UTF-8 in your editor"
        raise WorkspaceError(
            f"{file} is not UTF-8 text: {error.reason} at byte {error.start}", fix=fix
        ) from None
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be read: {error.strerror}", fix="rung doctor") from None


def write(slug: str, text: str, expected: str | None = None, *, review: bool = False) -> Path:
    """Write the learner's file whole or not at all, and keep the version it replaces.

    Args:
        slug: the lesson.
        text: the new contents.
        expected: `code_hash` of the contents that the writer last saw; None writes in any case.
        review: write the file of the review.

    Returns:
        the path of the file.

    Raises:
        ClashError: the file holds something other than `expected`; nothing is written.
        WorkspaceError: the folder cannot be written.
    """
    from rung.learn.hashes import code_hash

    file = path(slug, review=review)
    with _alone():
        now = read(slug, review=review)
        if expected is not None and expected != code_hash(now) and code_hash(now) != code_hash(text):
            raise ClashError(file, now)
        if now != text and file.exists():
            _keep(lesson(slug).slug, now)
        replace_file(file, text)
    return file


def start(slug: str, *, review: bool = False) -> Path:
    """Put the stub where the learner's file belongs, unless a file is there already; return its path."""
    file = path(slug, review=review)
    if not file.exists():
        replace_file(file, stub(lesson(slug)))
    return file


def reset(slug: str, *, review: bool = False) -> Path:
    """Put the stub back; the version it replaces is kept. Return the path."""
    return write(slug, stub(lesson(slug)), review=review)


def _keep(slug: str, text: str) -> None:
    """Keep an earlier version; the newest twenty of each lesson stay."""
    folder = own() / "kept"
    old = sorted(folder.glob(f"{slug}.*.py"), key=lambda f: int(f.suffixes[-2][1:]))
    number = int(old[-1].suffixes[-2][1:]) + 1 if old else 1
    replace_file(folder / f"{slug}.{number}.py", text)
    for file in old[: max(0, len(old) + 1 - _KEPT)]:
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one writer of rung in at a time, so that look-then-write is one step."""
    from rung.data.lock import one_writer

    try:
        with one_writer(own() / "write.lock"):
            yield
    except OSError as error:
        if isinstance(error, RungError):
            raise
        raise WorkspaceError(f"{home()} cannot be written: {error.strerror}", fix="rung init DIR") from None


def replace_file(file: Path, text: str) -> None:
    """Write a text file whole or not at all, with the line ends of every system but one.

    Args:
        file: its path; missing folders are made.
        text: its contents.

    Raises:
        WorkspaceError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
                out.write(text)
            if file.exists():
                os.chmod(temporary, file.stat().st_mode & 0o777)
            elif os.name == "posix":
                os.chmod(temporary, 0o644)
            os.replace(temporary, file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        fix = "choose a folder that is yours: rung init DIR, then set RUNG_HOME"
        raise WorkspaceError(f"{file} cannot be written: {error.strerror}", fix=fix) from None


def init(folder: Path | None = None) -> list[Path]:
    """Make the learner's folder: the stub of every written lesson, numbered; return what is new.

    A file that is there is never overwritten; one whose number has changed with the map is renamed.

    Args:
        folder: where; $RUNG_HOME or ~/rung if left out. It is taken as $RUNG_HOME for the rest of this
            process.

    Raises:
        WorkspaceError: it cannot be written.
    """
    from rung.learn.lesson import lessons
    from rung.learn.roadmap import roadmap

    if folder is not None:
        os.environ["RUNG_HOME"] = str(folder.expanduser().resolve())
    replace_file(
        own() / "README.txt", "rung keeps its record here. Earlier versions of your files are in kept/.\n"
    )
    if not (home() / "README.md").exists():
        replace_file(home() / "README.md", README)
    there, new = _found(), []
    for slug in (t.slug for t in roadmap().topics.values() if t.lesson):
        planned = _planned(slug)
        if slug not in there:
            replace_file(planned, stub(lessons()[slug]))
            new.append(planned)
        elif there[slug] != planned and not planned.exists():
            planned.parent.mkdir(parents=True, exist_ok=True)
            os.replace(there[slug], planned)
    return new

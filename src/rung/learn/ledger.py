"""The SQLite file behind the record: its tables, and what is done when it cannot be read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from rung.errors import RungError

FORMAT = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, lesson TEXT NOT NULL, passed INTEGER NOT NULL,
    review INTEGER NOT NULL, code TEXT NOT NULL, checks TEXT NOT NULL, seed INTEGER NOT NULL,
    versions TEXT NOT NULL, seconds REAL NOT NULL, taken REAL NOT NULL, hints INTEGER NOT NULL,
    diagnosis TEXT, fault TEXT);
CREATE TABLE IF NOT EXISTS result (
    attempt INTEGER NOT NULL REFERENCES attempt(id), place INTEGER NOT NULL, name TEXT NOT NULL,
    passed INTEGER NOT NULL, PRIMARY KEY (attempt, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS step (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, lesson TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempt_lesson ON attempt(lesson, at);
CREATE INDEX IF NOT EXISTS step_lesson ON step(lesson, at);
"""


class EvidenceError(RungError):
    """The record of what was passed cannot be opened.

    It is `.rung/evidence.db` in the learner's folder, a SQLite file. A damaged one is set aside and rebuilt
    without a word of yours; this error means that the file is newer than this rung, or that the disk will not
    have it:

        sqlite3.OperationalError: disk I/O error

    Repair: bring rung up to date, or free some space; `rung doctor` tells which.
    """

    name = "evidence"


def connect(path: Path) -> sqlite3.Connection:
    """Open the record, or make a new one; a damaged file is set aside and a new one begun.

    Args:
        path: the SQLite file.

    Raises:
        EvidenceError: it cannot be opened, or a newer rung wrote it.
    """
    try:
        return _connect(path)
    except sqlite3.OperationalError as error:
        raise refusal(path, error) from None
    except sqlite3.DatabaseError:
        return _replaced(path)
    except OSError as error:
        raise refusal(path, error) from None


def refusal(path: Path, error: Exception) -> EvidenceError:
    """Return the error for a file that the system will not open or write."""
    fix = "free some space, or choose a folder that is yours with rung init DIR; rung doctor tells which"
    return EvidenceError(f"{path} cannot be used: {error}", fix=fix)


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=10.0, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")  # readers and one writer at once
        db.execute("PRAGMA synchronous = NORMAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            fix = "bring rung up to date: pip install --upgrade rung"
            raise EvidenceError(f"{path} was written by a newer rung", fix=fix)
        if version < FORMAT:
            db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
        elif db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("it is damaged")
    except BaseException:
        db.close()
        raise
    return db


def _replaced(path: Path) -> sqlite3.Connection:
    """Set a damaged file aside and begin a new one that asks to be rebuilt; only one process does."""
    from rung.data.lock import one_writer

    with one_writer(path.with_suffix(".lock")):
        try:
            return _connect(path)  # another process has done it meanwhile
        except sqlite3.OperationalError as error:
            raise refusal(path, error) from None
        except sqlite3.DatabaseError:
            number = len(list(path.parent.glob(f"{path.stem}.broken-*{path.suffix}"))) + 1
            for end in ("", "-wal", "-shm"):
                part = path.with_name(path.name + end)
                if part.exists():
                    os.replace(part, path.with_name(f"{path.stem}.broken-{number}{path.suffix}{end}"))
            db = _connect(path)
            db.execute("INSERT INTO meta VALUES ('rebuild', 'wanted')")
            return db


def claim_rebuild(db: sqlite3.Connection) -> bool:
    """Tell whether the record is to be rebuilt, and take the task: only one caller is told so."""
    return db.execute("DELETE FROM meta WHERE key = 'rebuild'").rowcount == 1

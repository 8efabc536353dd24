"""Proving every part beside PyTorch, in a process of its own, and what is kept of it.

The rows run the learner's code and load torch, so they never run in the studio's own process. The child sends
one message a part; the studio holds them while it runs, and keeps the last whole result of each kind (the
library's parts, the learner's) as a file in the learner's folder.
"""

import hashlib
import json
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rung.errors import RungError
from rung.learn import workspace
from rung.learn.hashes import code_hash
from rung.learn.roadmap import roadmap
from rung.learn.standing import is_mine

from .processes import context
from .rendered import library

FORMAT = 1  # raise it when what is stored changes
LOADING = 120.0  # seconds until the process has loaded torch and the table
PATIENCE = 90.0  # seconds for one part; the slowest of the library's takes one

Part = dict[str, Any]


class ProofError(RungError, RuntimeError):
    """A proof could not be started.

    One runs at a time: two would only make each slower.
    """

    name = "proof"


@dataclass
class Proof:
    """One run over the table of parts: as it goes, or as it was kept.

    Attributes:
        mine: whether the learner's parts stood in the library's place.
        at: when it was started, in seconds since 1970; it also tells two runs apart.
        state: "running", "finished", "stopped" or "failed".
        of: how many parts there are to prove; 0 until the process has said so.
        done: how many of them have been looked at.
        seconds: how long it took.
        parts: what was found, in the order of the table.
        whose: {name of a class of the learner's: slug of its lesson}.
        fault: why it failed.
        key: hash of the code that was proven.
    """

    mine: bool
    at: float
    state: str = "running"
    of: int = 0
    done: int = 0
    seconds: float = 0.0
    parts: list[Part] = field(default_factory=list)
    whose: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    key: str = ""


def key(mine: bool) -> str:
    """Return a hash of the code that a proof is about: a kept one with another key is out of date."""
    own = ""
    if mine:
        passed = [t.slug for t in roadmap().path() if t.lesson and is_mine(t.slug)]
        own = " ".join(f"{slug} {code_hash(workspace.read(slug))}" for slug in passed)
    return hashlib.sha256(f"{FORMAT}\0{library()}\0{own}".encode()).hexdigest()[:32]


def _file(mine: bool) -> Path:
    return workspace.own() / ("proof-mine.json" if mine else "proof.json")


def kept(mine: bool) -> Proof | None:
    """Return the last result that was kept, or None when there is none that can be read."""
    try:
        data = json.loads(_file(mine).read_text(encoding="utf-8"))
        return Proof(**data["proof"]) if data["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep(proof: Proof) -> None:
    """Keep a result, whole or not at all."""
    text = json.dumps({"format": FORMAT, "proof": asdict(proof)}, indent=1, allow_nan=False)
    workspace.replace_file(_file(proof.mine), text + "\n")


# In the process of its own.


def main(connection: Connection, mine: bool, names: Sequence[str] | None, home: str) -> None:
    """Prove the parts, and send a message for each; or say why not."""
    from .kernel import prepare

    prepare()
    os.environ["RUNG_HOME"] = home  # a forked process has the surroundings of its template
    with suppress(BrokenPipeError):  # the studio has gone, or has stopped waiting
        try:
            for message in messages(mine, names):
                connection.send_bytes(json.dumps(message).encode())
        except BrokenPipeError:
            raise
        except Exception as error:
            fault = error.message if isinstance(error, RungError) else f"{type(error).__name__}: {error}"
            connection.send_bytes(json.dumps({"kind": "fault", "fault": fault}).encode())


def messages(mine: bool, names: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield what there is to prove, then what was found about each part, then the end.

    Args:
        mine: put the learner's parts in the library's place, and tell only of what runs on one of them.
        names: which parts; None for all.
    """
    from rung.learn.parts import Replacements, replacements
    from rung.testing import prove

    own = replacements() if mine else Replacements()
    names = names or prove.names()
    rows = prove.rows(names) if own or not mine else []
    labels = _labels([row.name for row in rows])
    yield {
        "kind": "begin",
        "names": labels,
        "whose": {part.__name__: slug for part, slug in own.lesson.items()},
    }
    met: list[str] = []
    watched = {part: _watched(part.__name__, theirs, met) for part, theirs in own.items()}
    proofs = prove.each(names, watched) if rows else iter(())
    for row, label, proof in zip(rows, labels, proofs, strict=True):
        used = list(dict.fromkeys(met))
        met.clear()
        if used or not mine:
            found = {"name": label, "verdict": proof.verdict, "note": proof.note, "allowed": row.tolerance}
            numbers = {k: _plain(getattr(proof, k)) for k in ("forward", "gradient", "steps")}
            yield {"kind": "part", "part": found | numbers | {"from": row.part.__module__, "yours": used}}
        else:
            yield {"kind": "skip"}
    yield {"kind": "end"}


def _labels(names: list[str]) -> list[str]:
    """Number the rows that share a name: a part may be tried in more than one set-up."""
    return [
        f"{name} ({names[: i + 1].count(name)})" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]


def _plain(value: float | None) -> float | str | None:
    """Return a number as JSON can hold it."""
    return value if value is None or math.isfinite(value) else str(value)


def _watched(name: str, part: Any, met: list[str]) -> type:
    """Return a class that is the learner's, and notes its name when one is made."""

    class Watched(part):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            met.append(name)
            super().__init__(*args, **kwargs)

    Watched.__name__, Watched.__qualname__ = part.__name__, part.__qualname__
    return Watched


# In the studio.


class Prover:
    """The one proof that may be under way, and the latest that was.

    Args:
        names: which parts; None for all.
        patience: seconds that one part may take before it is called endless.
    """

    def __init__(self, names: Sequence[str] | None = None, patience: float = PATIENCE) -> None:
        self._names = names
        self.latest: Proof | None = None
        self._patience = patience
        self._lock = threading.Lock()
        self._process: Any = None

    def shown(self, mine: bool) -> Proof | None:
        """Return what a page shows: the proof under way, else the latest, else what was kept."""
        latest = self.latest
        return latest if latest is not None and latest.mine == mine else kept(mine)

    def start(self, mine: bool) -> Proof:
        """Start a proof; one of the same kind that is under way is gone on with.

        Raises:
            ProofError: one of the other kind is under way.
        """
        with self._lock:
            if self.latest is not None and self.latest.state == "running":
                if self.latest.mine != mine:
                    other = "the library's parts are" if mine else "your parts are"
                    raise ProofError(
                        f"{other} being proven", rule="One proof runs at a time.", fix="stop it, or wait"
                    )
                return self.latest
            proof = Proof(mine, time.time(), key=key(mine))
            here, there = multiprocessing.Pipe()
            process = context().Process(
                target=main, args=(there, mine, self._names, str(workspace.home())), daemon=True
            )
            process.start()
            there.close()
            self.latest, self._process = proof, process
        threading.Thread(target=self._listen, args=(proof, process, here), daemon=True).start()
        return proof

    def stop(self) -> None:
        """End the proof under way; what it has found so far stays to be seen."""
        with self._lock:
            if self.latest is not None and self.latest.state == "running":
                self.latest.state = "stopped"
                self._process.kill()

    def _listen(self, proof: Proof, process: Any, here: Connection) -> None:
        """Take in what the process says until it ends (in a thread)."""
        names: list[str] = []
        state, fault = "failed", ""
        started = time.monotonic()
        try:
            while here.poll(self._patience if names else LOADING):
                message = json.loads(here.recv_bytes())
                kind = message["kind"]
                if kind == "begin":
                    names = message["names"]
                    proof.of, proof.whose = len(names), message["whose"]
                elif kind == "end":
                    state = "finished"
                    break
                elif kind == "fault":
                    fault = message["fault"]
                    break
                else:
                    if kind == "part":
                        proof.parts.append(message["part"])
                    proof.done += 1
            else:
                fault = f"{_next(names, proof.done)} did not end within {self._patience:g} s"
        except (EOFError, OSError):
            fault = f"the process ended at {_next(names, proof.done)}"
        finally:
            process.kill()
            process.join(5)
            here.close()
        with self._lock:
            proof.seconds = time.monotonic() - started
            if proof.state == "stopped":
                return
            if state == "finished":
                try:
                    keep(replace(proof, state=state))
                except RungError as error:
                    fault = f"this result is not kept: {error.message}"
            proof.fault, proof.state = fault, state


def _next(names: list[str], done: int) -> str:
    return f"the part {names[done]}" if done < len(names) else "its start"

"""Mutation testing: change one thing in a file of the engine, and see whether the tests of that file notice.

    python -m benchmarks.mutate linear adam        # files of ops/ and optim/, by name; all if left out
    python -m benchmarks.mutate linear --survivors # again, those that lived
    python -m benchmarks.mutate --report           # what is known, as Markdown

First the rows of the table that are about the file's parts are run, then the file's own tests; the first
failure kills the mutant, and so does a minute without an answer.

Nothing is changed on disk: the tests run on a copy of the tree, in a forked process in which the mutant is
what an import of the file gives. One process runs at a time, and what is known (by file and text) is not run
again.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mutants import mutants

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "mutation.json"
LIMIT = 60  # seconds a mutant
NOTICED = {"r": "rows", "t": "tests", "s": "time"}
FOLDERS = ("ops", "optim")

# The tests of a file besides its rows: (files below tests/, words for pytest's -k).
OPERATIONS = ("scratch/test_laws.py", "scratch/test_ops_edges.py")
OPTIMISERS = (
    "scratch/test_optim_all.py",
    "scratch/test_optim_sgd.py",
    "scratch/test_optim_schedule.py",
    "scratch/test_optim_defaults.py",
)
TESTS: dict[str, tuple[tuple[str, ...], str]] = {
    "sgd": (OPTIMISERS, "SGD or sgd"),
    "muon": (OPTIMISERS, "muon or Muon or orthogonalise"),
    "adam": (OPTIMISERS, "Adam or adam"),
    "blocks": (OPTIMISERS, "Adam or adam or scattered"),
    "clip": (OPTIMISERS, "clip or norm"),
    "average": (OPTIMISERS, "average"),
    "schedule": (OPTIMISERS, "schedule or defaults"),
    "one_cycle": (OPTIMISERS, "schedule or defaults"),
    "plateau": (OPTIMISERS, "plateau or schedule or defaults"),
    "embedding": (("scratch/test_sparse.py", *OPERATIONS), ""),
    "sparse_adam": (("scratch/test_sparse.py",), ""),
    "optimizer": ((*OPTIMISERS, "scratch/test_sparse.py"), ""),
}
FAST = (("scratch/test_fast_ops.py",), "")  # of *_fast.py, and of what only fast forms use


@dataclass
class Found:
    """What is known about one file.

    Attributes:
        source: hash of the text that was changed; another text is begun anew.
        verdicts: a letter a mutant, in their order: which noticed it first, a row "r", a test "t", the time
            limit "s"; "." if it lives. Shorter than the list of mutants while they are being tried.
        living: what lives, in words, by the mutant's number.
    """

    source: str
    verdicts: str = ""
    living: dict[str, str] = field(default_factory=dict)


class Changed(importlib.machinery.SourceFileLoader):
    """Loads a module from a text that is not the file's."""

    text = ""

    def get_code(self, fullname: str) -> Any:
        """Compile the text, as if the file held it."""
        return compile(self.text, self.path, "exec")


class Instead(importlib.abc.MetaPathFinder):
    """An importer that gives a changed text for one module."""

    def __init__(self, name: str, file: Path, text: str) -> None:
        self.name, self.file = name, file
        self.loader = Changed(name, str(file))
        self.loader.text = text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """Answer for the one module, and for no other."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self.loader)


def try_one(tree: Path, file: str, text: str) -> str:
    """Run the tests of a file with a changed text in its place; in a child process.

    Returns:
        a letter of NOTICED; empty if nothing noticed.
    """
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        signal.alarm(LIMIT)
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.write(write, _verdict(tree, file, text).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return said if status == 0 else "s" if status == -signal.SIGALRM else "r"


def _verdict(tree: Path, file: str, text: str) -> str:
    name = "rung.scratch." + file.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, Instead(name, tree / "src" / "rung" / "scratch" / file, text))
    sys.path.insert(0, str(tree / "src"))
    os.chdir(tree)
    try:
        from rung.testing.checks import checks_of
        from rung.testing.table import load, without_row

        rows = load()
        assert without_row(rows) == []
        about = {name} if any(row.part.__module__ == name for row in rows) else _users(tree, name)
        for row in rows:
            if row.part.__module__ in about:
                for check in checks_of(row).values():
                    check()
    except BaseException:
        return "r"
    import pytest

    stem = Path(file).stem
    other = (OPTIMISERS, stem) if file.startswith("optim/") else (OPERATIONS, "")
    fast = stem.endswith("_fast") or stem in ("conv_few", "layout")
    files, words = TESTS.get(stem, FAST if fast else other)
    options = ["-x", "-q", "-p", "no:cacheprovider", *(["-k", words] if words else [])]
    code = pytest.main([*options, *(str(tree / "tests" / f) for f in files)])
    return "" if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else "t"


def _users(tree: Path, name: str) -> set[str]:
    """Return the modules beside one without rows that import it: their rows are about it, too."""
    beside = (tree / "src" / Path(*name.split("."))).parent.glob("*.py")
    package = name.rpartition(".")[0]
    return {f"{package}.{f.stem}" for f in beside if f"from {name} import" in f.read_text(encoding="utf-8")}


def known() -> dict[str, Found]:
    """Return what earlier runs found, by file."""
    if not RESULTS.is_file():
        return {}
    return {f: Found(**row) for f, row in json.loads(RESULTS.read_text(encoding="utf-8")).items()}


def keep(file: str, found: Found) -> None:
    """Write what is known about a file to the rest, whole or not at all."""
    every = known() | {file: found}
    RESULTS.parent.mkdir(exist_ok=True)
    part = RESULTS.with_suffix(f".{os.getpid()}")
    rows = {f: asdict(every[f]) for f in sorted(every)}
    part.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    os.replace(part, RESULTS)


def run(names: list[str], survivors: bool) -> None:
    """Try the mutants of some files."""
    with tempfile.TemporaryDirectory(prefix="rung-mutants-") as folder:
        tree = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__", "lessons", "studio")
        for part in ("src", "tests"):
            shutil.copytree(ROOT / part, tree / part, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", tree)
        sys.dont_write_bytecode = False
        # Once, before the forks: they load slowly, and none of them loads the engine.
        import pytest  # noqa: F401
        import torch.optim.swa_utils

        torch.optim.SGD([torch.zeros(1, requires_grad=True)]).step()  # what the first step of all loads
        torch.set_num_threads(1)
        scratch = tree / "src" / "rung" / "scratch"
        for name in names:
            file = next(f"{d}/{name}.py" for d in FOLDERS if (scratch / d / f"{name}.py").is_file())
            _try_file(tree, file, survivors)


def _try_file(tree: Path, file: str, survivors: bool) -> None:
    text = (tree / "src" / "rung" / "scratch" / file).read_text(encoding="utf-8")
    source = hashlib.sha256(text.encode()).hexdigest()[:12]
    if said := try_one(tree, file, ast.unparse(ast.parse(text))):
        sys.exit(f"{file}: its own tests fail ({NOTICED[said]}) before anything is changed")
    found = known().get(file, Found(source))
    if found.source != source:
        found = Found(source)
    started = time.monotonic()
    for i, (line, what, changed) in enumerate(mutants(text)):
        before = found.verdicts[i : i + 1]
        if before and not (survivors and before == "."):
            continue
        verdict = try_one(tree, file, changed) or "."
        found.verdicts = found.verdicts[:i] + verdict + found.verdicts[i + 1 :]
        found.living.pop(str(i), None)
        if verdict == ".":
            found.living[str(i)] = f"line {line}, {what}: {text.splitlines()[line - 1].strip()}"
            print(f"  lives: {file} {found.living[str(i)]}", flush=True)
        if i % 20 == 0:
            keep(file, found)
    keep(file, found)
    lived = len(found.living)
    print(f"{file}: {len(found.verdicts)} mutants, {len(found.verdicts) - lived} killed, "
          f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip


def report() -> str:
    """Return what is known as Markdown: a line a file, then those that live."""
    every = known()
    rows = [
        f"| file | mutants | killed | {' | '.join(f'by {how}' for how in NOTICED.values())} | live |",
        "|---" * (4 + len(NOTICED)) + "|",
    ]
    everything = "".join(found.verdicts for found in every.values())
    for name, verdicts in [*((file, found.verdicts) for file, found in every.items()), ("all", everything)]:
        live = verdicts.count(".")
        by = [verdicts.count(letter) for letter in NOTICED]
        cells = [name, len(verdicts), len(verdicts) - live, *by, live]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    living = [f"- `{file}` {said}" for file, found in every.items() for said in found.living.values()]
    return "\n".join([*rows, "", *living])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Mutation testing of the engine's operations and optimisers."
    )
    parser.add_argument("names", nargs="*", help="files, such as linear or adam; all if left out")
    parser.add_argument("--survivors", action="store_true", help="try again what lived")
    parser.add_argument("--report", action="store_true", help="print what is known as Markdown")
    options = parser.parse_args()
    if options.report:
        print(report())
        return
    every = [
        f.stem
        for d in FOLDERS
        for f in sorted((ROOT / "src" / "rung" / "scratch" / d).glob("*.py"))
        if f.stem != "__init__"
    ]
    run(options.names or every, options.survivors)


if __name__ == "__main__":
    main()

"""Documentation that cannot lie: docstrings against signatures, names against registries, examples run."""

import ast
import doctest
import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rung.cli import COMMANDS, OWN_WORDS, parser
from rung.learn.cut import cut_names
from rung.learn.explain import pages
from rung.learn.lesson import lessons
from rung.learn.roadmap import roadmap
from rung.learn.source import read
from rung.learn.sources import sources

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "rung"
FILES = sorted(
    f
    for f in PACKAGE.rglob("*.py")
    if "templates" not in f.parts and not (f.name == "lesson.py" and f.parent.parent.name == "lessons")
)
SECTIONS = (
    "Args|Attributes|Returns|Yields|Raises|Shape|Cost|Numerics|Source|Lesson|Example|Examples|Note|Repair"
)
_SECTION = re.compile(rf"^({SECTIONS}):[ ]*(.*)$", re.MULTILINE)
# the base class says what these do, once for all
INHERITED = {"forward", "backward"}


@dataclass
class Symbol:
    """One public function, class or method, with its docstring's sections."""

    file: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    owner: ast.ClassDef | None

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def at(self) -> str:
        return f"{self.file}:{self.node.lineno} {self.name}"

    def sections(self) -> dict[str, str]:
        """Return each section's text, what follows on its own line included."""
        found = list(_SECTION.finditer(self.doc))
        ends = [*(m.start() for m in found[1:]), len(self.doc)]
        return {m[1]: (m[2] + self.doc[m.end() : ends[i]]).strip("\n") for i, m in enumerate(found)}

    def parameters(self) -> set[str]:
        """Return what a caller can pass: of a class, what its __init__ or its fields take."""
        function = self.node
        if isinstance(function, ast.ClassDef):
            made = next(
                (f for f in function.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None
            )
            if made is None:
                fields = (f for f in function.body if isinstance(f, ast.AnnAssign))
                return {ast.unparse(f.target) for f in fields}
            function = made
        a = function.args
        every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, [a.vararg, a.kwarg])]
        return {p.arg for p in every} - {"self", "cls"}


def symbols() -> list[Symbol]:
    found = []
    for file in FILES:
        name = file.relative_to(PACKAGE).as_posix()
        if not name.startswith("lessons/"):
            found += list(_inside(name, ast.parse(file.read_text(encoding="utf-8")).body, None))
    return found


def _inside(file: str, body: list[ast.stmt], owner: ast.ClassDef | None):
    for node in body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            yield Symbol(file, f"{owner.name}.{node.name}" if owner else node.name, node, owner)
            if isinstance(node, ast.ClassDef):
                yield from _inside(file, node.body, node)


SYMBOLS = symbols()


def rows(text: str) -> list[str]:
    """Return the names that a section's rows explain: `a, b: ...` gives a and b."""
    lines = [line for line in text.splitlines() if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    names = []
    for line in lines:
        row = re.match(r"([*\w]+(?:, [*\w]+)*)(?: \([^)]*\))?:", line[margin:])
        if row and not line[margin].isspace():
            names += [n.strip("* ") for n in row[1].split(",")]
    return names


def is_protocol(owner: ast.ClassDef | None) -> bool:
    return owner is not None and any("Protocol" in ast.unparse(base) for base in owner.bases)


def test_everything_public_says_what_it_does():
    silent = [
        s.at
        for s in SYMBOLS
        if not s.doc and s.name.rpartition(".")[2] not in INHERITED and not is_protocol(s.owner)
    ]
    assert silent == []


def test_the_first_sentence_stands_alone():
    faults = []
    for s in SYMBOLS:
        first = " ".join(s.doc.partition("\n\n")[0].split())
        if s.doc and (
            not first.endswith((".", "?", ":", "`", ")")) or len(first) > 220 or first.startswith("This ")
        ):
            faults.append(f"{s.at}: {first}")
    assert faults == []


def test_args_are_the_signature():
    """Of a function exactly; of a class, whatever is explained can be passed to it."""
    faults = []
    for s in SYMBOLS:
        explained, takes = set(rows(s.sections().get("Args", ""))), s.parameters()
        if explained and (explained - takes if isinstance(s.node, ast.ClassDef) else explained != takes):
            faults.append(f"{s.at}: explains {sorted(explained)}, takes {sorted(takes)}")
    assert faults == []


def test_every_layer_and_optimiser_explains_its_settings():
    """In a row each, or by name in the formula; what every optimiser's schedule takes is told by its base."""
    faults = []
    for s in SYMBOLS:
        of_interest = s.file.startswith(("scratch/nn/", "scratch/optim/", "models/"))
        if of_interest and isinstance(s.node, ast.ClassDef) and len(s.parameters()) > 3:
            common = {"optimizer", "last_epoch", "params", "rng", "dtype", "reduction"}
            silent = {p for p in s.parameters() - common if not re.search(rf"\b{p}\b", s.doc)}
            if silent:
                faults.append(f"{s.at} says nothing of {sorted(silent)}")
    assert faults == []


def test_what_a_lesson_asks_for_is_told_in_full():
    """The docstring is the learner's task: of every body they write, what goes in and what comes out."""
    faults = []
    for slug, lesson in lessons().items():
        asked = cut_names(lesson)
        for target in lesson.target:
            module, _, name = target.partition(":")
            node = read(module).find(name.partition(".")[0])
            whole = Symbol(module, name, node, None)
            told = {"Args", "Shape", "Returns"} & set(whole.sections())
            for body in (b for b in asked if b.split(".")[0] == whole.name.split(".")[0] and not told):
                if not ast.get_docstring(read(module).find(body)):
                    faults.append(
                        f"{slug}: {module}:{body} has neither a docstring nor a class that tells its shapes"
                    )
    assert faults == []


def test_raises_names_what_the_body_raises():
    """A docstring with sections names every error of ours that its own body raises."""
    errors = {page.error for page in pages().values()}
    faults = []
    for s in SYMBOLS:
        if isinstance(s.node, ast.ClassDef) or not s.sections():
            continue
        told = s.doc + (ast.get_docstring(s.owner) or "" if s.owner else "")
        for node in _own_statements(s.node):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                raised = ast.unparse(node.exc.func)
                if raised in errors and raised not in told:
                    faults.append(f"{s.at} raises {raised} and does not say so")
    assert faults == []


def _own_statements(node: ast.AST):
    """Yield a body's nodes, those of functions inside it left out: they raise for whoever calls them."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own_statements(child)


def test_sources_named_in_docstrings_are_known():
    known, faults = sources(), []
    for s in SYMBOLS:
        for line in s.sections().get("Source", "").splitlines():
            key = re.match(r"\s*([a-z]+[\w-]*\d{4}\w*)", line)
            if key and key[1] not in known:
                faults.append(f"{s.at}: {key[1]}")
    assert faults == []


def test_every_source_says_what_it_is_and_where():
    for key, entry in sources().items():
        assert {"title", "authors", "year", "url"} <= set(entry), key
        assert re.match(r"https?://", entry["url"]), key
        assert 1600 < entry["year"] < 2100, key


def test_lessons_named_in_docstrings_are_on_the_map():
    topics, faults = roadmap().topics, []
    for s in SYMBOLS:
        for slug in re.findall(r"[a-z][a-z0-9-]+", s.sections().get("Lesson", "").split("\n")[0]):
            if slug not in topics:
                faults.append(f"{s.at}: {slug}")
    assert faults == []


EXAMPLES = [f for f in FILES if ">>> " in f.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_examples_run(file):
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    module = importlib.import_module(".".join(["rung", *(p for p in parts if p != "__init__")]))
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.testmod(module, optionflags=flags)
    assert result.attempted > 0, "its examples are in no docstring"
    assert result.failed == 0


def test_every_command_and_option_is_in_the_documentation():
    text = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
    missing = [f"rung {c}" for c in COMMANDS if f"`rung {c}" not in text]
    for command in set(COMMANDS) - OWN_WORDS:
        section = text.partition(f"\n## `rung {command}")[2].partition("\n## ")[0]
        missing += [f"rung {command} {o}" for o in _options(parser(command)) if f"`{o}" not in section]
    assert missing == []


def _options(made) -> set[str]:
    found = {
        o for action in made._actions for o in action.option_strings if o.startswith("--") and o != "--help"
    }
    for action in made._actions:
        for inner in (getattr(action, "choices", None) or {}).values() if action.nargs == "A..." else []:
            found |= _options(inner)
    return found


DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_commands_named_in_documents_exist(file):
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|\n {4})rung ([a-z]+)\b", text))
    assert named <= set(COMMANDS) | {"is", "runs"}, f"{file.name} names {sorted(named - set(COMMANDS))}"


def test_commands_named_in_messages_exist():
    """What an error or a page tells people to type can be typed."""
    named = set()
    for file in FILES:
        if "rung " in (text := file.read_text(encoding="utf-8")):
            named |= {
                (m, file.name) for m in re.findall(r"(?:[\"'`(]|: )rung ([a-z]+)(?: [A-Z{-]|[\"'`)])", text)
            }
    assert {name for name, _ in named} <= set(COMMANDS), sorted(n for n in named if n[0] not in COMMANDS)

"""The architecture, held by reading every file: imports point down, one idea a file, a true picture."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "rung"
FILES = sorted(f for f in PACKAGE.rglob("*.py") if "templates" not in f.parts)

# from the bottom up; what stands in one row may not import its neighbours either
LAYERS = [
    ["errors"],
    ["scratch"],
    ["data"],
    ["models"],
    ["testing"],
    ["train", "explain", "serve"],
    ["projects"],
    ["learn"],
    ["lessons"],
    ["cli", "studio", "terminal"],
]
HEIGHT = {name: i for i, row in enumerate(LAYERS) for name in row}
# the terminal is the cli's other half; a lesson is above everything it may use
SAME = {frozenset({"cli", "terminal"})}
# who starts whom, across the two tops: `rung studio`
ALLOWED = {("terminal", "studio")}

LONGEST = 320  # about 300
# longer files that are still one idea, each with its ceiling and its reason
LONG = {
    "learn/figure.py": (420, "the figure's protocol: state, messages and drawing share every invariant"),
    "learn/figures/panels.py": (480, "one small class a panel, told apart by its fields alone"),
    "scratch/tensor.py": (350, "the file a newcomer opens first: Tensor whole"),
    "testing/cases/loss.py": (350, "a table: one row a loss"),
    "testing/cases/models.py": (400, "a table: one row a model"),
}


def layer(file: Path) -> str:
    """Return the layer a file belongs to: the folder or file right under the package."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file: Path, package: Path = PACKAGE) -> list[tuple[int, str]]:
    """Return (line, module) of all that a file imports, inside functions too, relative ones resolved."""
    here = ("rung", *file.relative_to(package).with_suffix("").parts)
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(here[: len(here) - node.level]) if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            names = [f"rung.{a.name}" for a in node.names] if module == "rung" else [module]
            found += [(node.lineno, name) for name in names]
    return found


def upward(file: Path, package: Path = PACKAGE) -> list[str]:
    """Return the imports of a file that do not point down."""
    own = file.relative_to(package).parts[0].removesuffix(".py")
    faults = []
    for line, module in imported(file, package):
        parts = module.split(".")
        if parts[0] != "rung" or len(parts) < 2 or parts[1] == "__version__" or own == "__main__":
            continue
        other = parts[1]
        if other == own or frozenset({own, other}) in SAME or (own, other) in ALLOWED:
            continue
        if HEIGHT[other] >= HEIGHT[own]:
            faults.append(f"{file.name}:{line}: {own} imports {other}, which does not stand below it")
    return faults


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_imports_point_down(file):
    assert upward(file) == []


def test_the_rule_itself_catches_what_points_up_or_sideways(tmp_path):
    """On a package made for it: up, sideways, inside a function, and relative."""
    for name, text in {
        "scratch/nn/norm.py": "from rung.models import gpt\n",
        "train/loop.py": "def f():\n    import rung.serve.app\n",
        "data/iris.py": "from ..learn import lesson\n",
        "models/gpt.py": "import rung.data\nfrom rung.scratch import nn\nimport numpy\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    faults = {f.name: upward(f, tmp_path) for f in tmp_path.rglob("*.py")}
    assert faults["norm.py"] == ["norm.py:1: scratch imports models, which does not stand below it"]
    assert faults["loop.py"] == ["loop.py:2: train imports serve, which does not stand below it"]
    assert faults["iris.py"] == ["iris.py:1: data imports learn, which does not stand below it"]
    assert faults["gpt.py"] == []


def test_every_folder_has_its_layer():
    assert {layer(f) for f in FILES} - {"__init__", "__main__"} <= set(HEIGHT)


def test_the_engine_imports_numpy_and_nothing_else():
    for file in FILES:
        if layer(file) in ("scratch", "errors"):
            allowed = {"numpy"} if layer(file) == "scratch" else set()
            for line, module in imported(file):
                head = module.split(".")[0]
                known = head in sys.stdlib_module_names or head in allowed
                assert known or module.split(".")[:2] in (["rung", "scratch"], ["rung", "errors"]), (
                    f"{file}:{line}: {module}"
                )


def test_the_picture_in_architecture_md_is_this_order():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    match = re.search(r"```\n(cli[^`]*?)\n```", text)
    assert match, "ARCHITECTURE.md has no picture of the layers"
    rows = [[name.strip() for name in row.split(",")] for row in match[1].replace("\n", " ").split(">")]
    down = [[n for n in row if n not in ("lessons", "terminal")] for row in reversed(LAYERS)]
    assert rows == [row for row in down if row]


def test_every_module_named_in_architecture_md_exists():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        for name in re.findall(
            r"`([\w/]+(?:\.py|\.toml|/))`", line.split("|")[1] if line.startswith("|") else ""
        ):
            assert (PACKAGE / name).exists(), f"ARCHITECTURE.md names {name}, which does not exist"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_file_is_about_300_lines_at_most(file):
    name = file.relative_to(PACKAGE).as_posix()
    lines = len(file.read_text(encoding="utf-8").splitlines())
    if name.startswith("lessons/"):
        return  # a lesson is one page, however long its text
    limit = LONG[name][0] if name in LONG else LONGEST
    assert lines <= limit, (
        f"{name} has {lines} lines: give its second idea a file of its own, or a reason in LONG"
    )


def test_every_file_that_may_be_long_exists():
    assert {name for name in LONG if not (PACKAGE / name).exists()} == set()


def test_an_init_holds_imports_only():
    for file in FILES:
        if file.name != "__init__.py" or file.parent == PACKAGE:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            assert docstring or names or isinstance(node, ast.Import | ast.ImportFrom), (
                f"{file}:{node.lineno}"
            )


def test_nothing_is_imported_by_star_and_nothing_is_called_utils():
    for file in FILES:
        assert file.stem not in ("utils", "helpers", "misc", "common"), file
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.names[0].name == "*"), (
                f"{file}:{node.lineno}"
            )

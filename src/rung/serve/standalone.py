"""A network of PyTorch as one file of source: its class and all that it uses, copied out of rung."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from rung.serve.errors import ExportError

_PLAIN = (int, float, str, bool, type(None))


def constructed(build: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """Build a network, and return it with the arguments that its class was called with.

    A class can be copied, the function that calls it cannot: it knows data and settings. So the call is
    watched, and its arguments are written down.

    Args:
        build: makes the network.

    Raises:
        ExportError: an argument is more than numbers, texts and lists of them.
    """
    seen: dict[int, tuple[CodeType, dict[str, Any]]] = {}
    alive = []  # an id means something as long as its object lives

    def watch(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code.co_name == "__init__":
            told = inspect.getargvalues(frame)
            owner = told.locals.get(told.args[0]) if told.args else None
            if owner is not None and getattr(type(owner).__init__, "__code__", None) is frame.f_code:
                given = {name: told.locals[name] for name in told.args[1:]}
                given |= {told.varargs: told.locals[told.varargs]} if told.varargs else {}
                seen[id(owner)] = (frame.f_code, given)
                alive.append(owner)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        model = build()
    finally:
        sys.setprofile(before)
    given = seen.get(id(model), (None, {}))[1]
    strange = [name for name, value in given.items() if not _plain(value)]
    if strange or id(model) not in seen:
        raise ExportError(
            f"the network is a {type(model).__name__} that is put together outside of its class",
            rule="Source can be copied of a network whose class takes numbers and texts alone.",
            fix="rung export RUN --to onnx",
        )
    return model, {name: _listed(value) for name, value in given.items()}


def model_source(model: Any, arguments: dict[str, Any], about: str, classes: tuple[str, ...]) -> str:
    """Return model.py: the network's class, what it uses, and a loader; it needs torch alone.

    Args:
        model: of PyTorch.
        arguments: of its class.
        about: what the network is, a line.
        classes: what its outputs mean.

    Raises:
        ExportError: two things of the same name would meet in one file.
    """
    kind = type(model)
    taken = _Taken()
    taken.take(kind.__module__, kind.__name__)
    lines = sorted({*taken.imports, *_LOADER_IMPORTS}, key=_order)
    own = sum(not _order(line)[0] for line in lines)  # those of the standard library stand apart
    imports = "\n".join([*lines[:own], "", *lines[own:]])
    copied = "\n\n\n".join(taken.texts)
    about = about.replace("\\", "").replace('"', "'")
    return _PAGE.format(
        about=about,
        imports=imports,
        copied=copied + "\n\n\n" if copied else "",
        kind=kind.__name__,
        arguments=arguments,
        classes=list(classes),
    )


class _Taken:
    """What has been copied: texts in an order in which they can be run, and the imports that they need."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.imports: set[str] = set()
        self.names: dict[str, tuple[str, str]] = {}
        self.trees: dict[str, tuple[ast.Module, list[str]]] = {}

    def take(self, module: str, name: str, alias: str | None = None) -> None:
        """Copy a name of a module, and before it all names that its text uses."""
        if module.partition(".")[0] != "rung":
            self.imports.add(f"from {module} import {name}{f' as {alias}' if alias else ''}")
            return
        tree, lines = self._tree(module)
        for node in tree.body:
            if name not in _defined(node):
                continue
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._follow(node, name, module)
                return
            if self.names.get(name) == (module, name):
                return
            if name in self.names:
                raise ExportError(f"{module} and {self.names[name][0]} both define {name}")
            self.names[name] = (module, name)
            for used in _used(node):
                if used != name and any(used in _defined(other) for other in tree.body):
                    self.take(module, used)
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            self.texts.append("\n".join(lines[first - 1 : node.end_lineno]))
            if alias and alias != name:
                self.texts.append(f"{alias} = {name}")
            return
        raise ExportError(f"{module} has no text for {name}")

    def _follow(self, node: ast.Import | ast.ImportFrom, name: str, module: str) -> None:
        """Keep an import from elsewhere; of rung, copy what it stands for."""
        entry = next(a for a in node.names if (a.asname or a.name.partition(".")[0]) == name)
        alias = f" as {entry.asname}" if entry.asname else ""
        if isinstance(node, ast.Import):
            if entry.name.partition(".")[0] == "rung":
                raise ExportError(f"{module} imports {entry.name} whole: its text cannot be copied")
            self.imports.add(f"import {entry.name}{alias}")
            return
        source = node.module or ""
        if source != "__future__":
            self.take(source, entry.name, entry.asname)

    def _tree(self, module: str) -> tuple[ast.Module, list[str]]:
        if module not in self.trees:
            text = inspect.getsource(importlib.import_module(module))
            self.trees[module] = (ast.parse(text), text.splitlines())
        return self.trees[module]


def import_file(path: Path) -> Any:
    """Return a file as a module that nothing else can import."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(f"exported_{abs(hash(path))}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    return isinstance(value, _PLAIN)


def _listed(value: Any) -> Any:
    return [_listed(v) for v in value] if isinstance(value, list | tuple) else value


def _defined(node: ast.stmt) -> set[str]:
    """Return the names that a statement at the top of a module gives."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {a.asname or a.name.partition(".")[0] for a in node.names}
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {t.id for t in targets if isinstance(t, ast.Name)}


def _used(node: ast.AST) -> list[str]:
    """Return the names that a text uses, in their order; annotations too, for they are read as text."""
    names = dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
    return list(names)


def _order(line: str) -> tuple[bool, bool, str]:
    """Return where an import stands: the standard library first, each part by its name."""
    head = line.split()[1].partition(".")[0]
    return head not in sys.stdlib_module_names, line.startswith("from"), line


_LOADER_IMPORTS = ("import json", "from pathlib import Path", "import torch")

_READ = '''def read(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a safetensors file: a length, a table as JSON, then the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    table = json.loads(data[8:start])
    kinds = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "BOOL": torch.bool}
    made = {}
    for name, entry in table.items():
        if name != "__metadata__":
            low, high = entry["data_offsets"]
            numbers = bytearray(data[start + low : start + high])
            kind = kinds[entry["dtype"]]
            flat = torch.frombuffer(numbers, dtype=kind) if numbers else torch.empty(0, dtype=kind)
            made[name] = flat.reshape(entry["shape"]).clone()
    return made'''

_PAGE = (
    '''"""{about}. Exported by rung; it needs torch and nothing else.

    model = load()
    scores = model(x)
"""

from __future__ import annotations

{imports}

CLASSES = {classes!r}
ARGUMENTS = {arguments!r}


{copied}'''
    + _READ.replace("{", "{{").replace("}", "}}")
    + '''


def load(folder: Path | str = Path(__file__).parent) -> {kind}:
    """Return the trained network, ready to be asked."""
    model = {kind}(**ARGUMENTS)
    model.load_state_dict(read(Path(folder) / "model.safetensors"))
    return model.eval()
'''
)

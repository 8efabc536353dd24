"""Take the library's own answer out of a process, and let the learner's code stand where it was.

Removing a name would not do: other modules, tables and subclasses hold the same object. So the code objects
themselves are replaced, in place: after `remove`, no reference of any kind leads to the answer, because the
process no longer has it. What stands in its place passes the call on to the learner's own version once there
is one (`stand_in`), so the rest of the library (a layer that uses the operation) goes on working, on the
learner's code.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from rung.errors import RungError

_packages = {"rung"}
REMOVED = "<the library's answer, removed>"  # what tracebacks call the code in its place
_PARTS = "_rung_parts"  # this module's name once the checker's modules are hidden from the learner's code

# name of a target: what stands for it (filled after the learner's file ran)
_standing: dict[str, Any] = {}


class TheLibrarysAnswer(RungError, ImportError):
    """The learner's code reached for the very thing that the lesson asks them to write.

    Repair: write it yourself. While a lesson is graded, what it teaches is taken out of the library;
    everything else of the library is there to use.
    """

    name = "answer"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is the library's own answer; write yours.")

    def __str__(self) -> str:
        return self.message


class NotWrittenHere(RungError, NotImplementedError):
    """The library needs a part that the learner's file does not define."""

    name = "answer"

    def __str__(self) -> str:
        return self.message


def _own(name: str, path: tuple[str, ...], code: types.CodeType) -> Callable[..., Any]:
    """Return the learner's version of a part of the target, for the code that stands in its place."""
    if name not in _standing:
        raise TheLibrarysAnswer(name)
    part = _standing[name]
    for step in path:
        part = _looked_up(part, step)
    if part is None:
        raise NotWrittenHere(f"the library needs {'.'.join((name, *path))}, which your file does not define")
    if getattr(part, "__code__", None) is code:  # inherited from the library's own class
        raise TheLibrarysAnswer(name)
    return part


def _looked_up(owner: Any, name: str) -> Any:
    """Return the plain function that `owner`, a class, holds or inherits under `name`."""
    for kind in getattr(owner, "__mro__", ()):
        if name in vars(kind):
            part = vars(kind)[name]
            return part.fget if isinstance(part, property) else getattr(part, "__func__", part)
    return None


_TEMPLATE = """
def factory({cells}):
    def {function}(*args, **kwargs):
        {uses}
        from sys import _getframe
        from {parts} import _own
        return _own({name!r}, {path!r}, _getframe().f_code)(*args, **kwargs)
    return {function}
"""


def _passing_on(function: types.FunctionType, name: str, path: tuple[str, ...]) -> types.CodeType:
    """Return code that calls the learner's version, with as many closure cells as `function` has."""
    cells = [f"c{i}" for i in range(len(function.__code__.co_freevars))]
    text = _TEMPLATE.format(
        cells=", ".join(cells),
        function="removed",
        uses=", ".join(cells) or "pass",
        name=name,
        path=path,
        parts=_PARTS,
    )
    scope: dict[str, Any] = {}
    exec(compile(text, REMOVED, "exec"), scope)
    code: types.CodeType = scope["factory"](*cells).__code__
    return code.replace(co_name=function.__name__, co_qualname=function.__qualname__)


def _functions(thing: Any, seen: set[int]) -> Iterator[types.FunctionType]:
    """Yield the plain functions inside a decorated, bound or wrapped one, itself included."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, types.FunctionType):
        yield thing
        for cell in thing.__closure__ or ():
            try:
                inside = cell.cell_contents
            except ValueError:  # an empty cell
                continue
            if isinstance(inside, types.FunctionType):
                yield from _functions(inside, seen)
    for attribute in ("__func__", "__wrapped__", "fget", "fset", "fdel", "func"):
        inside = getattr(thing, attribute, None)
        if isinstance(inside, types.FunctionType | functools.partial | staticmethod | classmethod):
            yield from _functions(inside, seen)


def _hollow(thing: Any, home: str, name: str, path: tuple[str, ...] = ()) -> None:
    """Replace the code of every function that the target `name` of the module `home` consists of."""
    if isinstance(thing, type):
        if thing.__module__ != home:
            return
        for key, part in list(vars(thing).items()):
            _hollow(part, home, name, (*path, key))
        if "__new__" not in vars(thing) and thing.__new__ is object.__new__ and not path:
            thing.__new__ = _made_by_learner(thing, name)  # type: ignore[method-assign]
        return
    for function in _functions(thing, set()):
        # A helper that the target merely uses is not the answer, and stays.
        if function.__module__ == home and function.__qualname__.split(".")[0] == name:
            function.__code__ = _passing_on(function, name, path)
            function.__defaults__ = function.__kwdefaults__ = None


def _made_by_learner(cls: type, name: str) -> Any:
    """Return a `__new__` that makes the learner's object where the library still makes the removed class."""

    def new(kind: type, *args: Any, **kwargs: Any) -> Any:
        own = _standing.get(name)
        if kind is cls and own is not None:
            return own(*args, **kwargs)
        return object.__new__(kind)

    return staticmethod(new)


class _Watching(types.ModuleType):
    """A module of the library that does not hand the answer to the learner's file."""

    def __getattribute__(self, name: str) -> Any:
        mine = _watched.get(super().__getattribute__("__name__"))
        if mine and name in mine[0] and sys._getframe(1).f_code.co_filename == mine[1]:
            raise TheLibrarysAnswer(name)
        return super().__getattribute__(name)


_watched: dict[str, tuple[set[str], str]] = {}


def remove(targets: list[str], filename: str) -> dict[str, Any]:
    """Take the targets' code out of this process; return the hollow objects by name.

    Args:
        targets: "module:name" or "module:Class.method" (the whole class is then taken).
        filename: the learner's file as tracebacks call it; code in it is told plainly what it reached for.
    """
    sys.modules[_PARTS] = sys.modules[__name__]
    hollow: dict[str, Any] = {}
    for target in targets:
        module_name, _, path = target.partition(":")
        name = path.partition(".")[0]
        __import__(module_name)
        thing = getattr(sys.modules[module_name], name)
        if name in hollow:
            continue
        hollow[name] = thing
        _packages.add(module_name.partition(".")[0])
        _hollow(thing, module_name, name)
    for module in _library():
        held = {key for key, value in vars(module).items() if any(value is t for t in hollow.values())}
        if held and type(module) is types.ModuleType:
            _watched[module.__name__] = (held, filename)
            module.__class__ = _Watching
    return hollow


def stand_in(hollow: dict[str, Any], mine: dict[str, Any]) -> None:
    """Let the learner's definitions stand for the removed ones, wherever the library looks for them.

    Names of modules are bound anew and subclasses get the learner's class as their base; whatever else still
    holds a removed object passes its calls on.
    """
    for name, thing in hollow.items():
        own = mine.get(name)
        if own is None or own is thing:
            continue
        _standing[name] = own
        _packages.add(thing.__module__.partition(".")[0])
        for module in _library():
            for key, value in list(vars(module).items()):
                if value is thing:
                    vars(module)[key] = own
        if isinstance(thing, type) and isinstance(own, type):
            _adopt(thing, own)


def put_in_place(targets: list[str], replaces: str, wrong: Any) -> None:
    """Put a named mistake where the library's answer is, in this process, wherever the library looks for it.

    Args:
        targets: of the lesson.
        replaces: "function", "Class" or "Class.method".
        wrong: what takes its place.
    """
    name, _, member = replaces.partition(".")
    for target in targets:
        module_name, _, path = target.partition(":")
        if path.partition(".")[0] != name:
            continue
        answer = getattr(importlib.import_module(module_name), name)
        if member:
            was = vars(answer).get(member)
            if isinstance(was, staticmethod | classmethod | property) and not isinstance(wrong, type(was)):
                wrong = type(was)(wrong)
            setattr(answer, member, wrong)
        else:
            if isinstance(wrong, type):
                wrong.__name__ = wrong.__qualname__ = name
            stand_in({name: answer}, {name: wrong})
        return


def _adopt(removed: type, own: type) -> None:
    """Make the library's subclasses of a removed class subclasses of the learner's."""
    children: list[type] = removed.__subclasses__()
    for child in children:
        if child is own or issubclass(own, child) or child.__module__.partition(".")[0] not in _packages:
            continue
        bases = tuple(own if base is removed else base for base in child.__bases__)
        try:
            child.__bases__ = bases
        except TypeError:
            continue  # the layouts differ; the removed class's methods pass on in any case


def _library() -> list[types.ModuleType]:
    """Return the loaded modules of the library and of the targets' packages."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in _packages
        and not name.startswith(("rung.learn.", "rung.lessons."))  # a mistake may call the right answer
        and isinstance(module, types.ModuleType)
    ]

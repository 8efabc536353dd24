"""How values cross between the checker and the learner's process: a closed set of types, and never code.

The reader of these bytes may trust the checker and must not trust the learner, so nothing here can call,
import or construct anything but the types listed: None, bool, int, float, complex, str, bytes, list, tuple,
named tuple, dict, set, frozenset, slice, Ellipsis, NumPy arrays and scalars of numbers and text, dtypes, and
a Generator's state. Every other object stays where it is and crosses as a number that only its own side can
turn back into the object.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

DEEPEST = 100
_MOST_PARTS = (
    10_000_000  # a list that holds itself twice, thirty levels deep, would be short on the wire only
)
KINDS = "biufcUSMm"  # dtypes of plain data; never objects or records
PLAIN = {"bool": bool, "int": int, "float": float, "complex": complex, "str": str, "bytes": bytes,
          "list": list, "tuple": tuple, "dict": dict, "set": set, "object": object}  # fmt: skip
GENERATORS = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM, "MT19937": np.random.MT19937,
               "Philox": np.random.Philox, "SFC64": np.random.SFC64}  # fmt: skip


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", ""))


class WireError(Exception):
    """Bytes that no honest sender writes, or a value that cannot cross."""


class Parts:
    """Counts the parts of a value as if it were written out in full, and refuses one that contains itself."""

    def __init__(self) -> None:
        self._count = 0
        self._open: list[tuple[int, int]] = []  # containers being written: (number, count before it)
        self._sizes: list[int | None] = []  # parts of each container; None while it is being written

    def one(self, n: int = 1) -> None:
        """Count n parts."""
        self._count += n
        if self._count > _MOST_PARTS:
            raise WireError(f"a value of more than {_MOST_PARTS:,} parts")

    def begin(self) -> None:
        """Go into a container."""
        self._open.append((len(self._sizes), self._count))
        self._sizes.append(None)

    def end(self) -> None:
        """Come out of the container that was gone into last."""
        number, before = self._open.pop()
        self._sizes[number] = self._count - before

    def again(self, number: int) -> None:
        """Count a container that was written before once more."""
        size = self._sizes[number]
        if size is None:
            raise WireError("a value that contains itself")
        self.one(size)


class Foreign:
    """An object of the other side, as it crosses: its number there and what it calls itself."""

    def __init__(self, ref: int, about: dict[str, Any]) -> None:
        self.ref, self.about = ref, about


class Writer:
    """Turn one value into bytes.

    Args:
        export: called with each object that cannot cross by value; returns (tag, number, description): tag
            `b"o"` for an object of the sender, `b"m"` for one of the receiver.
        limit: the most bytes one value may take.
    """

    def __init__(
        self, export: Callable[[Any], tuple[bytes, int, dict[str, Any]]], limit: int = 1 << 26
    ) -> None:
        self._export, self._limit = export, limit
        self._out = bytearray()
        self._seen: dict[int, int] = {}
        self._parts = Parts()
        self.mutable: list[Any] = []  # arrays, lists, dicts, sets and Generators, in the order they were met

    def write(self, value: Any) -> bytes:
        """Return the bytes of `value`."""
        self._put(value, 0)
        return bytes(self._out)

    def _size(self, tag: bytes, n: int) -> None:
        self._out += tag + struct.pack("<Q", n)

    def _blob(self, tag: bytes, data: bytes | memoryview) -> None:
        if len(self._out) + len(data) > self._limit:
            raise WireError(f"a value of more than {self._limit >> 20} MB")
        self._size(tag, len(data))
        self._out += data

    def _remember(self, value: Any) -> bool:
        """Note a container or array; True when it was written before (then only its number is written)."""
        number = self._seen.get(id(value))
        if number is not None:
            self._parts.again(number)
            self._size(b"@", number)
            return True
        self._seen[id(value)] = len(self.mutable)
        self.mutable.append(value)
        self._parts.begin()
        return False

    def _put(self, value: Any, depth: int) -> None:
        self._parts.one()
        kind = type(value)  # not isinstance: an object may lie about its class
        if depth > DEEPEST:
            raise WireError(f"a value nested more than {DEEPEST} deep")
        if len(self._out) > self._limit:
            raise WireError(f"a value of more than {self._limit >> 20} MB")
        if value is None or value is True or value is False or value is Ellipsis:
            self._out += {None: b"N", True: b"T", False: b"F", Ellipsis: b"."}[value]
        elif issubclass(kind, np.generic) and value.dtype.kind in KINDS:
            self._array(b"g", np.asarray(value))
        elif issubclass(kind, int):
            plain_int = int.__add__(value, 0)
            self._blob(b"i", plain_int.to_bytes(plain_int.bit_length() // 8 + 1, "little", signed=True))
        elif issubclass(kind, float):
            self._out += b"f" + struct.pack("<d", float.__float__(value))
        elif issubclass(kind, complex):
            plain = complex.__complex__(value)
            self._out += b"c" + struct.pack("<dd", plain.real, plain.imag)
        elif issubclass(kind, str):
            self._blob(b"s", str.encode(value, "utf-8", "surrogatepass"))
        elif issubclass(kind, (bytes, bytearray)):
            self._blob(b"b", bytes(value))
        elif issubclass(kind, np.ndarray) and value.dtype.kind in KINDS:
            if not self._remember(value):
                self._array(b"a", value)
                self._parts.end()
        elif kind in (list, tuple, set, frozenset):
            self._items(value, depth)
        elif issubclass(kind, dict) and kind.__module__ in ("builtins", "collections"):
            if not self._remember(value):
                self._size(b"d", len(value))
                for key, item in value.items():
                    self._put(key, depth + 1)
                    self._put(item, depth + 1)
                self._parts.end()
        elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
            self._size(b"n", len(value))
            self._put(type(value).__name__, depth + 1)
            for name, item in zip(type(value)._fields, value, strict=True):
                self._put(name, depth + 1)
                self._put(item, depth + 1)
        elif kind is slice:
            self._out += b":"
            for item in (value.start, value.stop, value.step):
                self._put(item, depth + 1)
        else:
            self._rare(value, depth)

    def _items(self, value: Any, depth: int) -> None:
        if type(value) in (list, set) and self._remember(value):
            return
        tags: dict[type, bytes] = {list: b"l", tuple: b"t", set: b"e", frozenset: b"z"}
        self._size(tags[type(value)], len(value))
        for item in value:
            self._put(item, depth + 1)
        if type(value) in (list, set):
            self._parts.end()

    def _array(self, tag: bytes, array: np.ndarray) -> None:
        if array.nbytes + len(self._out) > self._limit:
            raise WireError(f"an array of shape {array.shape}, {array.nbytes >> 20} MB")
        plain = np.array(array, dtype=array.dtype.newbyteorder("<"), copy=True, order="C", subok=False)
        self._out += tag
        self._put(plain.dtype.str, 0)
        self._out += struct.pack("<?B", bool(array.flags.writeable), plain.ndim)
        self._out += struct.pack(f"<{plain.ndim}q", *plain.shape)
        self._out += plain.tobytes()

    def _rare(self, value: Any, depth: int) -> None:
        if isinstance(value, np.dtype) and value.kind in KINDS:
            self._out += b"y"
            self._put(value.str, depth + 1)
        elif isinstance(value, type) and issubclass(value, np.generic) and value.__module__ == "numpy":
            self._out += b"Y"
            self._put(value.__name__, depth + 1)
        elif isinstance(value, type) and PLAIN.get(value.__name__) is value:
            self._out += b"P"
            self._put(value.__name__, depth + 1)
        elif isinstance(value, np.ufunc) and getattr(np, _name(value), None) is value:
            self._out += b"u"
            self._put(_name(value), depth + 1)
        elif type(value) is np.random.Generator and type(value.bit_generator).__name__ in GENERATORS:
            if not self._remember(value):
                self._out += b"G"
                self._put(dict(value.bit_generator.state), depth + 1)
                self._parts.end()
        else:
            tag, number, about = self._export(value)
            self._size(tag, number)
            if tag == b"o":
                self._put(about, depth + 1)

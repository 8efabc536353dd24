"""The reading half of `wire`: bytes that nobody vouches for become listed values, or WireError."""

from __future__ import annotations

import collections
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from rung.learn.grading.wire import DEEPEST, GENERATORS, KINDS, PLAIN, Foreign, Parts, WireError


class Reader:
    """Turn bytes back into one value, or raise WireError.

    Args:
        data: the bytes, which may be anything.
        foreign: called with a `Foreign`; returns what stands for the other side's object here.
        own: called with a number; returns this side's own object of that number.
    """

    def __init__(self, data: bytes, foreign: Callable[[Foreign], Any], own: Callable[[int], Any]) -> None:
        self._data, self._at = data, 0
        self._foreign, self._own = foreign, own
        self.mutable: list[Any] = []
        self._parts = Parts()

    def read(self) -> Any:
        """Return the value; every byte must belong to it."""
        try:
            value = self._get(0)
        except WireError:
            raise
        except (
            Exception
        ) as error:  # a forged message can fail anywhere: unhashable keys, bad text, a bad dtype
            raise WireError(f"unreadable: {type(error).__name__}") from None
        if self._at != len(self._data):
            raise WireError("bytes left over")
        return value

    def _take(self, n: int) -> bytes:
        if n < 0 or self._at + n > len(self._data):
            raise WireError("cut short")
        piece = self._data[self._at : self._at + n]
        self._at += n
        return piece

    def _size(self) -> int:
        return int(struct.unpack("<Q", self._take(8))[0])

    def _count(self) -> int:
        n = self._size()
        if n > len(self._data) - self._at:  # every item takes a byte at least
            raise WireError("cut short")
        return n

    def _text(self, depth: int) -> str:
        value = self._get(depth)
        if type(value) is not str:
            raise WireError("text expected")
        return value

    def _keep(self, value: Any) -> Any:
        self.mutable.append(value)
        self._parts.begin()
        return value

    def _whole(self, value: Any) -> Any:
        self._parts.end()
        return value

    def _get(self, depth: int) -> Any:
        if depth > DEEPEST + 2:
            raise WireError("nested too deep")
        self._parts.one()
        tag = self._take(1)
        d = depth + 1
        match tag:
            case b"N":
                return None
            case b"T" | b"F":
                return tag == b"T"
            case b".":
                return Ellipsis
            case b"i":
                return int.from_bytes(self._take(self._size()), "little", signed=True)
            case b"f":
                return struct.unpack("<d", self._take(8))[0]
            case b"c":
                return complex(*struct.unpack("<dd", self._take(16)))
            case b"s":
                return self._take(self._size()).decode("utf-8", "surrogatepass")
            case b"b":
                return self._take(self._size())
            case b"@":
                number = self._size()
                self._parts.again(number)
                return self.mutable[number]
            case b"a":
                return self._whole(self._keep(self._array()))
            case b"g":
                return self._array()[()]
            case b"l":
                values: list[Any] = self._keep([])
                values.extend(self._get(d) for _ in range(self._count()))
                return self._whole(values)
            case b"t":
                return tuple(self._get(d) for _ in range(self._count()))
            case b"e":
                members: set[Any] = self._keep(set())
                members.update(self._get(d) for _ in range(self._count()))
                return self._whole(members)
            case b"z":
                return frozenset(self._get(d) for _ in range(self._count()))
            case b"d":
                table: dict[Any, Any] = self._keep({})
                for _ in range(self._count()):
                    key = self._get(d)
                    table[key] = self._get(d)
                return self._whole(table)
            case b"n":
                count, name = self._count(), self._text(d)
                pairs = [(self._text(d), self._get(d)) for _ in range(count)]
                return collections.namedtuple(name, [k for k, _ in pairs])(*[v for _, v in pairs])
            case b":":
                return slice(self._get(d), self._get(d), self._get(d))
            case b"y":
                return self._dtype()
            case b"Y":
                kind = getattr(np, self._text(d))
                if not (isinstance(kind, type) and issubclass(kind, np.generic)):
                    raise WireError("not a NumPy type")
                return kind
            case b"P":
                return PLAIN[self._text(d)]
            case b"u":
                ufunc = getattr(np, self._text(d))
                if not isinstance(ufunc, np.ufunc):
                    raise WireError("not a NumPy function")
                return ufunc
            case b"G":
                place = len(self.mutable)
                self._keep(None)  # numbered before what it holds, as the writer numbers it
                state = self._get(d)
                bits = GENERATORS[state["bit_generator"]]()
                bits.state = state
                self.mutable[place] = np.random.Generator(bits)
                return self._whole(self.mutable[place])
            case b"o":
                number, about = self._size(), self._get(d)
                if type(about) is not dict:
                    raise WireError("no description")
                return self._foreign(Foreign(number, about))
            case b"m":
                return self._own(self._size())
        raise WireError("an unknown kind of value")

    def _dtype(self) -> np.dtype:
        dtype = np.dtype(self._text(DEEPEST))
        if dtype.kind not in KINDS:
            raise WireError("not plain data")
        return dtype

    def _array(self) -> np.ndarray:
        dtype = self._dtype()
        writeable, ndim = struct.unpack("<?B", self._take(2))
        shape = struct.unpack(f"<{ndim}q", self._take(8 * ndim))
        count = 1
        for n in shape:
            if n < 0:
                raise WireError("a negative length")
            count *= n
        array = (
            np.frombuffer(self._take(count * dtype.itemsize), dtype=dtype, count=count).reshape(shape).copy()
        )
        array.flags.writeable = writeable
        return array

"""Bytes from the learner's process: what was written is read, and nothing else can be made to be."""

import collections
import pickle
import struct

import numpy as np
import pytest

from rung.learn.grading.unwire import Reader
from rung.learn.grading.wire import Foreign, WireError, Writer


def export(value):
    raise TypeError(f"not by value: {type(value).__name__}")


def write(value, limit=1 << 20) -> bytes:
    return Writer(export, limit).write(value)


def read(data: bytes):
    return Reader(data, lambda foreign: foreign, lambda number: number).read()


Point = collections.namedtuple("Point", ["x", "y"])


@pytest.mark.parametrize(
    "value",
    [None, True, False, ..., 0, -1, 255, -(2**200), 1.5, float("inf"), 2j, "é\n", "\ud800", b"\x00",
     [], [[1], ()], {"a": {1: None}}, set(), frozenset({1}), slice(None, 3), float, dict, np.float32,
     np.dtype("int8"), np.tanh],
)  # fmt: skip
def test_plain_values_come_back_as_they_were(value):
    got = read(write(value))
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.zeros((0, 4)), np.array(3), np.arange(9)[::-2],
     np.asfortranarray(np.eye(3)), np.array([1 + 2j]), np.array([True, False]),
     np.array(["a", "bc"]), np.arange(3, dtype=">i4"),
     np.array(["2020-01-01"], "M8[D]")],
)  # fmt: skip
def test_arrays_come_back_with_dtype_shape_and_values(array):
    got = read(write(array))
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(got, array)
    got[...] = got  # one's own copy, and writeable


def test_a_read_only_array_stays_read_only():
    array = np.ones(2)
    array.flags.writeable = False
    assert not read(write(array)).flags.writeable


def test_numpy_scalars_stay_numpy_scalars():
    for value in (np.float32(1.5), np.int8(-3), np.bool_(True), np.float64(2), np.complex64(1j)):
        got = read(write(value))
        assert type(got) is type(value)
        assert got == value


def test_one_object_twice_stays_one_object():
    a = np.ones(2)
    one, two, held = read(write([a, a, [a]]))
    assert one is two
    assert held[0] is one


def test_a_named_tuple_keeps_its_names():
    got = read(write(Point(1, [2])))
    assert (got.x, got.y, got) == (1, [2], (1, [2]))


def test_subclasses_of_values_are_cut_down_to_the_value():
    class Sly(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    got = read(write(Sly(2.0)))
    assert type(got) is float
    assert got == 2.0


@pytest.mark.parametrize(
    "value",
    [object(), np.array([object()]), type("List", (list,), {})(), lambda: 1, np.array([(1, 2)], "i4,i4")],
)
def test_everything_else_stays_where_it_is(value):
    with pytest.raises(TypeError, match="not by value"):
        write(value)


def circle() -> list:
    a: list = []
    a.append(a)
    return a


def deep() -> list:
    a: list = []
    for _ in range(1000):
        a = [a]
    return a


def doubling() -> list:
    a: list = [1]
    for _ in range(60):
        a = [a, a]
    return a


@pytest.mark.parametrize(
    "value", [circle(), deep(), doubling(), np.zeros(1 << 20), "x" * (1 << 21), [b"x" * 999] * 9999]
)
def test_values_that_would_harm_the_reader_are_not_written(value):
    with pytest.raises(WireError):
        write(value)


def size(tag: bytes, n: int) -> bytes:
    return tag + struct.pack("<Q", n)


FORGED = {
    "nothing": b"",
    "unknown": b"?",
    "left over": b"NN",
    "cut int": size(b"i", 9) + b"1",
    "huge count": size(b"l", 2**60),
    "huge text": size(b"s", 2**63),
    "bad text": size(b"s", 1) + b"\xff",
    "no such reference": size(b"@", 5),
    "a list in itself": size(b"l", 1) + size(b"@", 0),
    "doubling by references": b"",
    "unhashable key": size(b"d", 1) + size(b"l", 0) + b"N",
    "unhashable member": size(b"e", 1) + size(b"l", 0),
    "objects": b"a" + size(b"s", 2) + b"|O" + struct.pack("<?Bq", True, 1, 1) + bytes(8),
    "negative length": b"a" + size(b"s", 3) + b"<f8" + struct.pack("<?Bq", True, 1, -1),
    "huge array": b"a" + size(b"s", 3) + b"<f8" + struct.pack("<?Bqq", True, 2, 2**40, 2**40),
    "bad dtype": b"a" + size(b"s", 3) + b"zzz" + struct.pack("<?B", True, 0),
    "private fields": size(b"n", 1) + size(b"s", 1) + b"P" + size(b"s", 5) + b"__x__" + b"N",
    "code as a name": size(b"n", 1) + size(b"s", 9) + b"P(object)" + size(b"s", 1) + b"x" + b"N",
    "not a type": b"Y" + size(b"s", 4) + b"load",
    "not a ufunc": b"u" + size(b"s", 4) + b"load",
    "not a plain type": b"P" + size(b"s", 4) + b"type",
    "no generator": b"G" + size(b"d", 0),
    "pickle": pickle.dumps(print),
    "deep": size(b"l", 1) * 300 + b"N",
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_bytes_are_refused(name):
    data = FORGED[name]
    if name == "doubling by references":
        data = size(b"l", 2) + size(b"l", 1) + b"N"
        data = size(b"l", 61) + size(b"l", 1) + b"N"
        for level in range(60):
            data += size(b"l", 2) + size(b"@", level + 1) * 2
    with pytest.raises(WireError):
        read(data)


def test_random_bytes_never_do_more_than_be_refused():
    rng = np.random.default_rng(0)
    honest = write([1, "two", np.arange(3.0), {"k": (None, 1.5)}, slice(1, 2), np.random.default_rng(1)])
    for _ in range(3000):
        data = bytearray(honest)
        for at in rng.integers(0, len(data), size=rng.integers(1, 6)):
            data[at] = rng.integers(0, 256)
        try:
            read(bytes(data))
        except WireError:
            continue


def test_objects_cross_as_numbers():
    writer = Writer(lambda value: (b"o", 7, {"type": "Thing"}))
    got = read(writer.write([object()]))[0]
    assert isinstance(got, Foreign)
    assert (got.ref, got.about) == (7, {"type": "Thing"})
    assert read(Writer(lambda value: (b"m", 9, {})).write(object())) == 9

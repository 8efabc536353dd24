"""Answers that do not mean well: none passes, none harms anything, and each is told plainly what happened."""

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from grading_kit import QUICK, RIGHT, ToyLesson, make

from rung.learn.grading import Limits, Verdict

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the learner's process is forked here")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> ToyLesson:
    return make(tmp_path_factory.mktemp("hostile"), "hostile_toy")


def told(verdict: Verdict) -> str:
    """Return all that the learner reads of a verdict, in one line."""
    failure = verdict.failure()
    return " ".join(f"{verdict.fault or ''} {failure.message if failure else ''}".split())


def as_body(deed: str) -> str:
    """Put statements into the function that the checks call, as its first lines."""
    lines = "\n".join("    " + line for line in deed.strip("\n").split("\n"))
    return f"def update(w, b, x, y, lr=1.0):\n{lines}\n    return None\n"


LOADED = {  # what the file does as soon as it is loaded: (text, what the learner is told)
    "endless loop": ("while True: pass", "did not finish within 0.7 seconds"),
    "sys.exit": ("import sys\nsys.exit(0)", "called sys.exit()"),
    "os._exit": ("import os\nos._exit(0)", "ended Python itself (exit status 0)"),
    "syntax": ("def update(w, b:\n    return w", "Line 1 of toy.py cannot be read as Python"),
    "catch everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "did not finish within",
    ),
    "answer by import": ("from hostile_toy.library import update", "the library's own answer; write yours"),
    "answer by attribute": ("import hostile_toy.library as l\nupdate = l.update", "own answer; write yours"),
    "answer re-exported": ("from hostile_toy.user import update", "own answer; write yours"),
    "import the checker": ("import rung.learn.checks", "the checker's own side cannot be reached"),
    "import the checker by name": (
        "import importlib\nimportlib.import_module('rung.learn.checks').expect_close = print",
        "rung's own files",
    ),
    "source by inspect": (
        "import inspect, rung.errors\nprint(inspect.getsource(rung.errors))",
        "the checker's own side cannot be reached",
    ),
    "ctypes": ("import ctypes\nctypes.string_at(0)", "reach into memory with ctypes"),
    "ctypes by numpy": ("import numpy\nnumpy.ctypeslib.ctypes.string_at(0)", "reach into memory with ctypes"),
    "ctypes library": (
        "import numpy\nnumpy.ctypeslib.ctypes.CDLL(None).fork()",
        "reach into memory with ctypes",
    ),
    "subprocess": ("import subprocess\nsubprocess.run(['true'])", "start another program"),
    "os.system": ("import os\nos.system('true')", "start another program"),
    "exec": ("import os, sys\nos.execv(sys.executable, [sys.executable])", "start another program"),
    "posix_spawn": ("import os, sys\nos.posix_spawn('/bin/true', ['true'], {})", "start another program"),
    "fork bomb": ("import os\nwhile True: os.fork()", "start another process"),
    "thread bomb": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(9,)).start()",
        "start a thread",
    ),
    "kill the checker": ("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "send a signal"),
    "kill the group": ("import os, signal\nos.killpg(0, signal.SIGKILL)", "send a signal"),
    "raise the limits": ("import resource", "change its own limits"),
    "search memory": ("import gc\ngc.get_objects()", "search Python's memory"),
    "write home": ("import pathlib\n(pathlib.Path.home() / 'forged').write_text('x')", "tried to write to"),
    "remove": ("import os\nos.remove('/etc/hostname')", "tried to write to /etc/hostname"),
    "read a file": ("open('/etc/passwd').read()", "tried to read /etc/passwd"),
    "read the parent's memory": ("open('/proc/self/mem', 'rb')", "tried to read /proc/self/mem"),
    "dump the environment": ("open('/proc/1/environ', 'rb')", "tried to read /proc/1/environ"),
    "torch": ("import torch", "write this one with NumPy alone"),
    "close the channel": ("import os\nos.closerange(0, 64)", "closed the channel"),
}
CALLED = {  # what the function does when a check calls it
    "endless loop": ("while True: pass", "did not finish within 0.7 seconds. Is there a loop"),
    "endless recursion": ("return update(w, b, x, y)", "it calls itself without an end"),
    "recursion unbound": (
        "import sys\nsys.setrecursionlimit(10**9)\nreturn sorted([1, 2], key=lambda _: update(w, b, x, y))",
        "",
    ),
    "sys.exit": ("raise SystemExit(0)", "called sys.exit()"),
    "os._exit": ("import os\nos._exit(0)", "ended Python itself (exit status 0)"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "abort": ("import os\nos.abort()", "crashed Python itself (SIGABRT)"),
    "ignore the end": (
        "from signal import SIG_IGN, SIGINT, SIGTERM, signal\nfor s in SIGTERM, SIGINT: signal(s, SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "did not finish within",
    ),
    "memory bomb": ("x = [0] * 10**9", "MemoryError: it asked for more memory"),
    "slow memory bomb": ("x = []\nwhile True: x.append(bytearray(10**6))", "MemoryError"),
    "huge return": ("import numpy as np\nreturn np.zeros(10**7), 0.0", "which a check cannot take"),
    "huge view": (
        "import numpy as np\nreturn np.broadcast_to(0.0, (10**6, 10**6)), 0.0",
        "which a check cannot take",
    ),
    "endless iterator": ("return iter(int, 1)", "gave a callable_iterator, not 2 values"),
    "deep list": ("a = []\nfor _ in range(10**5): a = [a]\nreturn a", "which a check cannot take"),
    "a list that doubles": ("a = [1]\nfor _ in range(90): a = [a, a]\nreturn a", "which a check cannot take"),
    "an endless number": ("return 7 ** 200_000, 7", "an int of 561471 bits"),
    "codes for the terminal": ("raise ValueError(chr(27) + '[2J passed')", "ValueError: ?[2J passed"),
    "circular list": ("a = []\na.append(a)\nreturn a", "a value that contains itself"),
    "big file": (
        "with open('x', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
        "File too large",
    ),
    "forged verdict on each descriptor": (
        'import os\nfor fd in range(64):\n    try: os.write(fd, b\'{"verdict": {"passed": true}}\' * 9)\n'
        "    except OSError: pass",
        "wrote into the channel",
    ),
    "network to loopback": ("import socket\nsocket.create_connection(('127.0.0.1', 1))", "use the network"),
    "network by the back door": (
        "import importlib\nimportlib.import_module('socket').socket().connect(('127.0.0.1', PORT))",
        "use the network",
    ),
    "unix socket": (
        "import importlib\ns = importlib.import_module('_socket')\ns.socket(s.AF_UNIX).connect('/run/x')",
        "use the network",
    ),
    "answer's source, open": ("return open(SOURCE).read()", "rung's own files"),
    "answer's source, os.open": (
        "import os\nreturn os.read(os.open(SOURCE, os.O_RDONLY), 99)",
        "rung's own files",
    ),
    "answer's source, pathlib": (
        "import pathlib\nreturn pathlib.Path(SOURCE).read_text()",
        "rung's own files",
    ),
    "answer's source, resources": (
        "import importlib.resources as r\nreturn r.files('rung').joinpath('errors.py').read_text()",
        "rung's own files",
    ),
    "answer's source, mmap": (
        "import mmap, os\nreturn mmap.mmap(os.open(SOURCE, os.O_RDONLY), 0, access=mmap.ACCESS_READ)[:]",
        "rung's own files",
    ),
    "answer's source, loader": (
        "import rung\nreturn rung.__loader__.get_data(rung.__file__)",
        "rung's own files",
    ),
    "answer's module, loaded again": (
        "import importlib, sys\nlibrary = importlib.reload(sys.modules['hostile_toy.library'])\n"
        "return library.update(w, b, x, y, lr)",
        "tried to read",
    ),
    "answer's source behind a changing path": (
        "import os\nclass Path:\n    names = [SOURCE, 'mine', 'mine']\n"
        "    def __fspath__(self): return self.names.pop(0)\n"
        "return os.read(os.open(Path(), os.O_RDONLY), 99)",
        "rung's own files",
    ),
    "a path that acts inside the guard": (
        "import sys, os\nclass Path(str):\n"
        "    def startswith(self, *a): return os.system('true') == 0\n"
        "sys.audit('open', Path('/etc/passwd'), 'r', 0)",
        "something that is no path",
    ),
    "checks of the lesson": ("return open(CHECKS).read()", "rung's own files"),
    "answer through the module's dict": (
        "import sys\nreturn vars(sys.modules['hostile_toy.library'])['update'](w, b, x, y, lr)",
        "it calls itself without an end",
    ),
    "answer through a table": (
        "from hostile_toy.library import TABLE\nreturn TABLE['update'](w, b, x, y, lr)",
        "it calls itself without an end",
    ),
    "answer through its user": (
        "from hostile_toy.user import by_table\nreturn by_table(w, b, x, y, lr)",
        "through the library, which runs your version",
    ),
    "write elsewhere": ("open(ELSEWHERE, 'w').write('forged')", "tried to write to"),
    "write elsewhere, os.open": (
        "import os\nos.write(os.open(ELSEWHERE, os.O_WRONLY | os.O_CREAT), b'forged')",
        "tried to write to",
    ),
    "sqlite": ("import sqlite3\nsqlite3.connect(ELSEWHERE)", "open a database"),
    "replace numpy": (
        "import numpy\nfor name in ('isclose', 'allclose', 'asarray', 'array_equal'):\n"
        "    setattr(numpy, name, lambda *a, **k: True)\nreturn numpy.ones(2), 1.0",
        "gave [1, 1]",
    ),
    "patch the agent": (
        "import sys\nframe = sys._getframe()\nwhile frame:\n    for k, v in list(frame.f_globals.items()):\n"
        "        if k in ('_changed', '_snapshot', 'Writer'): frame.f_globals[k] = lambda *a, **k: b''\n"
        "    frame = frame.f_back\nreturn w, b",
        "",
    ),
    "return None": ("return None", "did you forget to return"),
    "a table of fixed answers": (
        "import numpy as np\nreturn {True: (np.array([1.0, -2.0]), 0.5)}[lr == 1.0]",
        "KeyError",
    ),
}
CHEATS = {  # objects that claim to equal anything
    "equal to all": "class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\n",
    "tuple of equals": (
        "class Yes(tuple):\n    def __eq__(self, other): return True\n    def __len__(self): return 2\n"
        "    def __getitem__(self, i): return Yes()\n    def __iter__(self): return iter([Yes(), Yes()])\n"
    ),
    "array protocol": (
        "import numpy as np\nclass Yes:\n    def __array__(self, *a, **k): return np.ones(2)\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "    def __array_function__(self, *a, **k): return True\n"
    ),
    "operators": (
        "class Yes:\n    def __sub__(self, other): return 0.0\n    __rsub__ = __sub__\n"
        "    def __abs__(self): return 0.0\n    def __lt__(self, other): return True\n"
        "    def __float__(self): return 0.0\n    def __bool__(self): return True\n"
    ),
    "pretended class": (
        "class Yes:\n    __class__ = property(lambda self: float)\n    def __eq__(self, other): return True\n"
    ),
}


# what does harm in another way than by taking time may take it: a busy machine is slow
PATIENT = replace(QUICK, seconds=10.0, total=30.0)


def time_for(sentence: str) -> Limits:
    """Return the limits under which a deed is told with this sentence, on a machine of any speed."""
    return QUICK if "did not finish" in sentence else PATIENT


def run(lesson: ToyLesson, source: str, tmp_path: Path, port: int = 1, limits: Limits = QUICK) -> Verdict:
    import rung.errors

    names = {
        "ELSEWHERE": str(tmp_path / "forged"),
        "SOURCE": rung.errors.__file__,
        "CHECKS": str(lesson.folder / "checks.py"),
        "PORT": port,
    }
    preamble = "".join(f"{name} = {value!r}\n" for name, value in names.items() if name in source)
    verdict = lesson.grade(preamble + source if preamble else source, limits=limits)
    assert not (tmp_path / "forged").exists()
    return verdict


@pytest.mark.parametrize("name", LOADED)
def test_a_file_that_does_harm_when_loaded_does_not_pass(name, lesson, tmp_path):
    deed, sentence = LOADED[name]
    verdict = run(lesson, deed + "\n" + RIGHT, tmp_path, limits=time_for(sentence))
    assert not verdict.passed
    assert sentence in told(verdict)
    assert verdict.fault


@pytest.mark.parametrize("name", CALLED)
def test_a_function_that_does_harm_when_called_does_not_pass(name, lesson, tmp_path):
    deed, sentence = CALLED[name]
    verdict = run(lesson, as_body(deed), tmp_path, limits=time_for(sentence))
    assert not verdict.passed
    assert sentence in told(verdict)
    assert len(told(verdict)) > 20


@pytest.mark.parametrize("name", CHEATS)
@pytest.mark.parametrize("shape", ["Yes()", "(Yes(), Yes())", "[w, Yes()]"])
def test_an_object_that_equals_everything_does_not_pass(name, shape, lesson, tmp_path):
    verdict = run(lesson, CHEATS[name] + f"def update(w, b, x, y, lr=1.0): return {shape}\n", tmp_path)
    assert not verdict.passed
    assert "gave" in told(verdict)


@pytest.mark.parametrize("base", ["np.ndarray", "np.float64", "float", "int", "complex"])
def test_a_subclass_of_a_number_crosses_as_the_plain_number_it_is(base, lesson, tmp_path):
    source = f"""import numpy as np
class Sly({base}):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __array_ufunc__(self, *args, **kwargs): return np.True_
    def __array_finalize__(self, other): pass
def update(w, b, x, y, lr=1.0):
    return {"w.view(Sly) + 1" if base == "np.ndarray" else "w"}, {"b" if base == "np.ndarray" else "Sly(7)"}
"""
    verdict = run(lesson, source, tmp_path)
    assert not verdict.passed
    assert "gave" in told(verdict)


def test_checks_written_with_plain_operators_are_not_fooled_either(tmp_path):
    checks = """
from rung.learn.checks import check, expect
@check("equals")
def equals(mine, rng): expect(mine.update(1, 2, 3, 4) == 5, "five")
@check("difference")
def difference(mine, rng): expect(abs(mine.update(1, 2, 3, 4) - 5) < 1e-9, "five")
@check("reflected")
def reflected(mine, rng): expect(5 - mine.update(1, 2, 3, 4) == 0, "five")
@check("truth")
def truth(mine, rng): expect(not mine.update(1, 2, 3, 4) != 5, "five")
@check("in")
def inside(mine, rng): expect(5 in [mine.update(1, 2, 3, 4)], "five")
@check("order")
def order(mine, rng): expect(4 < mine.update(1, 2, 3, 4) < 6, "five")
"""
    lesson = make(tmp_path, "plain_operators_toy", checks=checks)
    for cheat in CHEATS.values():
        verdict = lesson.grade(cheat + "def update(*a): return Yes()\n", every=True)
        assert [c.passed for c in verdict.checks] == [False] * 6, cheat
    assert lesson.grade("def update(*a): return 5\n").passed


def test_printing_a_hundred_megabytes_is_cut_short(lesson, tmp_path):
    verdict = run(lesson, as_body("print('x' * 10**8)"), tmp_path, limits=PATIENT)
    assert not verdict.passed
    assert len(verdict.printed) < QUICK.printed + 100
    assert "more bytes, which are not shown" in verdict.printed


def test_printing_without_end_ends(lesson, tmp_path):
    verdict = run(lesson, as_body("while True: print('x' * 1000)"), tmp_path)
    assert "did not finish" in told(verdict)
    assert len(verdict.printed) < QUICK.printed + 100


def test_no_connection_reaches_a_listener_on_the_loopback_address(lesson, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        deed = CALLED["network by the back door"][0]
        run(lesson, as_body(deed), tmp_path, port=listener.getsockname()[1])
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_is_left_behind(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deed = """import os
open('mine', 'w').write('x')
for call in (os.fork, os.setsid):
    try: call()
    except BaseException: pass
while True: pass"""
    before = _children()
    verdict = run(lesson, as_body(deed), tmp_path)
    assert "did not finish" in told(verdict)
    assert _children() == before
    assert list(tmp_path.iterdir()) == []


def _children() -> set[str]:
    """Return the processes that descend from this one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
    found, queue = set(), [str(os.getpid())]
    while queue:
        parent = queue.pop()
        children = {pid for pid, p in parents.items() if p == parent}
        found |= children
        queue += children
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's walls of Linux")
@pytest.mark.parametrize(
    ("deed", "refused"),
    [
        ("os.fork", True),
        ("os.setsid", True),
        ("lambda: os.kill(os.getppid(), 0)", True),
        ("lambda: os.open('/etc/passwd', os.O_RDONLY)", True),
        ("lambda: os.open(SOURCE, os.O_RDONLY)", True),
        ("lambda: os.open('/tmp/forged-by-rung-test', os.O_WRONLY | os.O_CREAT)", True),
        ("lambda: os.execv('/bin/true', ['true'])", True),
        ("lambda: _socket.socket()", True),
        ("lambda: os.mkdir('own')", False),
    ],
)
def test_the_kernel_refuses_without_the_guard(deed, refused, tmp_path, monkeypatch):
    """With the guard of audit events taken out, so that only the kernel's walls stand."""
    from rung.learn.grading import landlock, walls

    if landlock.version() == 0:
        pytest.skip("this kernel has no Landlock")
    monkeypatch.setattr(walls, "guard", lambda *args: None)
    import rung.errors

    checks = """
from rung.learn.checks import check, expect
@check("what the deed came to")
def outcome(mine, rng): expect(mine.update() == "refused", "the kernel must refuse it")
"""
    lesson = make(tmp_path, f"kernel_toy_{abs(hash(deed))}", checks=checks)
    source = f"""import os, _socket
SOURCE = {rung.errors.__file__!r}
deed = {deed}
def update():
    try:
        deed()
    except PermissionError:
        return "refused"
    return "done"
"""
    assert lesson.grade(source).passed is refused


def test_after_all_that_an_honest_answer_passes(lesson):
    verdict = lesson.grade(RIGHT)
    assert verdict.passed
    assert verdict.fault is None

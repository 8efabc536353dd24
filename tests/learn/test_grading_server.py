"""The warm server: private, quick, never out of date, and gone when it is not needed."""

import os
import socket
import stat
import subprocess
import sys
import threading

import pytest

from rung.learn import stub
from rung.learn.grading import client, grade
from rung.learn.grading.client import GradingError
from rung.learn.grading.job import Job
from rung.learn.grading.judge import judge
from rung.learn.grading.spawn import spawn_learner
from rung.learn.grading.verdict import Limits
from rung.learn.lesson import lesson

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the server forks")


@pytest.fixture(scope="module")
def trick():
    return lesson("perceptron-trick")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run") / "private"))
        assert client.start()
        yield client.address("numpy")
        client.stop()


@pytest.fixture
def nothing_here(monkeypatch):
    """Fail when a verdict does not come from the server."""
    monkeypatch.setattr(
        "rung.learn.grading.launch.run_here", lambda job, **_: pytest.fail("graded in this process")
    )


def test_it_grades(server, trick, nothing_here):
    assert grade(trick, stub.answer(trick)).passed
    verdict = grade(trick, stub.stub(trick), every=True)
    assert {c.error for c in verdict.checks} == {"NotImplementedError"}
    assert verdict.lesson == "perceptron-trick"


def test_a_bad_file_harms_no_later_check(server, trick, nothing_here):
    quick = Limits(seconds=0.3)
    assert grade(trick, "while True: pass", limits=quick).fault
    assert grade(trick, "import os\nos._exit(0)", limits=quick).fault
    assert grade(trick, stub.answer(trick)).passed


def test_it_is_private(server):
    assert stat.S_IMODE(server.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.stat().st_mode) == 0o600


def test_starting_it_again_does_no_harm(server, trick, nothing_here):
    assert client.start()
    assert grade(trick, stub.answer(trick)).passed


def test_nonsense_does_not_end_it(server, trick, nothing_here):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(server))
        line.sendall(b"\xff" * 8)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(server))
        client.send(line, b"{}")
        assert b"error" in client.receive(line)
    assert grade(trick, stub.answer(trick)).passed


def test_a_lesson_that_does_not_run_is_reported_as_such(server, tmp_path, nothing_here):
    (tmp_path / "checks.py").write_text("1 / 0\n")
    job = Job("broken", ("rung.scratch.models.perceptron:perceptron_update",), str(tmp_path), "x = 1", "a.py")
    with pytest.raises(GradingError, match="ZeroDivisionError"):
        client.ask(job)


def test_a_folder_that_others_can_enter_is_not_used(tmp_path, monkeypatch):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    monkeypatch.setenv("RUNG_RUNTIME_DIR", str(open_to_all))
    assert client.address("numpy") is None
    assert not client.start()
    link = tmp_path / "link"
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    link.symlink_to(private)
    monkeypatch.setenv("RUNG_RUNTIME_DIR", str(link))
    assert client.address("numpy") is None


def test_it_leaves_when_idle(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_RUNTIME_DIR", str(tmp_path / "private"))
    address = client.address("numpy")
    done = subprocess.run(
        [sys.executable, "-m", "rung.learn.grading.server", "numpy", "0.05"], capture_output=True, timeout=60
    )
    assert done.stdout.strip() == b"ready"
    assert not address.exists()


def test_it_leaves_when_rungs_files_changed(tmp_path, monkeypatch, trick):
    """The copy of the server in this process is told that a file is newer than what it loaded."""
    from rung.learn.grading import server as module

    monkeypatch.setenv("RUNG_RUNTIME_DIR", str(tmp_path / "private"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(client.address("numpy")))
        listener.listen()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(str(client.address("numpy")))
            module._listen(
                listener, client.address("numpy"), {module.__file__: 0}, idle=30
            )  # returns, as it is out of date
            assert client.receive(line) == b""
    assert not client.address("numpy").exists()


def test_the_client_loads_no_numpy():
    code = "import sys, rung.learn.grading.client, rung.learn.grading; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_server_for_torch_is_another_one(tmp_path):
    (tmp_path / "checks.py").write_text("import torch\n")
    job = Job("x", ("rung.scratch.models.perceptron:perceptron_update",), str(tmp_path), "", "a.py")
    assert client.preload_for(job) == "torch"
    (tmp_path / "checks.py").write_text("# like torch, import nothing\n")
    assert client.preload_for(job) == "numpy"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (None, None),
        ("import os\nos._exit(3)\n", "ended Python itself (exit status 3)"),
        ("while True: pass\n", "did not finish within 2 seconds"),
        ("open('/etc/passwd')\n", "tried to read /etc/passwd"),
    ],
)
def test_grading_works_where_there_is_no_fork(trick, source, told):
    text = stub.answer(trick) if source is None else source
    job = Job(trick.slug, trick.target, str(trick.folder), text, "a.py", limits=Limits(seconds=2))
    verdict = judge(job, spawn_learner)
    assert verdict.passed is (source is None)
    if told:
        assert told in " ".join(verdict.fault.split())


def test_a_process_with_threads_is_not_forked(trick, monkeypatch):
    """It goes through a server; where there can be none, through a fresh interpreter."""
    from rung.learn.grading import launch

    started = []
    monkeypatch.setattr(client, "ask", lambda job: None)
    monkeypatch.setattr(client, "start", lambda preload: started.append(preload) or False)
    monkeypatch.setattr(launch, "start", lambda *args: pytest.fail("forked"))
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert grade(trick, stub.answer(trick)).passed
    finally:
        done.set()
        thread.join()
    assert started == ["numpy"]

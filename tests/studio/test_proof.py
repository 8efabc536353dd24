"""The proof page: a proof in a process of its own, what is kept of it, and how it is shown."""

import re
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rung.learn import evidence, workspace
from rung.learn.grading.verdict import Verdict, checks_hash, code_hash
from rung.learn.lesson import lesson
from rung.learn.stub import answer
from rung.studio import assets, proof, prover
from rung.studio.faults import handlers
from rung.studio.prover import Prover

FEW = ("ReLU", "Tanh", "Linear", "SGD")


def passing(slug, text):
    """Let the learner have written `text`, and have passed with it."""
    workspace.write(slug, text)
    hashes = {"code_hash": code_hash(text), "checks_hash": checks_hash(lesson(slug).folder)}
    evidence.record(Verdict(slug, True, **hashes), now=0.0)


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        threading.Event().wait(0.02)


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return tmp_path


@pytest.fixture
def client(home, monkeypatch):
    """The proof page alone, over a few parts of the table."""
    monkeypatch.setattr(proof, "prover", Prover(FEW))
    app = Starlette(routes=[*proof.routes, *assets.routes], exception_handlers=handlers)
    with TestClient(app) as client:
        yield client
    proof.prover.stop()


def proven(client, mine=False):
    """Run a proof to its end, as the page does."""
    assert client.post("/api/proof", json={"mine": mine}).status_code == 200
    wait_for(lambda: proof.prover.latest.state != "running")
    return proof.prover.latest


# What the process of its own says.


def test_every_part_is_told_as_soon_as_it_is_known(home):
    begin, *parts, end = prover.messages(False, ["ReLU", "Linear"])
    assert begin["names"] == ["ReLU", "nn.ReLU", "Linear", "nn.Linear"]
    assert end == {"kind": "end"}
    relu = parts[0]["part"]
    assert (relu["name"], relu["verdict"], relu["forward"], relu["yours"]) == ("ReLU", "exact", 0.0, [])
    assert relu["from"] == "rung.scratch.ops.activation"
    layer = parts[-1]["part"]
    assert layer["verdict"] == "equal"
    assert 0 < layer["steps"] <= layer["allowed"]


def test_rows_of_one_name_are_numbered(home):
    begin = next(iter(prover.messages(False, ["nn.PReLU", "nn.Tanh"])))
    assert begin["names"] == ["nn.Tanh", "nn.PReLU (1)", "nn.PReLU (2)"]


def test_the_learners_parts_run_through_the_rows_that_use_them(home):
    slug = "forward-propagation"
    passing(slug, answer(lesson(slug)))
    begin, *found, _ = prover.messages(True, FEW)
    assert begin["whose"]["ReLU"] == slug
    parts = {m["part"]["name"]: m["part"] for m in found if m["kind"] == "part"}
    assert parts["ReLU"]["yours"] == ["ReLU"]
    assert parts["nn.Linear"]["yours"] == ["Linear"]
    assert {p["verdict"] for p in parts.values()} <= {"exact", "equal"}
    assert "Tanh" not in parts
    assert "SGD" not in parts
    assert {m["kind"] for m in found} == {"part", "skip"}


def test_a_learners_wrong_part_is_found_out_and_one_that_breaks_says_how(home):
    slug = "forward-propagation"
    text = answer(lesson(slug))
    wrong = "\n\nReLU.backward = lambda self, g: g * self.open * (g > 0)\n"
    passing(slug, text + wrong)
    parts = {m["part"]["name"]: m["part"] for m in prover.messages(True, FEW) if m["kind"] == "part"}
    assert parts["ReLU"]["verdict"] == "different"
    assert parts["ReLU"]["forward"] == 0
    assert parts["ReLU"]["gradient"] > 0.1
    passing(
        slug,
        text + "\n\ndef broken(self, x):\n    raise ValueError('not <yet>')\n\n\nReLU.forward = broken\n",
    )
    parts = {m["part"]["name"]: m["part"] for m in prover.messages(True, FEW) if m["kind"] == "part"}
    assert parts["nn.ReLU"]["note"] == "ValueError: not <yet>"


def test_without_a_part_of_ones_own_there_is_nothing_to_prove(home):
    assert list(prover.messages(True)) == [{"kind": "begin", "names": [], "whose": {}}, {"kind": "end"}]


# In a process of its own.


@pytest.mark.slow
def test_a_proof_runs_in_another_process_and_is_kept(client, home):
    assert "Nothing has been proven here yet" in words(client.get("/prove").text)
    found = proven(client)
    assert (found.state, found.fault) == ("finished", "")
    assert (found.done, found.of) == (7, 7)
    assert not proof.prover._process.is_alive()
    kept = prover.kept(False)
    assert kept == found
    assert not list((home / ".rung").glob(".*tmp"))
    assert prover.kept(True) is None
    proof.prover = Prover(FEW)  # a studio that was started later
    page = client.get("/prove").text
    assert "All 7 parts agree with PyTorch." in words(page)
    assert page.count('<tr data-verdict="exact"') == sum(p["verdict"] == "exact" for p in kept.parts)
    assert "Run again" in page
    assert "Code has changed" not in page


def test_its_rows_are_asked_for_from_a_number_on(client):
    found = proven(client)
    data = client.get("/api/proof?from=5").json()
    assert data["state"] == "finished"
    assert data["rows"].count("<tr") == 2
    assert data["shown"] == 7
    assert found.parts[5]["name"] in data["rows"]
    assert f">{found.parts[4]['name']}<" not in data["rows"]
    assert client.get("/api/proof?from=x").status_code == 400


def test_a_stopped_proof_shows_what_it_found_and_is_not_kept(client, home, monkeypatch):
    monkeypatch.setattr(proof, "prover", Prover())
    assert client.post("/api/proof", json={"mine": False}).status_code == 200
    wait_for(lambda: len(proof.prover.latest.parts) > 3)
    process = proof.prover._process
    again = client.post("/api/proof", json={"mine": False}).json()  # the same one goes on
    assert again["run"] == client.get("/api/proof").json()["run"]
    refused = client.post("/api/proof", json={"mine": True})
    assert refused.status_code == 409
    assert "the library's parts are being proven" in refused.json()["error"]
    assert "Stop" in words(client.get("/prove").text)
    assert client.post("/api/proof/stop").status_code == 200
    process.join(10)
    assert not process.is_alive()
    page = words(client.get("/prove").text)
    assert re.search(r"Stopped after \d+ of \d\d\d parts", page)
    assert "ReLU" in page
    assert prover.kept(False) is None


def test_a_part_that_never_ends_is_named(client, home, monkeypatch):
    slug = "forward-propagation"
    endless = "\n\ndef endless(self, x):\n    while True: pass\n\n\nReLU.forward = endless\n"
    passing(slug, answer(lesson(slug)) + endless)
    monkeypatch.setattr(proof, "prover", Prover(FEW, patience=2))
    found = proven(client, mine=True)
    assert found.state == "failed"
    assert found.fault == "the part ReLU did not end within 2 s"
    assert "The proof broke off" in words(client.get("/prove?mine=1").text)


def test_a_process_that_dies_is_a_fault_not_a_wait(client, home):
    slug = "forward-propagation"
    passing(
        slug,
        answer(lesson(slug))
        + "\n\ndef gone(self, x):\n    import os\n    os._exit(3)\n\n\nReLU.forward = gone\n",
    )
    found = proven(client, mine=True)
    assert (found.state, found.fault) == ("failed", "the process ended at the part ReLU")


# What the page shows.


def test_a_result_whose_code_has_changed_says_so(client, home):
    slug = "forward-propagation"
    passing(slug, answer(lesson(slug)))
    proven(client, mine=True)
    page = client.get("/prove?mine=1").text
    assert "Code has changed" not in page
    assert f'href="/lessons/{slug}">your ReLU' in page
    workspace.write(slug, answer(lesson(slug)) + "\n\nx = 1\n")
    assert "Code has changed" in client.get("/prove?mine=1").text


def test_failures_are_told_first_and_by_name(client, home):
    found = proven(client)
    found.parts[0] |= {"verdict": "different", "gradient": 0.31}
    found.parts[1] |= {"verdict": "different", "forward": None, "note": "ValueError: <b>"}
    prover.keep(found)
    proof.prover = Prover(FEW)
    page = client.get("/prove").text
    assert "2 of 7 parts differ from PyTorch." in words(page)
    first, second = found.parts[0]["name"], found.parts[1]["name"]
    assert f'<p class="wrong">{first}, {second}</p>' in page
    assert 'data-state="different">0.31</td>' in page
    assert "ValueError: &lt;b&gt;" in page


def test_a_learner_without_parts_is_told_what_to_do(client):
    proven(client, mine=True)
    assert "You have not passed a part yet" in words(client.get("/prove?mine=1").text)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "proof": {"what": 1}}'])
def test_a_file_that_cannot_be_read_is_no_result(home, text):
    (home / ".rung").mkdir()
    (home / ".rung" / "proof.json").write_text(text)
    assert prover.kept(False) is None


def test_differences_are_shown_as_numbers():
    assert proof.cell(None, 1e-10) == {"state": "none", "text": "–"}
    assert proof.cell(2.2e-16, 1e-10) == {"state": "equal", "text": "2.2e-16"}
    assert proof.cell(2.2e-9, 1e-10) == {"state": "different", "text": "2.2e-09"}
    assert proof.cell("inf", 1e-10) == {"state": "different", "text": "shape, nan or inf"}


@pytest.mark.parametrize("body", [[], {}, {"mine": "yes"}])
def test_what_is_no_wish_is_refused(client, body):
    assert client.post("/api/proof", json=body).status_code == 400

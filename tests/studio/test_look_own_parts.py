"""A run on the learner's own parts is seen through them, if they are what trained it; else it is said."""

import json
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rung.cli import main as rung
from rung.learn import evidence, workspace
from rung.learn.grading.verdict import Verdict, checks_hash, code_hash
from rung.learn.lesson import lesson
from rung.learn.parts import replacements
from rung.learn.stub import answer
from rung.projects.looking import Looking
from rung.studio import assets, look_process, runs
from rung.studio.faults import handlers
from rung.train.record import find_run

SLUG = "forward-propagation"
# A learner's code that does its work, and takes its process down once a file says so.
DOOMED = """
import os as _os
_relu = ReLU.forward
def _doomed(self, x):
    if _os.path.exists(_os.path.join(_os.environ["RUNG_HOME"], "fall")):
        _os._exit(3)
    return _relu(self, x)
ReLU.forward = _doomed
"""


def passing(text):
    """Let the learner have written `text`, and have passed with it."""
    workspace.write(SLUG, text)
    hashes = {"code_hash": code_hash(text), "checks_hash": checks_hash(lesson(SLUG).folder)}
    evidence.record(Verdict(SLUG, True, **hashes), now=0.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        passing(answer(lesson(SLUG)) + DOOMED)
        words = ["train", "digits", "--data", "mnist5k", "--data-limit", "400", "--epochs", "1", "--mine"]
        assert rung([*words, "--hidden", "16", "--name", "mine", "--track", "none"]) == 0
        yield folder
        look_process.close()


@pytest.fixture(autouse=True)
def written(home):
    passing(answer(lesson(SLUG)) + DOOMED)


def told(looking):
    return {part.title: (part.is_own, part.why) for part in looking.parts}


def test_the_very_code_of_the_training_is_looked_through(home):
    run = find_run("mine")
    codes = {part["part"]: part.get("code") for part in run.config["parts"]}
    text = workspace.read(SLUG)
    assert codes["Linear"] == codes["ReLU"] == code_hash(text)
    assert codes["SGD"] is None, "the library's has none"
    looking = Looking(run, replacements())
    assert told(looking) == {"Linear": (True, ""), "ReLU": (True, "")}
    assert {own.__module__ for own in looking.subject.parts.values()} == {"rung_mine.forward_propagation"}
    library = Looking(run)
    x = looking.example(0).x
    assert looking.subject.ask(x) == pytest.approx(library.subject.ask(x), abs=1e-4)


def test_other_code_is_not_looked_through_and_the_reason_is_said(home):
    run = find_run("mine")
    passing(answer(lesson(SLUG)) + "\n# another thought\n")
    parts = told(Looking(run, replacements()))
    assert parts["ReLU"] == (False, "your forward-propagation has changed since the run was trained")
    workspace.write(SLUG, answer(lesson(SLUG)) + "\nbroken =")
    parts = told(Looking(run, replacements()))
    assert parts["ReLU"] == (False, "your forward-propagation as it is now has not passed")
    file = run.folder / "config.json"
    before = file.read_text()
    config = json.loads(before)
    for part in config["parts"]:
        part.pop("code", None)
    file.write_text(json.dumps(config))
    try:
        passing(answer(lesson(SLUG)))
        parts = told(Looking(find_run("mine"), replacements()))
        assert parts["ReLU"] == (False, "the run is from before runs kept which code trained them")
    finally:
        file.write_text(before)


def test_the_terminal_says_whose_parts_it_is_seen_through(home, tmp_path, capsys):
    words = ["look", "mine", "--out", str(tmp_path / "seen"), "--no-checks"]
    assert rung(words) == 0
    assert "Seen through your own Linear, ReLU." in capsys.readouterr().out
    passing(answer(lesson(SLUG)))
    assert rung([*words, "--json"]) == 0
    (note,) = json.loads(capsys.readouterr().out)["parts"]
    assert note.startswith(
        "Seen through the library’s Linear, ReLU, since your forward-propagation has changed"
    )
    assert "Seen through the library’s" in (tmp_path / "seen" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_studio_runs_the_learners_code_in_a_process_of_its_own_and_outlives_it(home):
    app = Starlette(routes=[*runs.routes, *assets.routes], exception_handlers=handlers)
    client = TestClient(app, raise_server_exceptions=False)
    page = client.get("/runs/mine/look?n=3").text
    assert "Seen through your own Linear, ReLU." in page
    picture = re.search(r'src="(/runs/mine/look/why-saliency\.png[^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(picture).content[:4] == b"\x89PNG"
    assert client.post("/api/runs/mine/look/check/saliency?n=3").json()["done"] == 1
    assert client.get("/runs/mine/look?n=99999").status_code == 404
    assert client.post("/api/runs/mine/look", json={"text": "a text"}).status_code == 400
    (home / "fall").touch()
    try:
        page = client.get("/runs/mine/look?n=4").text
    finally:
        (home / "fall").unlink()
    assert "With your own parts its process ended. So it is seen through the library’s parts." in page
    assert client.get(picture).content[:4] == b"\x89PNG"

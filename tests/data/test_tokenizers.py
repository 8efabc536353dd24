"""Three tokenizers of one interface: nothing lost that need not be, and byte pairs as the library's own."""

import json
import random
import sys
import unicodedata

import numpy as np
import pytest

from rung.data import CorruptDataError
from rung.data.tokenize import BytePair, Characters, Words, load
from rung.data.tokenize.alphabet import BYTES, LETTER, invisible, visible
from rung.data.tokenize.library import twin
from rung.data.tokenize.merging import learn, merged, merged_long, replaced
from rung.data.tokenize.pieces import pattern
from rung.data.tokenize.stored import gpt2
from rung.scratch.errors import SettingError

TEXTS = [
    "The cat sat on the mat, and the other cat didn't.",
    "low lower lowest; newer newest! wide wider widest " * 5,
    "aaa aaaa aaaaa aaaaaaaa baab abab ababab ----- --- ======== \n\n\n\t\t  \r\n",
    "def f(x):\n    return x ** 2  # Größe, 数学, 🙂🙂👩‍👩‍👧 ½ x² IV Ⅳ _name __init__\n",
    "I'll we've they're he'd it's I'm 'S 'LL can’t \x00\x1c\x1f\x7f\x85\xa0\u2028\u3000end ",
]


def any_text(rng, length):
    """Text of all that Unicode has: ASCII, the first planes, everything; without surrogates."""
    below = [128, 0x3000, sys.maxunicode + 1]
    drawn = (chr(rng.randrange(rng.choice(below))) for _ in range(length))
    return "".join(c for c in drawn if not "\ud800" <= c <= "\udfff")


RANDOM = [any_text(random.Random(seed), 40) for seed in range(60)]
ALL = [Words.fit(TEXTS, 40), Characters.fit(TEXTS, 60), BytePair.fit(TEXTS, 330)]


@pytest.fixture(params=ALL, ids=lambda t: t.kind)
def tokenizer(request):
    return request.param


# What all of them promise.


def test_numbers_are_below_the_size(tokenizer):
    for text in TEXTS + RANDOM:
        ids = tokenizer.encode(text)
        assert all(0 <= i < len(tokenizer) for i in ids)
        assert not {tokenizer.pad, tokenizer.begin, tokenizer.end} & set(ids)


def test_encoding_what_was_decoded_gives_the_same_numbers(tokenizer):
    for text in TEXTS + RANDOM:
        ids = tokenizer.encode(text)
        assert tokenizer.encode(tokenizer.decode(ids)) == ids


def test_special_tokens_come_first_and_are_not_shown(tokenizer):
    assert (tokenizer.pad, tokenizer.unknown, tokenizer.begin, tokenizer.end) == (0, 1, 2, 3)
    ids = tokenizer.encode("the cat")
    assert tokenizer.decode([2, *ids, 3, 0, 0]) == tokenizer.decode(ids) == "the cat"
    assert tokenizer.decode([1]) == "�"


def test_a_text_cannot_smuggle_a_special_token_in(tokenizer):
    for name in ("<pad>", "<unknown>", "<begin>", "<end>"):
        assert not {0, 2, 3} & set(tokenizer.encode(f"a {name} b"))


def test_nothing_encodes_to_nothing(tokenizer):
    assert tokenizer.encode("") == []
    assert tokenizer.decode([]) == ""
    assert tokenizer.encode_all(["", "a"]) == [[], tokenizer.encode("a")]


def test_it_comes_back_from_its_file(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "t.json")
    again = load(tmp_path / "t.json")
    assert type(again) is type(tokenizer)
    assert again.vocabulary == tokenizer.vocabulary
    assert [again.encode(t) for t in TEXTS + RANDOM] == [tokenizer.encode(t) for t in TEXTS + RANDOM]
    assert [f.name for f in tmp_path.iterdir()] == ["t.json"]


def test_the_order_of_the_texts_does_not_matter(tokenizer):
    again = type(tokenizer).fit(TEXTS[::-1], len(tokenizer))
    assert again.vocabulary == tokenizer.vocabulary


def test_its_size_is_never_more_than_was_asked_for(tokenizer):
    assert len(type(tokenizer).fit(["abc"], 400)) <= 400
    assert len(type(tokenizer).fit(TEXTS, len(tokenizer) - 3)) == len(tokenizer) - 3


@pytest.mark.parametrize(
    ("kind", "size", "rule"),
    [(Words, 4, "one word or more: at least 5"), (Characters, 4, "character or more: at least 5"),
     (BytePair, 259, "the 256 bytes: at least 260")],
)  # fmt: skip
def test_a_size_without_room_is_refused(kind, size, rule):
    with pytest.raises(SettingError, match=f"a vocabulary of {size} tokens(.|\n)*{rule}"):
        kind.fit(TEXTS, size)


def test_a_number_outside_the_vocabulary_is_refused(tokenizer):
    for wrong in (len(tokenizer), -1):
        with pytest.raises(SettingError, match=f"token {wrong} of a vocabulary of {len(tokenizer)}"):
            tokenizer.decode([4, wrong])


# Words and characters.


def test_words_are_small_and_the_frequent_ones_are_kept():
    words = Words.fit(["B a a b c B"], 6)
    assert words.vocabulary[4:] == ["b", "a"]
    assert words.encode("A c b") == [5, 1, 4]
    assert words.decode([5, 1, 4]) == "a � b"


def test_characters_lose_nothing_that_they_know():
    everything = Characters.fit(TEXTS, 10_000)
    assert all(everything.decode(everything.encode(text)) == text for text in TEXTS)


# Byte pairs.


def test_byte_pairs_lose_nothing():
    pairs = ALL[2]
    for text in TEXTS + RANDOM:
        assert pairs.decode(pairs.encode(text)) == text


def test_half_a_character_is_shown_as_a_gap():
    pairs = BytePair.fit([], 260)
    ids = pairs.encode("é!")
    assert len(ids) == 3
    assert pairs.decode(ids[1:]) == "�!"


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(SettingError, match=r"'\\ud83d', half of a surrogate pair"):
        ALL[2].encode("a\ud83d")


def test_the_alphabet_shows_every_byte_once_in_the_order_of_unicode():
    assert sorted(BYTES) == list(range(256))
    assert [LETTER[b] for b in BYTES] == sorted(LETTER.values())
    assert invisible(visible(bytes(range(256)))) == bytes(range(256))


def test_the_most_frequent_pair_first_and_of_equals_the_smaller():
    tokens = [b"a", b"b", b"c", b"d"]
    assert learn({(2, 3): 2, (0, 1): 2, (1, 2): 5}, tokens, 9) == {(1, 2): 4, (0, 1): 5, (2, 3): 6}
    assert tokens[4:] == [b"bc", b"ab", b"cd"]


def test_a_pair_that_overlaps_itself_is_merged_from_the_left():
    assert replaced([7] * 5, (7, 7), 9) == [9, 9, 7]
    tokens = [b"a"]
    assert learn({(0,) * 7: 1}, tokens, 3) == {(0, 0): 1, (1, 1): 2, (1, 0): 3}


def test_the_heap_merges_as_the_plain_way():
    rng = np.random.default_rng(0)
    tokens = [b"a", b"b", b"c"]
    words = {tuple(rng.integers(0, 3, 12).tolist()): 1 for _ in range(50)}
    ranks = {p: (i, n) for i, (p, n) in enumerate(learn(words, tokens, 60).items())}
    for length in (0, 1, 2, 5, 39, 39, 39):
        piece = rng.integers(0, 3, length).tolist()
        assert merged_long(piece, ranks) == merged(piece, ranks)


def test_a_very_long_piece_ends():
    pairs = ALL[2]
    text = "a" * 60_000
    assert pairs.decode(pairs.encode(text)) == text


def test_progress_is_told():
    told = []
    BytePair.fit(TEXTS, 270, report=lambda *a: told.append(a))
    assert told == [(i, 10) for i in range(1, 11)]


# Equal to the library `tokenizers`.


def theirs(text):
    from tokenizers.pre_tokenizers import ByteLevel

    return [text[a:b] for _, (a, b) in ByteLevel(add_prefix_space=False).pre_tokenize_str(text)]


def test_the_pieces_are_the_librarys():
    for text in TEXTS + RANDOM:
        known = "".join(c for c in text if unicodedata.category(c) != "Cn")
        assert pattern().findall(known) == theirs(known)


@pytest.mark.slow
def test_every_character_of_this_pythons_unicode_is_cut_as_the_library_cuts_it():
    known = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) not in ("Cn", "Cs")]
    for i in range(0, len(known), 100):
        text = "\n".join(f"a{c}1 {c}b {c}{c}. {c}9  {c}_" for c in known[i : i + 100])
        assert pattern().findall(text) == theirs(text)


@pytest.mark.parametrize("size", [260, 275, 330, 600])
def test_training_learns_the_librarys_merges(size):
    ours, fast = BytePair.fit(TEXTS, size), BytePair.fit(TEXTS, size, fast=True)
    assert ours.vocabulary == fast.vocabulary
    assert list(ours.merges.items()) == list(fast.merges.items())


@pytest.mark.parametrize("seed", range(20))
def test_training_on_few_letters_learns_the_librarys_merges(seed):
    """Three letters, so that nearly all counts are equal and pairs overlap."""
    rng = random.Random(seed)
    texts = [" ".join("".join(rng.choices("abc", k=rng.randrange(1, 9))) for _ in range(30))]
    ours, fast = BytePair.fit(texts, 300), BytePair.fit(texts, 300, fast=True)
    assert ours.vocabulary == fast.vocabulary
    assert list(ours.merges.items()) == list(fast.merges.items())


def test_the_fast_way_gives_the_same_numbers():
    texts = TEXTS + ["".join(c for c in t if unicodedata.category(c) != "Cn") for t in RANDOM]
    assert ALL[2].encode_all(texts, fast=True) == ALL[2].encode_all(texts)


def test_without_the_library_the_fast_way_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(SettingError, match=r"not installed(.|\n)*pip install tokenizers"):
        BytePair.fit(TEXTS, 300, fast=True)


def small_gpt2():
    """GPT-2's two files, with three merges."""
    letters = [LETTER[b] for b in BYTES]
    tokens = [*letters, "Ġt", "he", "Ġthe", "<|endoftext|>"]
    vocabulary = json.dumps({t: i for i, t in enumerate(tokens)}).encode()
    return vocabulary, "#version: 0.2\nĠ t\nh e\nĠt he\n".encode()


def test_gpt2s_files_are_read():
    pairs = gpt2(*small_gpt2())
    assert pairs.encode("the the<|endoftext|>")[:3] == [BYTES.index(ord("t")), 257, 258]
    assert (pairs.begin, pairs.end, pairs.pad, pairs.unknown) == (259, 259, None, None)
    assert pairs.decode([258, 259]) == " the"
    assert 259 not in pairs.encode("<|endoftext|>")
    assert twin(pairs).encode(" the them").ids == pairs.encode(" the them")


def test_a_merge_without_a_token_names_its_line():
    vocabulary, merges = small_gpt2()
    with pytest.raises(CorruptDataError, match=r"vocab\.bpe, line 5: 'q z' merges what"):
        gpt2(vocabulary, merges + b"q z\n")


# Damaged files.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s[: len(s) // 2], "is not JSON"),
        (lambda s: "[]", "is not of format 1"),
        (lambda s: s.replace('"format": 1', '"format": 99'), "is not of format 1"),
        (lambda s: s.replace('"kind": "bytepair"', '"kind": "pieces"'), "is of the unknown kind 'pieces'"),
        (lambda s: s.replace('"vocabulary"', '"words"'), "has no vocabulary"),
        (lambda s: s.replace('"merges"', '"pairs"'), "has no special tokens or no merges"),
        (lambda s: s.replace("[[", "[[9999999, 4, 5], ["), "merges 9999999 and 4 to 5, which does not spell"),
        (lambda s: s.replace('"!"', '"€"', 1), "has no token for"),
        (lambda s: s.replace("bytepair", "words").replace('"<pad>"', '"pad"'), "does not begin with <pad>"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, change, message):
    path = tmp_path / "t.json"
    ALL[2].save(path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CorruptDataError, match=rf"t\.json {message}(.|\n)*fit and save it anew"):
        load(path)

"""The text data sets: as many texts as their publishers say, parted without a leak, faults told by line."""

import lzma
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

import rung.data
from rung.data import CorruptDataError
from rung.data.labelled import labelled
from rung.data.sets import (
    ag_news_part,
    imdb,
    llm_finetune,
    mrpc,
    multi30k,
    names_list,
    sts_benchmark,
    wnut17,
)
from rung.data.tagged import parse as parse_tagged
from rung.data.texts import by_hash, by_position, consecutive, families, fields, lines, objects
from rung.scratch.errors import SettingError

# name: rows of each part, rows of each class (or None), the first example, its answer
FACTS = {
    "ag-news-part": ([6115, 1485], [1900] * 4, "Fears for T N pension after talks\nUnions repr", 2),
    "llm-finetune": ([946, 55, 99], None, "Evaluate the following phrase by", "The spelling of"),
    "mrpc": ([3576, 500, 1725], [1901, 3900], "Amrozi accused his brother, whom he", 1),
    "multi30k": ([29000, 1014, 1000], None, "Two young, White males are outside", "Zwei junge weiße Männer"),
    "names": (
        [16148, 3902],
        [2000, 268, 519, 297, 3668, 277, 724, 203, 232, 709, 991, 94, 139, 74, 9384, 100, 298, 73],
        "Khoury",
        0,
    ),
    "names-list": ([25769, 3135, 3129], None, "emma", "emma"),
    "rt-polarity": ([8524, 2138], [5331, 5331], "simplistic , silly and tedious .", 0),
    "sms-spam": ([4427, 1147], [4827, 747], "Go until jurong point, crazy..", 0),
    "sst2": ([6920, 872, 1821], [4650, 4963], "a stirring , funny and finally transporting re", 1),
    "sts-benchmark": ([5749, 1500, 1379], None, "A plane is taking off.", 5.0),
    "the-verdict": ([77, 6], None, "I HAD always thought Jack Gisburn", "I HAD always thought Jack"),
    "tinyshakespeare": ([6280, 442, 500], None, "First Citizen:\nBefore we proceed", "First Citizen:"),
    "ud-english-ewt-part": ([2001, 2077], None, "From", [1, 5, 11, 15, 5, 7, 12]),
    "wikitext2-part": ([2461, 2891], None, "= Homarus gammarus =", "= Homarus gammarus ="),
    "wnut17": ([3394, 1009, 1287], None, "@paulwalk", None),
}
SHARED = ["ag-news-part", "llm-finetune", "rt-polarity", "sms-spam"]


def here(name):
    """Load a data set, or skip the test where it is not on this machine."""
    if rung.data.registry.state(name) != "here":
        pytest.skip(f"{name} is not on this machine")
    return rung.data.load(name)


@pytest.fixture(scope="module", params=FACTS)
def data(request):
    return here(request.param)


def test_it_is_what_its_publishers_say(data):
    parts, classes, first, answer = FACTS[data.name]
    assert [len(rows) for rows in data.splits.values()] == parts
    assert list(data.splits) == (["train", "test"] if len(parts) == 2 else ["train", "validation", "test"])
    shown = data.x[0] if isinstance(data.x[0], str) else data.x[0][0]
    assert shown.startswith(first)
    if classes:
        assert np.bincount(data.y).tolist() == classes
    if isinstance(answer, str):
        assert data.y[0].startswith(answer)
    elif isinstance(answer, list):
        assert data.y[0].tolist() == answer
    elif answer is not None:
        assert data.y[0] == answer


def test_every_row_is_in_one_part_and_every_text_holds_something(data):
    assert sorted(np.concatenate(list(data.splits.values())).tolist()) == list(range(len(data)))
    for x in data.x:
        assert x if isinstance(x, str) else x[0]


def test_the_answers_are_of_the_cards_kind(data):
    task = data.card.task
    if task == "classes":
        assert set(data.y.tolist()) == set(range(len(data.names)))
    elif task == "number":
        assert data.y.dtype == np.float64
        assert (data.y.min(), data.y.max()) == (0, 5)
    elif task == "tags":
        assert all(len(words) == len(tags) for words, tags in zip(data.x, data.y, strict=True))
        assert set(np.concatenate(data.y.tolist()).tolist()) == set(range(len(data.names)))
    elif task == "itself":
        assert (data.x == data.y).all()
    else:
        assert task == "text"
        assert all(isinstance(y, str) and y for y in data.y)


def test_the_card_says_how_many(data):
    card, parts = data.card, FACTS[data.name][0]
    assert f"{len(data):,}" in card.size
    assert all(f"{n:,}" in card.splits for n in parts)


@pytest.mark.parametrize("name", ["mrpc", "wnut17", "sms-spam"])
def test_loading_twice_gives_the_same_data(name):
    assert here(name).digest() == here(name).digest()


@pytest.mark.parametrize("name", SHARED)
def test_no_test_text_shares_eight_words_in_a_row_with_a_training_text(name):
    data = here(name)

    def runs(part):
        texts = (x if isinstance(x, str) else " ".join(x) for x in data.split(part)[0])
        words = (re.findall(r"\w+", text.lower()) for text in texts)
        return {tuple(row[i : i + 8]) for row in words for i in range(len(row) - 7)}

    assert not runs("train") & runs("test")


@pytest.mark.parametrize("name", ["names", "names-list", "sms-spam", "rt-polarity"])
def test_equal_texts_are_on_one_side(name):
    data = here(name)
    sides = [set(data.split(part)[0]) for part in data.splits]
    assert sum(len(side) for side in sides) == len(set().union(*sides))


def test_the_running_texts_are_their_files():
    data = here("tinyshakespeare")
    text = "\n\n".join(data.x)
    assert (len(text), len(set(text))) == (1_115_394, 65)
    lengths = [sum(len(x) + 2 for x in data.split(part)[0]) / len(text) for part in data.splits]
    np.testing.assert_allclose(lengths, [0.9, 0.05, 0.05], atol=0.001)
    assert (np.concatenate(list(data.splits.values())) == np.arange(len(data))).all()
    assert len("\n\n".join(here("the-verdict").x)) == 20_479


def test_the_counts_that_the_cards_tell():
    assert sum(text.split().count("<unk>") for text in here("wikitext2-part").x) == 26_936
    assert len(set(here("names").x)) == 17_450
    assert sum(map(len, here("wnut17").x)) == 101_857
    train, test = (set(here("sst2").split(part)[0]) for part in ("train", "test"))
    assert len(train & test) == 2


def test_french_has_the_same_english_sides():
    german = here("multi30k")
    french = multi30k.french()
    assert (french.x == german.x).all()
    assert french.y[0].startswith("Deux jeunes hommes blancs")
    with pytest.raises(SettingError, match=r"Multi30k to 'cs'(.|\n)*German"):
        multi30k.translation("cs")


def test_preferences_go_with_the_instructions():
    data = here("llm-finetune")
    chosen, rejected = llm_finetune.preferences()
    assert len(chosen) == len(rejected) == len(data)
    assert (chosen == rejected).sum() == 6
    assert ((chosen == data.y) | (rejected == data.y)).all()


@pytest.mark.slow
def test_imdb_is_whole_but_for_eight_reviews_of_apps():
    data = here("imdb")
    assert {part: len(rows) for part, rows in data.splits.items()} == {"train": 24_996, "test": 24_996}
    assert np.bincount(data.y).tolist() == [24_998, 24_994]
    assert not any("app that every1 should have" in text for text in data.x)
    train, test = (set(data.split(part)[0]) for part in ("train", "test"))
    assert len(train & test) == 123
    assert data.x[0].startswith("Story of a man who has unnatural feelings for a pig.")


# Reading and parting.


def test_a_line_ends_at_a_line_break_alone():
    assert lines("\ufeffa\r\nb\x85c\u2028d\n\n".encode(), "f") == ["a", "b\x85c\u2028d", ""]
    assert lines(b"a\nb", "f") == ["a", "b"]
    assert lines(b"", "f") == []


def test_a_byte_that_is_not_utf8_names_its_line():
    with pytest.raises(CorruptDataError, match=r"f\.txt, line 3: the byte 0xe9 is not UTF-8"):
        lines(b"a\nb\ncaf\xe9\n", "f.txt")


def test_fields_are_counted():
    assert fields("a\tb\tc", 2, "f", 1, at_least=True) == ["a", "b", "c"]
    with pytest.raises(CorruptDataError, match=r"f\.tsv, line 1,200: 3 fields(.|\n)*has 2 fields, separated"):
        fields("a\tb\tc", 2, "f.tsv", 1200)


def test_objects_of_equal_length_stay_objects():
    assert objects([("a", "b"), ("c", "d")]).shape == (2,)
    assert objects([np.zeros(2), np.ones(2)]).shape == (2,)
    assert objects([]).shape == (0,)


def test_families_reach_over_others():
    texts = ["a b c d", "c d e f", "e f g h", "x y", "X, y!", "z"]
    keys = families(texts, run=2)
    assert len(set(keys[:3])) == 1
    assert keys[3] == keys[4]
    assert len(set(keys)) == 3
    assert len(set(families(texts, run=0))) == 5


def test_a_new_text_moves_no_other():
    keys = [f"text {i}" for i in range(500)]
    before = by_hash(keys, {"validation": 0.1, "test": 0.2})
    after = by_hash([*keys, "one more"], {"validation": 0.1, "test": 0.2})
    for part in before:
        assert set(before[part]) == set(after[part]) - {500}
    assert 70 < len(before["test"]) < 130
    assert sorted(np.concatenate(list(before.values())).tolist()) == list(range(500))


def test_by_position_keeps_the_order():
    parts = by_position(["x" * n for n in (5, 1, 1, 1, 1, 1)], {"train": 0.5, "validation": 0.3, "test": 0.2})
    assert {part: rows.tolist() for part, rows in parts.items()} == {
        "train": [0],
        "validation": [1, 2, 3],
        "test": [4, 5],
    }
    assert [rows.tolist() for rows in consecutive({"a": 0, "b": 2}).values()] == [[], [0, 1]]


# Faults, told by file and line.


def test_imdb_rows_are_read():
    packed = lzma.compress(b'{"id": 4, "label": 1, "text": "Good."}\n{"id": 5, "label": 0, "text": "Bad."}\n')
    assert imdb.parse(packed, "f", set()) == (["Good.", "Bad."], [1, 0])
    assert imdb.parse(packed, "f", {(0, 5)}) == (["Good."], [1])


GOOD = b'{"id": 0, "label": 1, "text": "Good."}\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": 1, "label": 1, "text": "cut', "line 2: not JSON"),
        (b'{"id": 1, "text": "Nobody labelled it."}', "line 2: the label None"),
        (b'{"id": 1, "label": 7, "text": "Seven."}', "line 2: the label 7"),
        (b'{"id": 1, "label": 1, "text": " "}', "line 2: it has no text"),
        (b"[1, 2]", "line 2: it has no text"),
    ],
)
def test_a_bad_review_names_file_and_line(line, message):
    with pytest.raises(CorruptDataError, match=rf"train\.jsonl\.xz, {message}(.|\n)*label"):
        imdb.parse(lzma.compress(GOOD + line + b"\n"), "train.jsonl.xz", set())


def test_a_cut_xz_file_is_named():
    with pytest.raises(CorruptDataError, match=r"train\.jsonl\.xz cannot be unpacked"):
        imdb.parse(lzma.compress(GOOD * 50)[:-20], "train.jsonl.xz", set())


@pytest.mark.parametrize(
    ("parse", "data", "message"),
    [
        (ag_news_part.parse, b'"1","a","b"\n"9","a","b"\n', "line 2: the label '9'"),
        (ag_news_part.parse, b'"1","a"\n', "line 1: 2 columns"),
        (mrpc.parse, b"1\t2\t3\ta\tb\n", "line 1: it begins with"),
        (mrpc.parse, b"", "line 1: it begins with ''"),
        (mrpc.parse, b"Quality\tx\n2\t1\t2\ta\tb\n", "line 2: the label '2'"),
        (sts_benchmark.parse, b"g\tf\ty\tn\t5.5\ta\tb\n", "line 1: the answer '5.5'"),
        (sts_benchmark.parse, b"g\tf\ty\tn\tnan\ta\tb\n", "line 1: the answer 'nan'"),
        (sts_benchmark.parse, b"g\tf\ty\tn\t5\ta\n", "line 1: 6 fields"),
        (names_list.parse, b"emma\nAva\n", "line 2: the name 'Ava'"),
    ],
)
def test_a_bad_line_names_file_and_line(parse, data, message):
    with pytest.raises(CorruptDataError, match=rf"f\.txt, {message}"):
        parse(data, "f.txt")


def test_a_line_without_text_or_with_another_label_is_refused():
    card = rung.data.card("sst2")
    for line, message in ((b" \t1\n", "it has no text"), (b"fine\t2\n", "the label '2'")):
        with pytest.raises(CorruptDataError, match=rf"f\.tsv, line 2: {message}"):
            labelled("f", {"train": ("f.tsv", b"ok\t1\n" + line)}, card, ("0", "1"), text=0, label=1)


def test_tags_are_read_over_lines_that_look_empty():
    rows = parse_tagged(b"a\tO\nb\tB-person\n\t\n\nc\tO", "f", wnut17.NAMES, 2, word=0, tag=1)
    assert [(words, [wnut17.NAMES[t] for t in tags]) for words, tags in rows] == [
        (("a", "b"), ["O", "B-person"]),
        (("c",), ["O"]),
    ]


def test_conllu_remarks_and_joined_words_are_no_words():
    def row(number, word, tag):
        return "\t".join([number, word, word, tag, *"______"])

    text = "\n".join(["# text = don't", row("1-2", "don't", "_"), row("1", "do", "A"), row("2", "n't", "B"),
                      row("2.1", "said", "A"), ""])  # fmt: skip
    words, tags = parse_tagged(text.encode(), "f", ("A", "B"), 10, word=1, tag=3)[0]
    assert (words, tags.tolist()) == (("do", "n't"), [0, 1])


def test_an_unknown_tag_names_its_line():
    with pytest.raises(CorruptDataError, match=r"f, line 2: the label 'B-planet'"):
        parse_tagged(b"a\tO\nb\tB-planet\n", "f", wnut17.NAMES, 2, word=0, tag=1)
    with pytest.raises(CorruptDataError, match=r"f, line 1: it has no word"):
        parse_tagged(b" \tO\n", "f", wnut17.NAMES, 2, word=0, tag=1)


def test_every_inside_tag_goes_on_with_its_own_kind():
    data = here("wnut17")
    for tags in data.y:
        shown = ["O", *(data.names[t] for t in tags)]
        for before, tag in pairwise(shown):
            assert not tag.startswith("I-") or before[2:] == tag[2:]


def test_two_sides_of_unequal_length_are_refused():
    with pytest.raises(CorruptDataError, match=r"val\.de\.gz has 1 lines, its English side 2"):
        multi30k.check_parallel(["a", "b"], ["c"], "val.de.gz")


def test_a_broken_list_of_instructions_names_its_row():
    with pytest.raises(CorruptDataError, match=r"f\.json, row 2: it has no text 'output'"):
        llm_finetune.parse(b'[{"output": "a"}, {"input": "b"}]', "f.json", ("output",))
    with pytest.raises(CorruptDataError, match=r"f\.json is not JSON"):
        llm_finetune.parse(b'[{"output": "a"', "f.json", ("output",))


def test_how_often_a_message_is_repeated():
    texts = here("sms-spam")
    pairs = Counter(zip(texts.x.tolist(), texts.y.tolist(), strict=True))
    assert len(texts) - len(pairs) == 403

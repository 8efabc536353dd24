"""English Web Treebank, in part: sentences from the web with the part of speech of each word."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.tagged import parse, tagged

CARD = Card(
    title="Universal Dependencies, English Web Treebank (development and test parts)",
    about="One example is a sentence from a weblog, newsgroup, mail, review or question site before 2012, "
    "cut "
    "into words. The answer is the part of speech of each word (UPOS).",
    task="tags",
    size="4,078 sentences, 50,241 words, 17 tags",
    splits="2,001 sentences (the official development part) to train, 2,077 (the official test part) to test",
    source="N. Silveira and others, A gold standard dependency corpus for English, 2014; Universal "
    "Dependencies",
    url="https://universaldependencies.org/treebanks/en_ewt/",
    licence="CC BY-SA 4.0",
    problems=(
        "Trained on the development part: the official training part (about 12,500 sentences) is in a file "
        "too "
        "large for rung's mirror. Scores are lower than published ones, and there is no validation part: "
        "take one from the training part (`rung.data.split.with_validation`).",
        "27 sentences, such as 'Thanks .', are in both parts.",
        "Written-together words count as their parts: \"don't\" is do and n't.",
        "Always giving each word its most frequent tag is right for 81 % already.",
    ),
)

NAMES = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT",
    "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
_AT = (
    "https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/"
    "15d613d8447b3478787d4c278730a1e48a945efb/"
)
FILES = {
    "en_ewt-ud-dev.conllu": Source(
        [_AT + "en_ewt-ud-dev.conllu"],
        "531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6",
    ),
    "en_ewt-ud-test.conllu": Source(
        [_AT + "en_ewt-ud-test.conllu"],
        "e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd",
    ),
}


def load() -> Dataset:
    """Read its two files; x tuples of words, y arrays of tag numbers."""
    name = "ud-english-ewt-part"
    sentences = {
        part: (file, parse(read(name, FILES, file), file, NAMES, columns=10, word=1, tag=3))
        for part, file in zip(("train", "test"), FILES, strict=True)
    }
    return tagged(name, sentences, CARD, NAMES)

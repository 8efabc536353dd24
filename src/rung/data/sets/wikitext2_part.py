"""WikiText-2, in part: good articles of Wikipedia, for models of words."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import consecutive, lines, objects

CARD = Card(
    title="WikiText-2, validation and test parts",
    about="One example is a paragraph or a heading of an article that Wikipedia calls good, cut into words "
    "by "
    "the publishers; in order they are the articles. There is no answer: a model learns what comes next.",
    task="itself",
    size="5,352 paragraphs and headings, 455,097 words",
    splits="2,461 lines (the official validation part) to train, 2,891 (the official test part) to test",
    source="S. Merity, C. Xiong, J. Bradbury, R. Socher, Pointer sentinel mixture models, 2016",
    url="https://github.com/pytorch/examples/tree/main/word_language_model/data/wikitext-2",
    licence="CC BY-SA 3.0 (Wikipedia)",
    problems=(
        "Trained on the official validation part, a tenth of what WikiText-2 trains on: its training part is "
        "in a file too large for rung's mirror. A perplexity on it is much higher than published ones.",
        "Words that WikiText-2 trains on fewer than three times are <unk> (26,936 times here): perplexity "
        "counts them as easy words.",
        "Marks within words and numbers are written @-@, @,@ and @.@.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/"
    "word_language_model/data/wikitext-2/"
)
FILES = {
    "valid.txt": Source(
        [_AT + "valid.txt"], "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8"
    ),
    "test.txt": Source(
        [_AT + "test.txt"], "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"
    ),
}


def load() -> Dataset:
    """Read its two files; x and y are the lines that are not empty."""
    parts = [
        [line.strip() for line in lines(read("wikitext2-part", FILES, file), file) if line.strip()]
        for file in FILES
    ]
    x = objects(parts[0] + parts[1])
    splits = consecutive({"train": len(parts[0]), "test": len(parts[1])})
    return Dataset("wikitext2-part", x, x.copy(), (), (), CARD, splits)

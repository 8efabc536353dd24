"""Multi30k: captions of pictures in English, German and French."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import consecutive, lines, objects
from rung.scratch.errors import SettingError

CARD = Card(
    title="Multi30k, English to German",
    about="One example is an English sentence that somebody wrote below a photograph on Flickr. The answer "
    "is "
    "its German translation by a professional, who did not see the picture. `french()` has the French ones.",
    task="text",
    size="31,014 sentences, 12 words in the mean",
    splits="29,000 to train, 1,014 for validation, 1,000 to test (2016), by the publishers",
    source="D. Elliott, S. Frank, K. Sima'an, L. Specia, Multi30K: multilingual English-German image "
    "descriptions, 2016; French: D. Elliott and others, 2017",
    url="https://github.com/multi30k/dataset",
    licence="none in the repository; the papers say CC BY-NC-SA 4.0 as far as rung's makers know",
    problems=(
        "Short, plain sentences in the present tense: a model of them translates nothing else.",
        "A good translation has many forms and the answer is one of them: BLEU counts equal runs of words.",
        "Captions guess who is shown, and a model repeats the guesses.",
        "The pictures, which decide some words, are not part of it.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/"
    "data/task1/raw/"
)
_SHA256 = {
    "train.en.gz": "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
    "train.de.gz": "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72",
    "train.fr.gz": "5925a3c18f1587b6b54b87743106e6e8ab93618edb6f65d19eac0621f853a10d",
    "val.en.gz": "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
    "val.de.gz": "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660",
    "val.fr.gz": "5304e444d842e962b2dda4d816b70b22a1765b15401642b7ca37a67477e708dc",
    "test_2016_flickr.en.gz": "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
    "test_2016_flickr.de.gz": "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
    "test_2016_flickr.fr.gz": "cb3160d69b002bb638e66cc7612fcd56cb0af82eadc9c142dedc438afb885ef6",
}
FILES = {file: Source([_AT + file], sha256) for file, sha256 in _SHA256.items()}
PARTS = {"train": "train", "validation": "val", "test": "test_2016_flickr"}


def load() -> Dataset:
    """Read its files; x English texts, y German ones."""
    return translation("de")


def french() -> Dataset:
    """Return the same English sentences with French answers."""
    return translation("fr")


def translation(to: str) -> Dataset:
    """Return the data set from English to German or French.

    Args:
        to: "de" or "fr".

    Raises:
        SettingError: it is another language.
        CorruptDataError: the files of a part have unequal numbers of lines.
    """
    if to not in ("de", "fr"):
        raise SettingError(f"Multi30k to {to!r}", rule='It has "de" (German) and "fr" (French).')
    x, y, sizes = [], [], {}
    for part, stem in PARTS.items():
        sides = []
        for language in ("en", to):
            file = f"{stem}.{language}.gz"
            sides.append([line.strip() for line in lines(read("multi30k", FILES, file), file)])
        x += sides[0]
        y += sides[1]
        sizes[part] = check_parallel(sides[0], sides[1], f"{stem}.{to}.gz")
    return Dataset("multi30k", objects(x), objects(y), (), (), CARD, consecutive(sizes))


def check_parallel(english: list[str], other: list[str], file: str) -> int:
    """Return how many sentences there are, the same number on both sides.

    Args:
        english: the English lines.
        other: their translations.
        file: the name of the translations' file, for the error.

    Raises:
        CorruptDataError: the numbers differ.
    """
    if len(english) != len(other):
        raise CorruptDataError(
            f"{file} has {len(other):,} lines, its English side {len(english):,}",
            rule="Line n of one file translates line n of the other.",
            fix=f"get {file} anew",
        )
    return len(english)

"""Surnames by language: which of 18 languages or countries a name comes from."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_hash, lines, objects

CARD = Card(
    title="Surnames by language",
    about="One example is a surname in Latin letters. The answer is the language or country of the list it "
    "was taken from.",
    task="classes",
    size="20,050 surnames of 18 languages (73 Vietnamese to 9,384 Russian), 17,450 different ones",
    splits="16,148 to train, 3,902 to test, by rung: equal names are on one side",
    source="S. Robertson, practical-pytorch, classifying names with a character-level RNN, 2017",
    url="https://github.com/spro/practical-pytorch/tree/master/data/names",
    licence="MIT (the repository); where the lists come from is not told",
    problems=(
        "47 % are Russian: always saying Russian is the baseline for accuracy; look at each language too.",
        "Lists repeat names: the 2,000 Arabic rows are 108 names. Parted at random, most would be trained "
        "on.",
        "469 names are in several lists, with several answers: no model can be right on all.",
        "A surname does not tell where a person is from; this is an exercise in letters.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/spro/practical-pytorch/c520c52e68e945d88fff563dba1c028b6ec0197b/"
    "data/names/"
)
_SHA256 = {
    "Arabic": "6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc",
    "Chinese": "09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465",
    "Czech": "e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7",
    "Dutch": "924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3",
    "English": "9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2",
    "French": "81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95",
    "German": "7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db",
    "Greek": "3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6",
    "Irish": "cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058",
    "Italian": "f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4",
    "Japanese": "e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f",
    "Korean": "cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136",
    "Polish": "45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826",
    "Portuguese": "50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53",
    "Russian": "0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c",
    "Scottish": "78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd",
    "Spanish": "1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7",
    "Vietnamese": "f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d",
}
NAMES = tuple(_SHA256)
FILES = {f"by-country/{name}.txt": Source([f"{_AT}{name}.txt"], sha256) for name, sha256 in _SHA256.items()}


def load() -> Dataset:
    """Read its 18 files; x surnames, y languages."""
    lists = [[line.strip() for line in lines(read("names", FILES, file), file)] for file in FILES]
    x = objects(name for names in lists for name in names)
    y = np.repeat(np.arange(len(lists)), [len(names) for names in lists])
    return Dataset("names", x, y, NAMES, (), CARD, by_hash(x.tolist(), {"test": 0.2}))

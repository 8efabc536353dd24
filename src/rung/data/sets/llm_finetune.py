"""Instructions and answers: what makes an assistant of a language model."""

from __future__ import annotations

import json

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_hash, families, objects

CARD = Card(
    title="Instructions and answers",
    about="One example is an instruction and what it is to be done with ('' where there is nothing). The "
    "answer is a text that follows it. `preferences()` has a polite and a rude answer to each.",
    task="text",
    size="1,100 instructions, 775 of them without an input",
    splits="946 to train, 55 for validation, 99 to test, by rung: instructions that share eight words in a "
    "row are on one side",
    source="S. Raschka, Build a large language model (from scratch), chapter 7, 2024",
    url="https://github.com/rasbt/LLMs-from-scratch",
    licence="Apache-2.0 (LICENSE.txt)",
    problems=(
        "Written by other language models, with their mistakes; nobody checked every answer.",
        "25 instructions are there twice, and more than every fifth shares eight words in a row with "
        "another; the book "
        "parts by position, rung keeps alike ones together.",
        "A good answer has many forms: equality with the one given says nothing; people or a model must "
        "judge.",
        "Of the preferences, 6 have the same text on both sides.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/28c65cdfbc3338e2e040016eea4b7fdf556e4d57/ch07/"
)
FILES = {
    "instruction-data.json": Source(
        [_AT + "01_main-chapter-code/instruction-data.json"],
        "7e09a9af353722ca15c18bc580f093f9c39d3178335a75177319cb1e1d163944",
    ),
    "instruction-data-with-preference.json": Source(
        [_AT + "04_preference-tuning-with-dpo/instruction-data-with-preference.json"],
        "305315abf14f65fa42c01a0877572f832606571c2a7d49f152ac1d758b16756e",
    ),
}


def load() -> Dataset:
    """Read its first file; x pairs (instruction, input), y answers."""
    file = "instruction-data.json"
    rows = parse(read("llm-finetune", FILES, file), file, ("instruction", "input", "output"))
    x = objects((row["instruction"], row["input"]) for row in rows)
    y = objects(row["output"] for row in rows)
    splits = by_hash(families([" ".join(pair) for pair in x]), {"validation": 0.05, "test": 0.1})
    return Dataset("llm-finetune", x, y, (), ("instruction", "input"), CARD, splits)


def preferences() -> tuple[np.ndarray, np.ndarray]:
    """Return a better and a worse answer to each example, in the order of the data set: (1100,), (1100,)."""
    file = "instruction-data-with-preference.json"
    rows = parse(read("llm-finetune", FILES, file), file, ("chosen", "rejected"))
    return objects(row["chosen"] for row in rows), objects(row["rejected"] for row in rows)


def parse(data: bytes, file: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a file: a JSON list of objects with these keys, all texts.

    Args:
        data: the contents.
        file: its name, for errors.
        keys: what each row has.

    Raises:
        CorruptDataError: it is no such list; the message names the row.
    """
    rule = f"It is a JSON list of objects with the texts {', '.join(keys)}."
    try:
        rows = json.loads(data)
    except ValueError as error:
        raise CorruptDataError(f"{file} is not JSON: {error}", rule=rule, fix=f"get {file} anew") from None
    for i, row in enumerate(rows, start=1):
        missing = [key for key in keys if not isinstance(row, dict) or not isinstance(row.get(key), str)]
        if missing:
            raise CorruptDataError(
                f"{file}, row {i}: it has no text {missing[0]!r}", rule=rule, fix=f"get {file} anew"
            )
    return rows

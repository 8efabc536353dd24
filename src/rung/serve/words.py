"""What an exported app about words carries besides: what each word is worth, and how that is shown."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def word_files() -> dict[str, bytes]:
    """Return the files that colour words, by path within an exported folder."""
    return {
        "why.py": (_HERE / "shipped" / "why_text.py").read_bytes(),
        "words.py": (_HERE / "templates" / "words.py").read_bytes(),
    }

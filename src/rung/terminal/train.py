"""`rung train PROJECT [...]`: train a project; with --mine on the parts that the learner has passed."""

from __future__ import annotations


def run(words: list[str]) -> int:
    """Hand the words to the project's own options; the learner's parts go along where they may be wanted."""
    from rung.projects.command import main

    # A run that goes on does so on the parts it was begun with, which may be the learner's.
    if "--mine" not in words and not any(word.startswith("--resume") for word in words):
        return main(words)
    from rung.learn import workspace
    from rung.learn.parts import replacements

    parts = replacements()
    files = {part: str(workspace.path(slug)) for part, slug in parts.lesson.items()}
    return main(words, parts, files)

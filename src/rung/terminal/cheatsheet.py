"""`rung cheatsheet [TRACK]`: the line to remember of every written lesson."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.errors import UnknownNameError, did_you_mean
from rung.learn.roadmap import roadmap
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("track", nargs="?", help="one track only")
    parser.add_argument("--markdown", action="store_true", help="print markdown, to keep or to publish")
    parser.add_argument("--mine", action="store_true", help="what I have passed only")


def run(options: Namespace) -> int:
    """Show the cheat sheet."""
    plan = roadmap()
    if options.track is not None and options.track not in plan.tracks:
        fix = did_you_mean(options.track, list(plan.tracks)) or f"one of: {', '.join(plan.tracks)}"
        raise UnknownNameError(f'there is no track "{options.track}"', fix=fix)
    text = as_markdown(options.track, _passed() if options.mine else None)
    if options.markdown:
        screen.raw(text)
    else:
        screen.markdown(text)
    return 0


def _passed() -> set[str]:
    from rung.learn.standing import standing

    return {slug for slug, now in standing().items() if now.passed_at is not None}


def as_markdown(track: str | None = None, only: set[str] | None = None) -> str:
    """Return the cheat sheet as markdown, by track and level.

    Args:
        track: of this track only.
        only: of these lessons only.
    """
    plan = roadmap()
    lines = ["# Cheat sheet"]
    for stage in plan.stages:
        here = [plan.topics[s] for s in stage.topics if plan.topics[s].lesson and (only is None or s in only)]
        if here and track in (None, stage.track):
            lines += ["", f"## {plan.tracks[stage.track].title} {stage.level}", ""]
            lines += [f"- **{t.title}**: {t.lesson.cheatsheet}" for t in here if t.lesson]
    return "\n".join(lines) + "\n"

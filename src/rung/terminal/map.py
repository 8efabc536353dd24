"""`rung map`: every topic, its level, and where the learner stands on it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.errors import UnknownNameError, did_you_mean
from rung.learn.report import bar
from rung.learn.roadmap import roadmap
from rung.learn.standing import STATES, as_row, is_done, standing
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("track", nargs="?", help="one track only")
    parser.add_argument("--json", action="store_true", help="print the map as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show the map."""
    plan, states = roadmap(), standing()
    if options.track is not None and options.track not in plan.tracks:
        fix = did_you_mean(options.track, list(plan.tracks)) or f"one of: {', '.join(plan.tracks)}"
        raise UnknownNameError(f'there is no track "{options.track}"', fix=fix)
    topics = [t for t in plan.topics.values() if options.track in (None, t.track)]
    if options.json:
        data = [as_row(t, states[t.slug].state) for t in topics]
        screen.as_json({"lessons": data})
        return 0
    for stage in plan.stages:
        if options.track not in (None, stage.track):
            continue
        done = sum(is_done(states[s].state) for s in stage.topics)
        head = f"{plan.tracks[stage.track].title} {stage.level}"
        screen.say(f"\n{head}  {bar(done, len(stage.topics), 12)} {done} of {len(stage.topics)}", "bold")
        screen.say(stage.does)
        rows: list[list[str]] = []
        styles: list[str] = []
        for topic in (plan.topics[s] for s in stage.topics):
            mark, colour = screen.MARKS[states[topic.slug].state]
            kind = "" if topic.kind == "lesson" else topic.kind
            rows.append([mark, topic.slug, topic.title, kind])
            styles.append(colour)
        screen.table(["", "", "", ""], rows, styles)
    present = {states[t.slug].state for t in topics}
    legend = "   ".join(f"{screen.MARKS[s][0]} {s}" for s in STATES if s in present and s != "unwritten")
    screen.say(f"\n{legend}   (no mark: not written yet)")
    return 0

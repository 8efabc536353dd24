"""`rung resources [NAME]`: what to read, from whose point of view, and for which lesson."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn.lesson import lesson
from rung.learn.sources import served
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="for one lesson only")
    parser.add_argument("--json", action="store_true", help="print them as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show the sources, the oldest first."""
    only = lesson(options.name).slug if options.name else None
    found = [s for s in served() if only is None or any(slug == only for slug, _ in s.readings)]
    if options.json:
        rows = []
        for s in found:
            readings = [{"lesson": slug, "view": r.view, "why": r.why} for slug, r in s.readings]
            rows.append({"key": s.key, **s.entry, "readings": readings})
        screen.as_json({"sources": rows})
        return 0
    for s in found:
        about = ", ".join(str(s.entry[k]) for k in ("authors", "author", "year") if k in s.entry)
        screen.say(f"\n{s.entry.get('title', s.key)}", "bold")
        screen.say(f"{about}  [{s.key}]")
        if "url" in s.entry:
            screen.say(str(s.entry["url"]), "faint")
        for slug, reading in s.readings:
            if only in (None, slug):
                screen.say(f"  {slug}: {reading.view}. {reading.why}")
    return 0

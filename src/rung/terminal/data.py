"""`rung data [NAME]`: the data sets, whether they are here, and what one of them holds."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from rung.data.dataset import Card, Dataset
from rung.data.errors import MissingDataError
from rung.data.files import FETCHABLE, HERE, MISSING, Verdict, choose, fetch_all, verify
from rung.data.registry import card, files, load, names, state
from rung.errors import SettingError
from rung.terminal import screen

_STYLES = {HERE: "", FETCHABLE: "cyan", MISSING: "faint"}


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        nargs="?",
        help="a data set, iris, or a folder or file of your own; all are listed if left out",
    )
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument("--fetch", action="store_true", help="bring its files here; goes on where it broke off")
    deed.add_argument("--verify", action="store_true", help="compare its files with their checksums")
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """List the data sets, or show, fetch or verify one."""
    if options.fetch:
        return _fetch(options.name, options.json)
    if options.verify:
        return _verify([options.name] if options.name else names(), options.json)
    return _show(options.name, options.json) if options.name else _list(options.json)


def _list(as_json: bool) -> int:
    every = [{"name": name, **_card(name), "state": state(name)} for name in names()]
    if as_json:
        screen.as_json(every)
        return 0
    rows = [
        [e["name"], e["task"], _clause(e["size"], 24), _clause(e["licence"], 18), e["state"]] for e in every
    ]
    screen.table(["data set", "answer", "size", "licence", ""], rows, [_STYLES[e["state"]] for e in every])
    counts = [f"{sum(e['state'] == s for e in every)} {s}" for s in (HERE, FETCHABLE, MISSING)]
    screen.say(f"\n{', '.join(counts)}. One of them: rung data iris", "faint")
    return 0


def _card(name: str) -> dict[str, Any]:
    return _as_data(card(name))


def _as_data(of: Card) -> dict[str, Any]:
    return {**asdict(of), "problems": list(of.problems)}


def _clause(text: str, most: int) -> str:
    """Return the beginning of a text that makes sense alone, in `most` characters."""
    first = re.split(r"[(:;]|, | of ", text)[0].strip()
    return first if len(first) <= most else first[: most - 3].rsplit(" ", 1)[0] + "..."


def _show(name: str, as_json: bool) -> int:
    """Show the card; and of one that is here, its parts, a few examples and its files."""
    told: dict[str, Any]
    if name in names():
        told = {"name": name, **_card(name), "state": state(name)}
        told["files"] = [{"file": file} for file in choose(name, files(name))]
        data = load(name) if told["state"] == HERE else None
        page = card(name).markdown()
    else:  # a folder or file of one's own, or one of the hub
        data = load(name)
        told = {"name": data.name, **_as_data(data.card), "state": HERE, "files": []}
        page = data.card.markdown()
    if data is not None:
        told |= _examples(data)
    if as_json:
        screen.as_json(told)
        return 0
    screen.markdown(page)
    if data is None:
        can = f"Its files are not here, and can be fetched: rung data {name} --fetch"
        screen.say(can if told["state"] == FETCHABLE else _how(name))
        return 0
    screen.say("Parts: " + ", ".join(f"{rows:,} {part}" for part, rows in told["parts"].items()))
    if told["sheet"]:
        screen.say(f"Pictures with their answers: {told['sheet']}")
        return 0
    heads, *rows = told["samples"]
    screen.say()
    screen.table(heads, rows)
    return 0


def _examples(data: Dataset) -> dict[str, Any]:
    from rung.data.samples import has_pictures, sample_rows, write_sheet

    heads, rows = sample_rows(data)
    return {
        "digest": data.digest(),
        "parts": {part: len(rows) for part, rows in data.splits.items()},
        "columns": list(data.x.dtype.names or data.features[:100]),
        "samples": [heads, *rows],
        "sheet": str(write_sheet(data)) if has_pictures(data) else "",
    }


def _how(name: str) -> str:
    """Return what the error says that loading it would raise."""
    try:
        fetch_all(name, files(name))
    except MissingDataError as error:
        return str(error)
    return ""


def _fetch(name: str | None, as_json: bool) -> int:
    if name is None:
        raise SettingError(
            "--fetch of no data set", rule="Fetch one at a time.", fix="rung data mnist --fetch"
        )
    paths = fetch_all(name, files(name))
    if as_json:
        screen.as_json({"name": name, "state": state(name), "files": [str(path) for path in paths]})
        return 0
    for path in paths:
        screen.say(f"here: {path} ({path.stat().st_size / 1e6:,.1f} MB)")
    if not paths:
        screen.say(f"{name} needs no file of its own: it is here.")
    return 0


def _verify(which: list[str], as_json: bool) -> int:
    """Compare files with their checksums; of all data sets, those that are here."""
    only = which[0] if len(which) == 1 else None
    found: dict[str, list[Verdict]] = {
        name: verify(name, choose(name, files(name))) for name in which if only or state(name) == HERE
    }
    whole = all(v.state == "whole" for verdicts in found.values() for v in verdicts)
    if as_json:
        told = {name: [asdict(v) for v in verdicts] for name, verdicts in found.items()}
        screen.as_json({"whole": whole, "data": told})
        return 0 if whole else 1
    rows, styles = [], []
    for name, verdicts in found.items():
        for v in verdicts if only else [v for v in verdicts if v.state != "whole"]:
            rows.append([name, v.file, v.state, v.told or v.place])
            styles.append("" if v.state == "whole" else "red")
    screen.table(["data set", "file", "", ""], rows, styles)
    count = sum(map(len, found.values()))
    wrong = sum(v.state == "wrong" for verdicts in found.values() for v in verdicts)
    lost = sum(v.state == "missing" for verdicts in found.values() for v in verdicts)
    screen.say(
        f"{count - wrong - lost} of {count} files have their checksum, {wrong} are wrong, {lost} missing."
    )
    return 0 if whole else 1

"""`rung explain NAME`: the page of an error: code that raises it, why, and the repair."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.errors import UnknownNameError, did_you_mean
from rung.learn.explain import pages
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="as the error says it; all pages if left out")


def run(options: Namespace) -> int:
    """Show one page, or the names of all."""
    known = pages()
    if options.name is None:
        screen.table(["name", "when"], [[name, page.first_line] for name, page in sorted(known.items())])
        return 0
    by_class = {page.error: page for page in known.values()}
    page = known.get(options.name) or by_class.get(options.name)
    if page is None:
        fix = did_you_mean(options.name, [*known, *by_class]) or "rung explain lists them all"
        raise UnknownNameError(f'no error is called "{options.name}"', fix=fix)
    screen.say(f"{page.error} [{page.name}]", "bold")
    screen.raw(page.text)
    screen.say(f"\nIt is defined in {page.file}", "faint")
    return 0

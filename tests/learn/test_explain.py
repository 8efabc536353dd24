"""`rung explain`: every error has a page with its repair, and the code on it really raises that error."""

import doctest
import importlib

import pytest

from rung.errors import RungError
from rung.learn.explain import pages

PAGES = {name: page for name, page in pages().items() if not page.file.startswith("studio/")}
WITH_CODE = {name: page for name, page in PAGES.items() if ">>>" in page.text}


def test_the_page_of_every_error_is_found_by_the_name_it_says():
    for page in pages().values():
        error = getattr(importlib.import_module(page.module), page.error)
        assert issubclass(error, RungError)
        assert error.name == page.name


def test_no_two_errors_share_a_page():
    classes = [page.error for page in pages().values()]
    assert len(set(classes)) == len(classes)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_what_happened_and_how_to_repair_it(name):
    text = PAGES[name].text
    assert text.split("\n")[0].endswith((".", ":"))
    if PAGES[name].error != "RungError":
        assert "Repair: " in text, (
            f"{PAGES[name].file}: the page of {name} has no line that begins with Repair:"
        )


def test_the_errors_a_learner_meets_first_show_code():
    assert {"shape", "dtype", "gradient", "in-place", "double-backward", "setting", "unknown-name"} <= set(
        WITH_CODE
    )


@pytest.mark.parametrize("name", sorted(WITH_CODE))
def test_the_code_on_a_page_raises_that_error(name):
    page = WITH_CODE[name]
    module = importlib.import_module(page.module)
    found = doctest.DocTestFinder(recurse=False).find(
        getattr(module, page.error), page.error, module, globs={}
    )
    raised = [e.exc_msg for test in found for e in test.examples if e.exc_msg]
    assert raised, f"{page.file}: no example of {name} ends in a traceback"
    assert all(page.error in message for message in raised)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    report: list[str] = []
    for test in found:
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)

"""One studio for the tests of a file, and a browser where one is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import studio_kit


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[studio_kit.Studio]:
    running = studio_kit.start(tmp_path_factory.mktemp("studio"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    """A Chromium, or a skip that says what is missing; with RUNG_REQUIRE_BROWSER=1 a failure."""
    path = studio_kit.chromium()
    reason = "" if path else "no Chromium is installed (Debian: apt install chromium)"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        reason = "playwright is not installed (pip install playwright)"
    if reason:
        if os.environ.get("RUNG_REQUIRE_BROWSER") == "1":
            pytest.fail(f"RUNG_REQUIRE_BROWSER is set, and {reason}")
        pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=studio_kit.FLAGS)
        yield browser
        browser.close()

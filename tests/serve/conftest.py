"""A browser for the tests of exported pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    path = next(
        (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), ""
    )
    if not path:
        if os.environ.get("RUNG_REQUIRE_BROWSER") == "1":
            pytest.fail("RUNG_REQUIRE_BROWSER is set, and no Chromium is installed")
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chrome) -> Iterator[Any]:
    contexts, trouble = [], []

    def go(folder: Any, width: int = 1280, scheme: str = "light") -> Any:
        context = chrome.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        near = ("file:", "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(near) else trouble.append(f"asked {r.url}"))
        page.on("pageerror", lambda e: trouble.append(f"error: {e}"))
        page.on("console", lambda m: trouble.append(f"console: {m.text}") if m.type == "error" else None)
        page.goto(f"file://{folder}/index.html")
        page.wait_for_selector("body[data-ready=yes]")
        return page

    yield go
    for context in contexts:
        context.close()
    assert trouble == []

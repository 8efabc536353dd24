"""The proof page in a real browser: a proof is started, watched, searched and stopped; it fits a phone."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(studio, chrome):
    studio.forget()
    made = chrome.new_page(base_url=studio.base)
    made.set_default_timeout(90_000)
    made.goto(studio.link)
    made.goto("/prove")
    yield made
    studio.post("/api/proof/stop")
    made.close()


@pytest.mark.slow
def test_a_person_proves_the_library_stops_it_and_proves_it_again(page):
    page.get_by_role("button", name="Prove it").click()
    page.locator("#rows tr").nth(5).wait_for()
    assert int(page.get_by_role("progressbar").get_attribute("aria-valuenow")) > 0
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped after").wait_for()
    assert page.locator("#rows tr").count() > 5
    page.get_by_role("button", name="Run again").click()
    page.locator(".outcome").wait_for()
    total = page.locator("#rows tr:not(.fault)").count()
    assert total > 200
    assert (
        f"of {total} parts" in page.locator(".outcome").inner_text()
        or "All" in page.locator(".outcome").inner_text()
    )

    page.get_by_label("Find a part").fill("softmax")
    shown = page.locator("#rows tr:visible th").all_inner_texts()
    assert "LogSoftmax" in shown
    assert all("softmax" in name.lower() for name in shown)
    page.get_by_label("Find a part").fill("")
    page.get_by_role("button", name="exact").click()
    assert set(page.locator("#rows tr:visible .found").all_inner_texts()) == {"exact"}
    page.get_by_label("Find a part").fill("no such part")
    assert page.get_by_text("No part is like that.").is_visible()

    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/prove", "/prove?mine=1"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="The library's code").click()
    assert page.locator(".outcome").is_visible()

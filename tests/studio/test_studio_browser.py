"""The studio driven for real: a person with a mouse, a keyboard, a phone, two windows and a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import studio_kit

pytestmark = pytest.mark.browser

RIGHT = "def score(w, b, x):\n    return x @ w + b\n"
NO_BIAS = "def score(w, b, x):\n    return x @ w\n"
Opened = Callable[..., Any]


@pytest.fixture(autouse=True)
def newcomer(studio: studio_kit.Studio) -> None:
    """Every test begins as somebody who has done nothing yet."""
    studio.forget()


@pytest.fixture
def visit(chrome: Any, studio: studio_kit.Studio) -> Iterator[Opened]:
    """Open a page as one who followed the link; any request to elsewhere and any error fails the test."""
    contexts, trouble = [], []

    def watch(page: Any) -> None:
        near = (studio.base, studio.base.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(near) else trouble.append(f"asked {r.url}"))
        page.on("pageerror", lambda e: trouble.append(f"error: {e}"))
        page.on("console", lambda m: trouble.append(f"console: {m.text}") if m.type == "error" else None)

    def go(path: str = "/", width: int = 1280, scheme: str = "light", **options: Any) -> Any:
        context = chrome.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        watch(page)
        page.goto(studio.link)
        if path != "/":
            page.goto(studio.base + path)
        return page

    yield go
    for context in contexts:
        context.close()
    # Chromium logs a clash (409) and a network that a test cut; both are what those tests are about.
    assert [t for t in trouble if "409" not in t and "ERR_INTERNET_DISCONNECTED" not in t] == []


def write(page: Any, text: str) -> None:
    """Put a text into the editor as typing would: through the editor, not around it."""
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def ready(page: Any) -> None:
    page.wait_for_selector("body[data-live=yes]:not([data-waiting])")
    page.wait_for_selector(".exercise[data-ready=yes]")


def test_from_the_map_through_a_lesson_and_back_to_a_map_that_lights_up(studio, visit):
    home = visit("/")
    other = home.context.new_page()
    other.goto(studio.base + "/")
    assert other.locator("#at-perceptron").get_attribute("data-state") == "next"
    assert home.get_by_role("heading", level=1).inner_text() == "Learn deep learning by doing it."

    home.locator("#at-perceptron a").click()
    ready(home)
    assert home.get_by_role("heading", level=1).inner_text() == "The perceptron"

    # predict, then read
    home.get_by_label("It shifts the line").check()
    home.get_by_text("It shifts it.", exact=False).wait_for()

    # move the figure
    slider = home.get_by_role("slider", name="weight k")
    before = home.locator(".rf-number, .rf-numbers").first.inner_text()
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    home.wait_for_function(
        "before => document.querySelector('.rf-number, .rf-numbers').innerText !== before", arg=before
    )

    # a wrong answer is told what it is
    write(home, NO_BIAS)
    home.get_by_role("button", name="Check").click()
    home.get_by_text("You left the bias out").wait_for()
    assert "The bias is added once" in home.locator(".verdict h3").inner_text()

    # a right one passes, here and on the map in the other window, without a reload
    write(home, RIGHT)
    home.keyboard.press("ControlOrMeta+Enter")
    home.locator(".verdict.passed").wait_for()
    other.wait_for_selector("#at-perceptron[data-state=passed]")
    other.wait_for_selector("#at-perceptron-trick[data-state=next]")
    assert other.locator("[data-done]").inner_text().startswith("1 of")
    assert home.locator("[data-done]").inner_text().startswith("1 of")
    assert studio.file("perceptron").read_text() == RIGHT
    # and the figure now runs the learner's own code
    home.get_by_text("running your score", exact=False).wait_for()


def test_a_pass_in_a_terminal_lights_the_map(studio, visit):
    home = visit("/")
    home.wait_for_function("() => document.querySelector('[data-done]').textContent.startsWith('0 of')")
    script = (
        "from rung.learn import evidence, workspace; from rung.learn.grading import grade;"
        "from rung.learn.lesson import lesson;"
        f"workspace.write('perceptron', {RIGHT!r}); v = grade(lesson('perceptron'), {RIGHT!r});"
        "evidence.record(v); assert v.passed, v"
    )
    done = studio.rung("-c", script)
    assert done.returncode == 0, done.stderr
    home.wait_for_selector("#at-perceptron[data-state=passed]")


def test_an_edit_elsewhere_is_shown_and_a_clash_loses_nothing(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    write(page, NO_BIAS)
    page.get_by_text("Saved", exact=True).wait_for()
    file = studio.file("perceptron")
    assert file.read_text() == NO_BIAS

    # no unsaved change here: what an editor wrote is simply shown
    file.write_text(NO_BIAS + "# from my editor\n")
    page.locator(".cm-content", has_text="# from my editor").wait_for()

    # a change here and another there: both are shown, none is lost
    with page.expect_response(lambda r: r.status == 409):
        page.locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+End")
        page.keyboard.type("# typed here")
        file.write_text(NO_BIAS + "# written there\n")
        page.get_by_role("button", name="Check").click()
    page.get_by_text("This file was changed in two places").wait_for()
    assert "# typed here" in page.locator("[data-part=mine]").inner_text()
    assert "# written there" in page.locator("[data-part=theirs]").inner_text()
    assert "# written there" in file.read_text(), "nothing was overwritten"

    page.get_by_role("button", name="Keep this page's").click()
    page.get_by_text("Saved", exact=True).wait_for()
    assert "# typed here" in file.read_text()
    page.get_by_role("button", name="Bring the other one back").click()
    page.locator(".cm-content", has_text="# written there").wait_for()


def test_what_was_typed_survives_a_studio_that_is_gone(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    page.context.set_offline(True)
    write(page, RIGHT)
    page.get_by_text("The studio does not answer", exact=False).wait_for()
    page.close()
    assert "NotImplementedError" in studio.get("/api/lessons/perceptron/file").json["text"]
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(studio.base + "/lessons/perceptron")
    again.get_by_text("Saved", exact=True).wait_for()
    assert studio.file("perceptron").read_text() == RIGHT


def test_hints_and_the_answer_come_when_asked_for(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    assert page.get_by_role("button", name="Show the answer").is_hidden()
    for n, word in enumerate(
        ["How much does each input count", "Multiply each input", "does the first two"], 1
    ):
        page.get_by_role("button", name="Hint").click()
        page.get_by_text(word, exact=False).wait_for()
        assert page.locator(".hints > li").count() == n
    assert page.get_by_role("button", name="All hints shown").is_disabled()
    page.get_by_role("button", name="Show the answer").click()
    page.locator("[data-part=answer]", has_text="return x @ w + b").wait_for()
    page.reload()
    assert page.locator(".hints > li").count() == 3


def test_starting_again_can_be_undone(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    write(page, RIGHT)
    page.get_by_role("button", name="Start again").last.click()
    page.locator(".cm-content", has_text="NotImplementedError").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".cm-content", has_text="return x @ w + b").wait_for()
    page.get_by_text("Saved", exact=True).wait_for()
    assert studio.file("perceptron").read_text() == RIGHT


@pytest.mark.slow
def test_an_endless_loop_in_a_figure_stops_neither_the_page_nor_the_studio(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    page.get_by_role("button", name="Loop for ever").click()
    assert studio.get("/").status == 200
    assert studio.get("/lessons/perceptron-trick").status == 200
    page.get_by_text("still running after", exact=False).first.wait_for()
    page.wait_for_selector("body[data-live=yes]")
    slider = page.get_by_role("slider", name="weight k")
    before = page.locator(".rf-numbers, .rf-number").first.inner_text()
    slider.focus()
    slider.press("End")
    page.wait_for_function(
        "before => document.querySelector('.rf-numbers, .rf-number').innerText !== before", arg=before
    )


@pytest.mark.slow
def test_a_passed_answer_that_never_ends_on_the_figures_numbers_gives_way_to_the_library(studio, visit):
    page = visit("/lessons/perceptron")
    ready(page)
    write(page, "def score(w, b, x):\n    while len(x) == 2:\n        pass\n    return x @ w + b\n")
    page.get_by_role("button", name="Check").click()
    page.locator(".verdict.passed").wait_for()
    page.get_by_text("still running after", exact=False).first.wait_for()
    page.wait_for_selector("body[data-live=yes]")
    page.get_by_text("running the library", exact=False).wait_for()
    write(page, RIGHT)
    page.get_by_role("button", name="Check").click()
    page.get_by_text("running your score", exact=False).wait_for()


def test_by_keyboard_alone(studio, visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#at-perceptron') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('#at-perceptron') !== null")
    assert page.locator(".chart.looking").count() == 1, "focus shows what it opens"
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/perceptron")
    ready(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('cm-content')"):
            break
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("def score(w, b, x):\nreturn 1")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert "\n    return 1" in page.locator("textarea").input_value(), "Tab indents"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.part") == "check", "Escape, then Tab leaves"
    page.keyboard.press("Enter")
    page.locator(".verdict.failed").wait_for()


@pytest.mark.parametrize(
    "path", ["/", "/lessons/perceptron", "/lessons/relu-variants", "/record", "/nowhere"]
)
def test_a_phone_shows_all_of_it_and_scrolls_one_way_only(studio, chrome, path):
    context = chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(studio.link)
    page.goto(studio.base + path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tall = page.evaluate(
        """[...document.querySelectorAll('.stop a, .bar button:not([hidden]), .option')]
          .every(e => e.offsetHeight >= 40)"""
    )
    assert tall, "what is touched is large enough to touch"
    context.close()


def test_dark_is_dark_and_stays_as_chosen(studio, visit):
    page = visit("/", scheme="dark")

    def paper() -> float:
        r, g, b = map(
            int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
        )
        return (r + g + b) / 3

    assert paper() < 60
    page.get_by_role("button", name="Switch between light and dark").click()
    assert paper() > 200
    page.reload()
    assert paper() > 200


def test_names_and_landmarks_for_who_does_not_see_it(visit):
    page = visit("/lessons/perceptron")
    ready(page)
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("heading", level=1).count() == 1
    nameless = page.evaluate("""
        [...document.querySelectorAll('button, a, input:not([type=hidden]), [role=textbox]')]
          .filter(e => e.offsetParent && !(e.textContent.trim() || e.ariaLabel || e.labels?.[0]?.innerText
                       || e.title || e.getAttribute('aria-labelledby')))
          .map(e => e.outerHTML.slice(0, 120))""")
    assert nameless == []
    assert page.get_by_role("radiogroup").count() + page.get_by_role("group").count() >= 2
    home = visit("/")
    sign = home.locator("#at-perceptron-trick a")
    assert "needs others first" in sign.inner_text() or "needs others first" in sign.text_content()


def test_without_scripts_there_is_still_a_lesson_and_a_check(studio, chrome):
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(studio.link)
    page.goto(studio.base + "/lessons/perceptron")
    page.locator("textarea").fill(NO_BIAS)
    page.get_by_role("button", name="Check").click()
    assert "You left the bias out" in page.content()
    context.close()


def test_nothing_jumps_when_figures_and_editor_come_to_life(visit):
    page = visit("/")
    page.add_init_script("""
        window.shift = 0;
        new PerformanceObserver((list) => {
          for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
        }).observe({ type: 'layout-shift', buffered: true });""")
    page.goto(page.url + "lessons/perceptron")
    ready(page)
    page.wait_for_timeout(300)
    shift = page.evaluate("window.shift")
    print(f"layout shift of a lesson, from nothing to live: {shift:.4f}")
    assert shift < 0.05

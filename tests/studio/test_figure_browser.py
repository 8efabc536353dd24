"""Figures in a real Chromium: moved by mouse, finger and keys, drawn from what Python answers."""

# ruff: noqa: E501 (scripts for the page stand on one line)

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import figure_page
import pytest

from rung.learn.figures.widget import script
from rung.learn.notebook import run

pytestmark = pytest.mark.browser
GALLERY = Path(__file__).resolve().parents[1] / "learn" / "gallery" / "lesson.py"
SHIFTS = """() => { window.shift = 0; new PerformanceObserver((list) => {
  for (const e of list.getEntries()) window.shift += e.value; }).observe({ type: "layout-shift", buffered: true }); }"""


@pytest.fixture
def open_page(chrome):
    """Open the gallery at a width; errors of the page fail the test."""
    opened, faults = [], []

    def make(width=1280, theme="light", **options):
        context = chrome.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda r: faults.append(f"not local: {r.url}"))
        book = run(GALLERY)
        figure_page.serve(page, book, theme)
        opened.append(context)
        return page, book

    yield make
    for context in opened:
        context.close()
    assert faults == []


def numbers(page, figure):
    """The readouts of a figure, by name."""
    rows = page.locator(f'[data-root="{figure}"] .rf-numbers > div').all()
    return {r.locator("dt").inner_text(): r.locator("dd").first.inner_text() for r in rows}


def settled(page, figure, version):
    """Wait until the figure shows a scene after `version`."""
    page.wait_for_function(
        "([f, v]) => Number(document.querySelector(`[data-figure='${f}']`).dataset.version) > v",
        arg=[figure, version],
    )


def version(page, figure):
    return int(page.locator(f'[data-figure="{figure}"]').get_attribute("data-version"))


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")])
def test_everything_is_drawn_and_fits(open_page, width, theme):
    page, book = open_page(width, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".rf").count() == len(book.figures)
    assert page.locator(".rf-plot .rf-point").count() > 40
    assert page.locator(".rf-plot svg [role=img]:not([aria-label])").count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('.rf-pictures canvas')].every((c) => c.getContext('2d').getImageData(0, 0, 8, 8).data.some((v, i) => i % 4 < 3 && v > 0))"
    )
    small = page.evaluate("""() => [...document.querySelectorAll('.rf-control, .rf-choice span, .rf-buttons button')]
      .filter((e) => e.getBoundingClientRect().height < 38).map((e) => e.className)""")
    assert small == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_does_not_move_when_the_live_figures_take_over(open_page, width):
    page, book = open_page(width)
    tall = page.evaluate(
        """(stills) => Object.entries(stills).map(([id, html]) => {
          const live = document.querySelector(`[data-root="${id}"]`), copy = live.cloneNode(false);
          copy.removeAttribute("data-root"); copy.innerHTML = html; live.after(copy);
          const out = [id, live.offsetHeight, copy.offsetHeight]; copy.remove(); return out; })""",
        {b["id"]: b["still"] for b in book.blocks if b["type"] == "figure"},
    )
    assert [row for row in tall if abs(row[1] - row[2]) > 1] == []


@pytest.mark.slow
def test_nothing_jumps_while_a_figure_plays(open_page):
    page, _ = open_page(390)
    page.evaluate(SHIFTS)
    before = page.evaluate("document.documentElement.scrollHeight")
    page.get_by_role("button", name="Run").click()
    page.wait_for_function(
        "document.querySelector('[data-root=line] .rf-play').getAttribute('aria-pressed') === 'true'"
    )
    page.wait_for_function(
        "document.querySelector('[data-root=line] .rf-play').getAttribute('aria-pressed') === 'false'"
    )
    assert numbers(page, "line")["steps"] == "25"
    assert abs(page.evaluate("document.documentElement.scrollHeight") - before) <= 1
    assert page.evaluate("window.shift") < 0.01


def test_a_slider_moved_by_keys_is_answered_and_keeps_the_focus(open_page):
    page, book = open_page()
    slider = page.get_by_label("learning rate η")
    slider.focus()
    for _ in range(3):
        now = version(page, "line")
        page.keyboard.press("ArrowRight")
        settled(page, "line", now)
    assert book.figures["line"].state.lr == pytest.approx(1.3)
    assert page.locator('[data-root="line"] .rf-readout').inner_text() == "1.3"
    assert slider.evaluate("(e) => e === document.activeElement")


def test_a_handle_is_dragged_by_mouse_and_by_keys(open_page):
    page, book = open_page()
    figure = book.figures["line"]
    grip = page.get_by_role("slider", name="first end")
    grip.evaluate("(e) => { window.kept = e; }")
    box = grip.locator(".rf-handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y + 30, steps=6)
    page.mouse.move(x + 101, y + 60, steps=6)
    page.mouse.up()
    page.wait_for_function("document.querySelector('.rf-held') === null")
    drawn = "window.figures.line.scene.panels[0].marks.find((m) => m.key === 'p').xy[0]"
    at = float(grip.get_attribute("aria-valuenow"))
    page.wait_for_function(f"Math.abs({drawn} - {at}) < 1e-5")
    assert figure.state.p[0] > 2.8
    assert figure.state.p[1] < 2.2
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"{drawn} < {at} - 0.01")
    assert figure.state.p[0] < at
    assert page.evaluate("document.activeElement === window.kept && window.kept.isConnected")
    assert grip.get_attribute("aria-valuetext")


def test_a_handle_is_dragged_by_a_finger(open_page):
    page, book = open_page(390, has_touch=True)
    box = page.get_by_role("slider", name="second end").locator(".rf-handle").bounding_box()
    x, y = box["x"] + 8, box["y"] + 8
    finger = page.context.new_cdp_session(page)
    page.evaluate(f"scrollTo(0, {y - 300})")
    y = page.get_by_role("slider", name="second end").locator(".rf-handle").bounding_box()["y"] + 8
    now = version(page, "line")
    finger.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x + 12, "y": y + 10}]}
    )
    for k in range(1, 6):
        finger.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": x + 12 + 8 * k, "y": y + 10 - 4 * k}]},
        )
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(page, "line", now)
    page.wait_for_function("document.querySelector('.rf-held') === null")
    assert book.figures["line"].state.q[0] > 3.8


def test_a_point_of_the_cloud_is_dragged_and_the_cloud_is_one_tab_stop(open_page):
    page, book = open_page()
    before = book.figures["line"].state.snapshot()["x"]
    stops = page.locator('[data-root="line"] .rf-grip[tabindex="0"]').count()
    assert stops == 3
    point = page.get_by_role("slider", name="point 1", exact=True)
    point.focus()
    page.keyboard.press("PageDown")
    now = version(page, "line")
    page.keyboard.press("Shift+ArrowUp")
    settled(page, "line", now)
    after = book.figures["line"].state.x
    assert [i for i, (p, q) in enumerate(zip(before, after, strict=True)) if p != q] == [1]


def test_choices_toggles_numbers_and_the_pad_write_the_state(open_page):
    page, book = open_page()
    now = version(page, "curves")
    page.get_by_role("radio", name="ReLU").check()
    settled(page, "curves", now)
    assert book.figures["curves"].state.kind == "relu"
    now = version(page, "curves")
    page.get_by_label("noise").fill("2,5")
    settled(page, "curves", now)
    assert book.figures["curves"].state.noise == 2.5
    page.get_by_label("noise").fill("two")
    assert page.get_by_label("noise").get_attribute("aria-invalid") == "true"
    now = version(page, "line")
    page.get_by_role("switch", name="show the decision only").uncheck()
    settled(page, "line", now)
    assert book.figures["line"].state.hard is False
    pad = page.locator(".rf-pad-canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    now = version(page, "pictures")
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 120, steps=5)
    page.mouse.up()
    settled(page, "pictures", now)
    page.wait_for_function(
        "Number(document.querySelector('[data-root=pictures] .rf-numbers dd').textContent) > 20"
    )
    page.get_by_role("button", name="Clear").click()
    # a reply to the end of the stroke may still come before the one to Clear
    page.wait_for_function(
        "document.querySelector('[data-root=pictures] .rf-numbers dd').textContent === '0'"
    )


def test_a_unit_and_an_edge_and_a_node_are_picked(open_page):
    page, book = open_page()
    now = version(page, "network")
    page.get_by_role("button", name="h₂, value").click()
    settled(page, "network", now)
    assert book.figures["network"].state.chosen == "{'layer': 1, 'node': 1}"
    now = version(page, "network")
    page.get_by_role("button", name="weight from x₁ to h₁").focus()
    page.keyboard.press("Enter")
    settled(page, "network", now)
    assert book.figures["network"].state.chosen == "{'layer': 0, 'to': 0, 'from': 0}"
    assert page.evaluate("document.activeElement.dataset.name") == "0.0.0"
    assert page.locator('[data-root="network"] .rf-pick[tabindex="0"]').count() == 1
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.name") == "0.0.1"
    now = version(page, "graph")
    page.get_by_role("button", name="d, made by +").click()
    settled(page, "graph", now)
    assert "d" in page.locator('[data-root="graph"] td.rf-marked').first.inner_text()


def test_an_error_is_shown_over_the_last_drawing_and_goes_away(open_page):
    page, _ = open_page()
    tall = page.locator('[data-root="breaks"]').bounding_box()["height"]
    slider = page.locator('[data-root="breaks"] input')
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('[data-root="breaks"] .rf-error:visible')
    assert "ZeroDivisionError" in page.locator('[data-root="breaks"] .rf-error').inner_text()
    assert page.locator('[data-root="breaks"]').bounding_box()["height"] == tall
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('[data-root="breaks"] .rf-error', state="hidden")


def test_the_number_under_the_pointer_is_shown(open_page):
    page, _ = open_page()
    stage = page.locator('[data-root="curves"] .rf-stage').nth(2)
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 150)
    tip = stage.locator(".rf-tip")
    tip.wait_for(state="visible")
    assert ":" in tip.inner_text()
    page.mouse.move(box["x"] + 5, box["y"] - 30)
    tip.wait_for(state="hidden")


def test_only_the_latest_of_many_moves_is_sent(open_page):
    page, book = open_page()
    seen = []
    figure, handle = book.figures["curves"], book.figures["curves"].handle
    figure.handle = lambda message: seen.append(message) or handle(message)
    page.evaluate("""async () => { const e = document.querySelector('[data-root=curves] .rf-slider:nth-of-type(2) input') ?? document.querySelectorAll('[data-root=curves] input[type=range]')[1];
      for (let v = 1; v <= 100; v++) { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); } }""")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-root=curves] .rf-readout')[1].textContent === '100'"
    )
    page.wait_for_function("() => window.figures.curves.scene.values.stop === 100")
    assert len(seen) <= 2
    assert seen[-1]["set"] == {"stop": 100}


def test_a_moved_control_is_drawn_in_well_under_a_tenth_of_a_second(open_page):
    page, _ = open_page()
    times = page.evaluate("""async () => { const e = document.querySelector('[data-root=line] input[type=range]'), out = [];
      for (let k = 0; k < 20; k++) { const from = performance.now(), was = document.querySelector('[data-figure=line]').dataset.version;
        e.value = 0.1 + 0.1 * (k % 10 + 1); e.dispatchEvent(new Event('input', { bubbles: true }));
        while (document.querySelector('[data-figure=line]').dataset.version === was) await new Promise((next) => requestAnimationFrame(next));
        out.push(performance.now() - from); } return out.sort((a, b) => a - b); }""")
    assert times[10] < 100, times


def test_a_figure_is_saved_as_svg_png_and_data(open_page):
    page, book = open_page()
    found = {}
    for name in ("SVG drawing", "PNG image", "Data (JSON)"):
        page.locator('[data-root="line"] .rf-menu summary').click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name).locator("visible=true").click()
        found[name] = Path(download.value.path()).read_bytes()
    drawing = ET.fromstring(found["SVG drawing"])
    assert len(drawing.findall(".//{http://www.w3.org/2000/svg}path")) > 36
    assert found["PNG image"].startswith(b"\x89PNG")
    assert json.loads(found["Data (JSON)"])["values"]["lr"] == book.figures["line"].state.lr


def test_colours_follow_the_theme(open_page):
    page, _ = open_page()
    corner = "() => [...document.querySelector('[data-root=line] .rf-field').getContext('2d').getImageData(3, 3, 1, 1).data].join()"
    light = page.evaluate(corner)
    page.evaluate(
        "() => { document.documentElement.dataset.theme = 'dark'; dispatchEvent(new CustomEvent('rung:theme')); }"
    )
    assert page.evaluate(corner) != light


def test_numbers_are_told_to_a_screen_reader(open_page):
    page, _ = open_page()
    page.get_by_role("button", name="Step once").click()
    page.wait_for_function(
        "document.querySelector('[data-root=line] .rf-live').textContent.includes('steps 1')"
    )


def test_the_one_script_of_notebooks_runs_as_it_is(open_page):
    page, book = open_page()
    block = book.figures["graph"].block()
    page.evaluate(
        """async ([source, block]) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { default: widget } = await import(url);
          const el = document.createElement("div"); el.id = "widget"; document.body.append(el);
          const values = { block, scene: block.scene }, told = {};
          const model = { get: (k) => values[k], set: (k, v) => { values[k] = v; }, save_changes: () => { window.said = values.message; }, on: (k, f) => { told[k] = f; }, off: () => {} };
          window.end = widget.render({ model, el });
        }""",
        [script(), block],
    )
    assert page.locator("#widget .rf-card").count() == 7
    page.locator("#widget .rf-card").first.click()
    page.wait_for_function("window.said?.event === 'look'")
    page.evaluate("window.end()")


@pytest.mark.slow
def test_the_gallery_opens_in_marimo_itself(chrome, tmp_path):
    import os
    import socket
    import subprocess
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "marimo",
        "run",
        str(GALLERY),
        "--headless",
        "--no-token",
        "--port",
        str(port),
    ]
    env = os.environ | {"HOME": str(tmp_path), "MARIMO_SKIP_UPDATE_CHECK": "1"}
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        page = chrome.new_page()
        deadline = 200
        for _ in range(deadline):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                break
            except OSError:
                page.wait_for_timeout(100)
        page.goto(f"http://127.0.0.1:{port}")
        step = page.get_by_role("button", name="Step once")
        step.wait_for(timeout=40_000)
        step.click()
        page.get_by_text("steps", exact=True).locator("xpath=following-sibling::dd[1]").filter(
            has_text="1"
        ).wait_for(timeout=10_000)
        page.close()
    finally:
        server.terminate()
        server.wait(timeout=20)

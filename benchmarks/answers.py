"""How long a person waits for the terminal and for the studio: medians, on this machine, as it is now.

    python -m benchmarks.answers

Needs the development extra and an installed Chromium for the browser's rows. It prints a Markdown table.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "studio"))
import studio_kit  # noqa: E402

ROUNDS = 9
MOVES = """async () => {
  const slider = document.querySelector('.rf input[type=range]');
  const shown = document.querySelector('.rf-numbers, .rf-number');
  const times = [];
  for (let i = 1; i <= 9; i++) {
    const begun = performance.now();
    const drawn = new Promise((done) => new MutationObserver((_, o) => { o.disconnect(); done(); })
      .observe(shown, { subtree: true, childList: true, characterData: true }));
    slider.value = Number(slider.min) + i * (slider.max - slider.min) / 10;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await drawn;
    times.push(performance.now() - begun);
  }
  return times;
}"""
TIMES = """JSON.stringify({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
  text: performance.getEntriesByType('navigation')[0].responseEnd})"""


def timed(call: Callable[[], object]) -> float:
    """Return the median of ROUNDS calls, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(times)


def terminal(folder: Path) -> Iterator[tuple[str, float]]:
    """Time the commands that people type most, whole processes."""
    env = {**os.environ, "RUNG_HOME": str(folder / "rung")}
    for words in ((), ("map",), ("next",), ("record",), ("runs",), ("data",)):
        command = [sys.executable, "-m", "rung", *words]
        subprocess.run(command, env=env, capture_output=True, check=True)
        label = f"`rung {' '.join(words)}`".replace(" `", "`")
        yield label, timed(lambda c=command: subprocess.run(c, env=env, capture_output=True, check=True))


def server(studio: studio_kit.Studio) -> Iterator[tuple[str, float]]:
    """Time pages as the server gives them."""
    for path in ("/", "/lessons/perceptron", "/projects", "/runs"):
        studio.get(path)
        yield f"page {path}, from the server", timed(lambda p=path: studio.get(p))


def browser(studio: studio_kit.Studio) -> Iterator[tuple[str, float]]:
    """Time what a person sees in Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=studio_kit.chromium(), args=studio_kit.FLAGS)
        page = chrome.new_page()
        page.goto(studio.link)
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
        yield "first page, painted", json.loads(page.evaluate(TIMES))["paint"]
        lives, paints = [], []
        for _ in range(ROUNDS):
            page.goto(studio.base + "/lessons/perceptron")
            begun = time.perf_counter()
            page.wait_for_selector("body[data-live=yes]")
            told = json.loads(page.evaluate(TIMES))
            lives.append(1e3 * (time.perf_counter() - begun) + told["text"])
            paints.append(told["paint"])
        yield "a lesson, painted", statistics.median(paints)
        yield "a lesson, its figures live", statistics.median(lives)
        yield "a control moved, to the figure drawn", statistics.median(page.evaluate(MOVES))
        chrome.close()


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(terminal(Path(folder)))
        studio = studio_kit.start(Path(folder) / "studio")
        try:
            rows += server(studio)
            if studio_kit.chromium():
                rows += browser(studio)
        finally:
            studio.stop()
    print(f"| what | ms, median of {ROUNDS} |\n|---|---|")
    for name, milliseconds in rows:
        print(f"| {name} | {milliseconds:.0f} |")


if __name__ == "__main__":
    main()

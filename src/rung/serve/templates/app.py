"""The app: the screen of its input, the network's failures and its card. Run it: python app.py."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
import screen
from failures import failures
from network import ABOUT, FOLDER, INPUT


def build() -> gr.Blocks:
    """Return the app."""
    hour = 3600  # so long uploaded files are kept
    with gr.Blocks(title=ABOUT["title"], analytics_enabled=False, delete_cache=(hour, hour)) as app:
        score = f"Score on {ABOUT['of']} that training never saw: {ABOUT['metric']} {ABOUT['told']}"
        gr.Markdown(f"# {ABOUT['title']}\n\n{ABOUT['about']}. {score} with its 95 % interval.")
        if ABOUT["dry_run"]:
            gr.Markdown("**A dry run on a few examples: its score means nothing.**")
        screen.show()
        getattr(screen, "failures", failures)()
        gr.Markdown("## What it cannot do\n\n" + "\n".join(f"- {limit}" for limit in INPUT["limits"]))
        with gr.Accordion("The model card", open=False):
            gr.Markdown((FOLDER / "CARD.md").read_text(encoding="utf-8"))
    # Two answers are computed at a time, others wait in a line and are told their place in it.
    app.queue(default_concurrency_limit=2, max_size=200)
    return app


if __name__ == "__main__":
    build().launch(allowed_paths=[str(FOLDER / name) for name in ("examples", "failures")])

"""The model card: what was trained on what, how good it is, and what it must not be used for."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rung.data.dataset import Dataset

if TYPE_CHECKING:
    from rung.train.execute import Plan


def model_card(plan: Plan, config: Any, data: Dataset, result: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    score = result["score"]
    rows = "\n".join(
        f"| {s['name']} | {s['value']:.2%} | {s['low']:.2%} to {s['high']:.2%} |"
        for s in (score, *result["baselines"])
    )
    leaks = result["leakage"]
    leaked = (
        f"{len(leaks['leaked'])} of {leaks['test']:,} test examples are also training examples; without "
        f"them the score is {leaks.get('score_without', 0):.2%}."
        if leaks["leaked"]
        else f"None of the {leaks['test']:,} test examples is also a training example (number for number)."
    )
    parts = "\n".join(f"- {p['part']}: {p['whose']}" for p in result["parts"])
    settings = "\n".join(f"- {key}: {value}" for key, value in asdict(config).items())
    dry = "\n**A dry run on a few examples: its score means nothing.**\n" if plan.dry_run else ""
    return f"""# {plan.title}: {result["about"]}
{dry}
Trained with rung on {data.card.title} ({data.card.licence}) in {result["seconds"]:.1f} s.

## Score on examples that training never saw

| | {result["metric"]} | 95 % interval |
|---|---|---|
{rows}

The interval of this run is over {score["of"]}. {leaked}

## Settings

{settings}

## Whose code

{parts}

## Use

`model.safetensors` holds the weights under PyTorch's names. Made to learn from: see failures.png for what it
gets wrong and how sure it is when it does. It knows its training data's kind of example and nothing else,
and it answers every input with one of its classes, however little that input looks like one.

## Known problems of the data

{chr(10).join(f"- {p}" for p in data.card.problems)}
"""

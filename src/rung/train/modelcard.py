"""The model card: what was trained on what, how good it is, and what it must not be used for."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rung.data.dataset import Dataset
from rung.train.leakage import leakage_lines
from rung.train.report import verdict_line
from rung.train.score import tell

if TYPE_CHECKING:
    from rung.train.execute import Plan


def model_card(plan: Plan, config: Any, data: Dataset, result: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    score = result["score"]
    unit = result["unit"]
    rows = "\n".join(
        f"| {s['name']} | {tell(s['value'], unit)} | {tell(s['low'], unit)} to {tell(s['high'], unit)} |"
        for s in (score, *result["baselines"])
    )
    leaked = "\n".join(leakage_lines(result["leakage"], unit))
    parts = "\n".join(f"- {p['part']}: {p['whose']}" for p in result["parts"]) or "- the library's"
    found = "".join(f"\n## {f['title']}\n\n{_table(f)}{f['text']}\n" for f in result["findings"])
    settings = "\n".join(f"- {key}: {value}" for key, value in asdict(config).items())
    dry = "\n**A dry run on a few examples: its score means nothing.**\n" if plan.dry_run else ""
    return f"""# {plan.title}: {result["about"]}
{dry}
Trained with rung on {data.card.title} ({data.card.licence}) in {result["seconds"]:.1f} s.

## Score on examples that training never saw

| | {result["metric"]} | 95 % interval |
|---|---|---|
{rows}

The interval of this run is over {score["of"]}.

{leaked}

{verdict_line(result)}
{found}
## Settings

{settings}

## Whose code

{parts}

## Use

`model.safetensors` holds the weights under PyTorch's names. Made to learn from: see result.json for what
it gets wrong and how sure it is when it does. It knows its training data's kind of example and nothing
else, and it has an answer for every input, however little that input looks like one it was trained on.

## Known problems of the data

{chr(10).join(f"- {p}" for p in data.card.problems)}
"""


def _table(finding: dict[str, Any]) -> str:
    """Return a finding's table and samples as Markdown."""
    lines = []
    if finding["rows"]:
        lines = [
            f"| {' | '.join(map(str, finding['columns']))} |",
            "|" + "---|" * len(finding["columns"]),
            *(
                f"| {' | '.join(f'{c:.4g}' if isinstance(c, float) else str(c) for c in row)} |"
                for row in finding["rows"]
            ),
            "",
        ]
    for sample in finding["samples"]:
        lines += [*(f"> {line}" for line in sample.splitlines()), ""]
    return "\n".join([*lines, ""]) if lines else ""

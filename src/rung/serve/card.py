"""The model card in the form of the Hugging Face Hub: metadata above the card that the run has."""

from __future__ import annotations

import json
import re
from typing import Any

from rung.serve.facts import Facts

# Licences as the Hub calls them, by how a data set's card begins; whatever is not among them is "other".
_LICENCES = {
    "CC BY 4.0": "cc-by-4.0",
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "CC BY-SA 3.0": "cc-by-sa-3.0",
    "CC BY-NC-SA 4.0": "cc-by-nc-sa-4.0",
    "CC0": "cc0-1.0",
    "Apache-2.0": "apache-2.0",
    "MIT": "mit",
}
# The Hub's names of tasks, by the kind of examples: of classes, of anything else; and of metrics.
_TASKS = {
    "pictures": ("image-classification", ""),
    "columns": ("tabular-classification", "tabular-regression"),
    "numbers": ("tabular-classification", "tabular-regression"),
    "texts": ("text-classification", "text-generation"),
}
_METRICS = {"ROC AUC": "roc_auc"}


def hub_card(facts: Facts, files: str, library: str = "onnx") -> str:
    """Return README.md of a model's repository: YAML front matter, then the card.

    The licence is that of the data, for that is what binds who passes the model on.

    Args:
        facts: of the run.
        files: what lies beside the card and how it is used, Markdown.
        library: "onnx" or "pytorch".
    """
    return f"{front_matter(_front(facts, library))}\n{body(facts, files)}"


def body(facts: Facts, files: str) -> str:
    """Return the run's card with what lies beside it in place of the run's own files."""
    card = re.sub(
        r"`model\.safetensors` holds the weights under PyTorch's names\. Made to learn from: see "
        r"result\.json for what\nit gets wrong and how sure it is when it does\. ",
        "Made to learn from. ",
        facts.card,
    )
    head, _, rest = card.partition("\n## Use\n")
    licence = (
        f"\n## Licence\n\nTrained on {facts.data_title} <{facts.data_url}>: {facts.licence}. Whoever passes "
        "the model on is bound by the terms of the data.\n"
    )
    return f"{head}\n## Files\n\n{files.strip()}\n\n## Use\n{rest.rstrip()}\n{licence}" if rest else card


def front_matter(told: dict[str, Any]) -> str:
    """Return YAML between two lines of dashes.

    Args:
        told: texts, numbers, lists and dictionaries of these.

    Example:
        >>> print(front_matter({"tags": ["onnx"], "model-index": [{"name": "one", "n": 2}]}), end="")
        ---
        tags:
          - "onnx"
        model-index:
          - name: "one"
            n: 2
        ---
    """
    return "---\n" + "".join(f"{line}\n" for line in _yaml(told)) + "---\n"


def licence_of(facts: Facts) -> str:
    """Return the licence of the data as the Hub calls it."""
    return next((hub for ours, hub in _LICENCES.items() if facts.licence.startswith(ours)), "other")


def _yaml(told: dict[str, Any]) -> list[str]:
    """Return the lines of a mapping; every text is quoted, so that none is read as something else."""
    lines = []
    for key, value in told.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {line}" for line in _yaml(value))]
        elif isinstance(value, list):
            lines.append(f"{key}:")
            for item in value:
                inner = _yaml(item) if isinstance(item, dict) else [json.dumps(item, ensure_ascii=False)]
                lines += [f"  - {inner[0]}", *(f"    {line}" for line in inner[1:])]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def _front(facts: Facts, library: str) -> dict[str, Any]:
    licence = licence_of(facts)
    task = _TASKS.get(facts.kind, ("", ""))[0 if facts.classes else 1] or "other"
    told: dict[str, Any] = {"license": licence}
    if licence == "other":
        told |= {"license_name": "terms-of-the-data", "license_link": facts.data_url}
    told |= {
        "library_name": library,
        "tags": ["rung", facts.project, library],
        "metrics": [_metric(facts)],
    }
    if "/" not in facts.data or facts.data.startswith("hf:"):  # not a file of the learner's own
        told["datasets"] = [facts.data.removeprefix("hf:")]
    if task != "other":
        told["pipeline_tag"] = task
    low, high = (f"{facts.score[end]:.4g}" for end in ("low", "high"))
    result = {
        "task": {"type": task},
        "dataset": {"name": facts.data_title, "type": facts.data, "split": "test"},
        "metrics": [
            {
                "type": _metric(facts),
                "name": f"{facts.metric}, 95 % interval {low} to {high}",
                "value": round(facts.score["value"], 6),
            }
        ],
    }
    return told | {"model-index": [{"name": facts.run, "results": [result]}]}


def _metric(facts: Facts) -> str:
    return _METRICS.get(facts.metric, re.sub(r"\W+", "_", facts.metric.lower()))

"""A figure before its script runs: the same boxes, words and numbers, with room kept for what will be drawn.

The elements and classes are those that figure.js makes, so the page does not move when the live figure takes
over.
"""

# ruff: noqa: E501 (a line of HTML reads better whole)

from __future__ import annotations

from html import escape
from typing import Any

from rung.learn.figures.wire import Scene

_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def still(controls: list[Scene], scene: Scene, caption: str) -> str:
    """Return the figure's first state as HTML of the same size as the live one.

    Args:
        controls: the controls' scenes.
        scene: the first scene.
        caption: HTML.
    """
    bar = _bar(controls, scene["values"])
    panels = "".join(_PANELS[panel["panel"]](panel) for panel in scene["panels"])
    error = f'<div class="rf-error" role="alert">{escape(scene["error"])}</div>' if scene["error"] else ""
    return (
        '<figure class="rf">'
        + (f'<div class="rf-controls" inert>{bar}</div>' if bar else "")
        + f'<div class="rf-hold"><div class="rf-panels">{panels}</div>{error}</div>'
        f'<figcaption class="rf-foot"><div class="rf-caption">{caption}</div>{_parts(scene["parts"])}'
        '<details class="rf-menu" inert><summary>Save</summary></details></figcaption></figure>'
    )


def number(value: Any, digits: int = 4) -> str:
    """Return a number as figure.js writes it: a real minus, no trailing zeros, thin spaces in thousands."""
    if not isinstance(value, int | float):
        return "–" if value is None else str(value)
    if value == 0:
        return "0"
    size = abs(value)
    if float(size).is_integer() and size < 1e15:
        text = f"{int(size):,}".replace(",", "\u2009") if size >= 10000 else str(int(size))
    elif size >= 1e6 or size < 1e-4:
        mantissa, _, power = f"{size:.{digits - 1}e}".partition("e")
        text = f"{float(mantissa):g}×10{str(int(power)).translate(_DIGITS)}"
    else:
        rounded = float(f"{size:.{digits}g}")
        text = str(int(rounded)) if rounded.is_integer() else f"{rounded:.15g}"
    return ("−" if value < 0 else "") + text


def _bar(controls: list[Scene], values: Scene) -> str:
    """Return the controls, neighbouring buttons together in one row."""
    out, row = "", ""
    for control in controls:
        piece = _control(control, values.get(control.get("key", "")))
        if "event" in control:
            row += piece
        else:
            out += (f'<div class="rf-buttons">{row}</div>' if row else "") + piece
            row = ""
    return out + (f'<div class="rf-buttons">{row}</div>' if row else "")


def _control(control: Scene, value: Any) -> str:
    label = escape(control["label"])
    match control["kind"]:
        case "slider":
            step = str(control["step"] or "e")
            shown = (
                number(value, 3)
                if "e" in step
                else f"{value:.{len(step.partition('.')[2])}f}".replace("-", "−")
            )
            return f'<div class="rf-control rf-slider"><label>{label}</label><input type="range"><output class="rf-readout">{shown}</output></div>'
        case "choice":
            options = "".join(
                f'<label><input type="radio"><span>{escape(text)}</span></label>'
                for _, text in control["options"]
            )
            return f'<fieldset class="rf-control rf-choice"><legend>{label}</legend><div>{options}</div></fieldset>'
        case "toggle":
            return f'<label class="rf-control rf-toggle"><input type="checkbox"><span class="rf-track"></span><span>{label}</span></label>'
        case "number":
            shown = escape(str(value))
            return f'<div class="rf-control rf-number"><label>{label}</label><input type="text" value="{shown}"></div>'
        case "pad":
            size = control["size"]
            canvas = f'<canvas class="rf-pad-canvas" width="{size}" height="{size}"></canvas>'
            clear = '<button type="button" class="rf-button rf-quiet">Clear</button>'
            return (
                f'<div class="rf-control rf-pad"><div class="rf-pad-label">{label}</div>{canvas}{clear}</div>'
            )
        case "play":
            both = f'<span class="rf-both"><span>{label}</span><span>Pause</span></span>'
            sign = '<span class="rf-sign"></span>'
            return f'<button type="button" class="rf-control rf-button rf-play" aria-pressed="false">{sign}{both}</button>'
        case _:
            quiet = " rf-quiet" if control["event"] == "reset" else ""
            return f'<button type="button" class="rf-control rf-button{quiet}">{label}</button>'


def _title(panel: Scene) -> str:
    return f'<div class="rf-title">{escape(panel["title"])}</div>' if panel.get("title") else ""


def _stage(panel: Scene, kind: str, head: str | None = None) -> str:
    room = f'<svg width="100%" height="100%" role="img" aria-label="{escape(panel["alt"])}"></svg>'
    stage = f'<div class="rf-stage" style="height:{_height(panel)}">{room}</div>'
    return f'<div class="rf-panel {kind}">{_title(panel) if head is None else head}{stage}</div>'


def _height(panel: Scene) -> str:
    """Return the height of a drawing; with equal units no taller than the width makes it, as plot.js says."""
    if not panel.get("equal"):
        return f"{panel['height']}px"
    ratio = (panel["y"][1] - panel["y"][0]) / (panel["x"][1] - panel["x"][0])
    around = (26 if panel["ylabel"] else 10) + (42 if panel["xlabel"] else 24)
    return f"min({panel['height']}px, calc((100cqi - 54px) * {ratio:.4f} + {around}px))"


def _plot(panel: Scene) -> str:
    names: list[str] = []
    for mark in panel["marks"]:
        label = mark.get("label") if mark["mark"] == "points" else mark.get("names")
        names += [label] if isinstance(label, str) else label or []
    sign = '<svg width="14" height="14" aria-hidden="true"></svg>'
    legend = "".join(f"<span>{sign}{escape(name)}</span>" for name in names)
    key = f'<div class="rf-legend">{legend}</div>' if legend else ""
    head = f'<div class="rf-head">{_title(panel)}{key}</div>' if key or panel["title"] else ""
    return _stage(panel, "rf-plot", head)


def _image(image: Scene, title: str | None) -> str:
    height, width = image["values"]["shape"][:2]
    name = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    canvas = f'<canvas width="{width}" height="{height}"></canvas>'
    return f'<figure class="rf-image"><div class="rf-frame">{canvas}</div>{name}</figure>'


def _picture(panel: Scene) -> str:
    style = f' style="max-width:{int(panel["width"])}px"' if panel["width"] else ""
    return f'<div class="rf-panel rf-picture"{style}>{_image(panel["image"], panel["title"])}</div>'


def _pictures(panel: Scene) -> str:
    titles = panel["titles"] or [None] * len(panel["images"])
    images = "".join(_image(image, title) for image, title in zip(panel["images"], titles, strict=True))
    columns = (
        f' style="grid-template-columns:repeat({int(panel["columns"])},minmax(0,7.5rem))"'
        if panel["columns"]
        else ""
    )
    return f'<div class="rf-panel rf-pictures">{_title(panel)}<div class="rf-mosaic"{columns}>{images}</div></div>'


def _table(panel: Scene) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in panel["columns"])
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(number(v))}</td>" for v in row) + "</tr>" for row in panel["rows"]
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="rf-panel rf-table">{_title(panel)}<div class="rf-scroll">{table}</div></div>'


def _numbers(panel: Scene) -> str:
    items = "".join(
        f'<div><dt>{escape(i["label"])}</dt><dd>{escape(number(i["value"]))}</dd><dd class="rf-note">{escape(i["note"]) or "&nbsp;"}</dd></div>'
        for i in panel["items"]
    )
    return f'<dl class="rf-panel rf-numbers">{items}</dl>'


def _say(panel: Scene) -> str:
    return f'<div class="rf-panel rf-say">{panel["html"]}</div>'


def _parts(parts: list[Scene]) -> str:
    words = []
    for owner, before in (("yours", "running your"), ("library", "running the library’s")):
        names = [part["name"] for part in parts if part["owner"] == owner]
        if names:
            words.append(f"{before} {', '.join(names) if len(names) <= 3 else f'{len(names)} parts'}")
    return f'<span class="rf-parts">{escape(", ".join(words))}</span>' if words else ""


_PANELS = {
    "plot": _plot,
    "picture": _picture,
    "pictures": _pictures,
    "table": _table,
    "numbers": _numbers,
    "say": _say,
    "network": lambda panel: _stage(panel, "rf-network"),
    "graph": lambda panel: _stage(panel, "rf-graph"),
}

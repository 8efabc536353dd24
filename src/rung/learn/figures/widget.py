"""The figure in marimo's editor and in Jupyter: an anywidget that runs the studio's own figure.js."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rung.errors import RungError

if TYPE_CHECKING:
    from rung.learn.figure import Figure

_STATIC = Path(__file__).resolve().parents[2] / "studio" / "static"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\./[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)


@lru_cache(maxsize=1)
def script() -> str:
    """Return figure.js and the modules it imports as one module, for places that load a single script.

    Every module becomes a function that returns its exports, so that names inside them cannot meet.
    """
    parts: dict[Path, str] = {}

    def take(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        for _, name in _IMPORT.findall(text):
            if (other := (path.parent / name).resolve()) not in parts:
                take(other)
        body = _IMPORT.sub(lambda m: f"const {{{m[1]}}} = {_name((path.parent / m[2]).resolve())};\n", text)
        exports = ", ".join(_EXPORT.findall(body))
        parts[path] = (
            f"const {_name(path)} = (() => {{\n{_EXPORT.sub(_bare, body)}\nreturn {{ {exports} }};\n}})();"
        )

    main = (_STATIC / "figure.js").resolve()
    take(main)
    return "\n".join(parts.values()) + f"\nconst {{ mount }} = {_name(main)};\n" + _RENDER


def _name(path: Path) -> str:
    return f"module_{path.stem}" if path.parent.name == "figure" else "module_main"


def _bare(match: re.Match[str]) -> str:
    return match[0].removeprefix("export ")


@lru_cache(maxsize=1)
def style() -> str:
    """Return the style sheets a figure needs, for a page that has names and a theme of its own.

    The tokens stand on the figure, not on the page, whose own may have the same names; dark follows marimo
    and Jupyter, not the system. Fonts are left out: the notebook's page does not serve them.
    """
    left_out = r"@font-face\s*\{[^}]*\}|@media[^{]*\{[^{]*\{[^}]*\}\s*\}"
    tokens = re.sub(left_out, "", _read("tokens.css"))
    light = re.search(r":root (\{[^}]*\})", tokens)
    dark = re.search(r":root\[[^{]*(\{[^}]*\})", tokens)
    assert light is not None
    assert dark is not None
    rest = tokens[dark.end() :]
    themes = (':is(.dark, [data-jp-theme-light="false"]) .rf', ":host-context(.dark) .rf")
    rules = [f".rf {light[1]}", *(f"{theme} {dark[1]}" for theme in themes), rest, _read("figure.css")]
    return "\n".join(rules)


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


_RENDER = """
function render({ model, el }) {
  let count = 0;
  const block = model.get("block");
  const figure = mount(el, block, (message) => {
    model.set("message", { ...message, count: ++count });
    model.save_changes();
  });
  const changed = () => figure.update(model.get("scene"));
  model.on("change:scene", changed);
  return () => { model.off("change:scene", changed); figure.destroy(); };
}
export default { render };
"""


@lru_cache(maxsize=1)
def _widget_class() -> Any:
    import anywidget
    import traitlets

    class FigureWidget(anywidget.AnyWidget):
        """A figure: `message` comes from the page, `scene` goes back."""

        _esm = script()
        _css = style()
        block = traitlets.Dict().tag(sync=True)
        scene = traitlets.Dict().tag(sync=True)
        message = traitlets.Dict().tag(sync=True)

        def __init__(self, figure: Figure) -> None:
            self._rung_figure = figure
            block = figure.block()
            super().__init__(block=block, scene=block["scene"])

        @traitlets.observe("message")
        def _answer(self, change: Any) -> None:
            message = {k: v for k, v in change["new"].items() if k != "count"}
            if not message:
                return
            try:
                self.scene = self._rung_figure.handle(message)
            except RungError as error:
                self.scene = {**self._rung_figure.scene(), "error": str(error)}

    return FigureWidget


def widget(figure: Figure) -> Any:
    """Return an anywidget that shows `figure` and answers its page."""
    return _widget_class()(figure)

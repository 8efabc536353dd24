"""Render a page: the templates, and what every one of them knows."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .assets import assets


@cache
def environment() -> Environment:
    """The templates, compiled once; a name that a template does not know is an error, not an empty string."""
    env = Environment(
        loader=PackageLoader("rung.studio"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["asset"] = assets.url
    env.filters["figure_data"] = figure_data
    return env


def figure_data(block: dict[str, Any]) -> dict[str, Any]:
    """A figure's block for its script: all but the still, which stands in the page already."""
    return {key: value for key, value in block.items() if key != "still"}


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page.

    Args:
        request: gives the address and the nonce of this answer.
        template: file name below `templates/`.
        status: HTTP status.
        **context: what the template needs.
    """
    text = (
        environment()
        .get_template(template)
        .render(
            nonce=request.scope.get("nonce", ""), path=request.url.path, version=assets.version, **context
        )
    )
    return HTMLResponse(text, status_code=status)

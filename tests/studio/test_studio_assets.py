"""Static files: compressed, cached for good, whole, and from nowhere else."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from rung.studio.assets import FOLDER, FOR_GOOD, Assets, assets
from rung.studio.faults import NotHere

TEMPLATES = FOLDER.parent / "templates"


def fetch(found: Assets, name: str, version: str | None = None, encoding: str = "gzip") -> Any:
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [(b"accept-encoding", encoding.encode())],
        "path_params": {"name": name, "version": version or found.version},
    }
    return asyncio.run(found.serve(Request(scope)))


def test_a_file_is_compressed_and_kept_for_good():
    answer = fetch(assets, "site.css")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == (FOLDER / "site.css").read_bytes()
    assert answer.headers["cache-control"] == FOR_GOOD
    assert answer.headers["content-type"].startswith("text/css")


def test_who_cannot_unpack_gets_it_plain():
    answer = fetch(assets, "site.css", encoding="identity")
    assert "content-encoding" not in answer.headers
    assert answer.body == (FOLDER / "site.css").read_bytes()


def test_an_old_address_is_not_kept():
    assert fetch(assets, "site.css", version="0" * 16).headers["cache-control"] == "no-cache"


def test_another_content_is_another_address(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b{}")
    assert Assets(tmp_path).url("a.css") != before


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "/etc/passwd", "nothing.js", ""])
def test_nothing_outside_the_folder_is_served(name):
    with pytest.raises(NotHere):
        fetch(assets, name)


def test_a_template_cannot_point_at_nothing():
    with pytest.raises(KeyError, match="no static file"):
        assets.url("gone.css")
    named = {n for t in TEMPLATES.glob("*.html") for n in re.findall(r"asset\('([^']+)'\)", t.read_text())}
    assert named
    assert named <= set(assets.files) | {"fonts/"}


def test_every_import_of_a_module_is_there():
    found = 0
    for file in FOLDER.rglob("*.js"):
        if file.parent.name == "vendor":
            continue
        for name in re.findall(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", file.read_text()):
            assert (file.parent / name).resolve().is_file(), f"{file.name} imports {name}"
            found += 1
    assert found > 10


def test_no_page_asks_another_machine_for_anything():
    address = re.compile(r"""(?:src|href|url\(|fetch\(|import)\s*=?\s*["'(]?\s*(?:https?:)?//[\w.]""")
    files: list[Path] = [*TEMPLATES.glob("*.html"), *FOLDER.rglob("*.css"), *FOLDER.rglob("*.js")]
    for file in files:
        assert not address.search(file.read_text()), file.name

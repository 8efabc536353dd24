"""Static files, held in memory, compressed once, and cached by the browser for good.

Their address carries a hash of all of them (`/static/3f9c.../site.css`): a new version is a new address, so a
browser never asks twice for the same bytes and never shows old ones. One hash for the whole folder, not one a
file, keeps the relative imports between JavaScript modules and the fonts of a style sheet inside the same
address.
"""

import gzip
import hashlib
import mimetypes
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .faults import NotHere

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"
ALREADY_SMALL = (".woff2", ".png", ".webp", ".jpg")
KINDS = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class Assets:
    """The files of one folder, as they were when first asked for.

    Args:
        folder: every file below it is served; nothing else can be, whatever the address says.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._small: dict[str, bytes] = {}

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Contents by relative path, with `/` between the parts."""
        found = sorted(p for p in self.folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in found}

    @cached_property
    def version(self) -> str:
        """Hash of all files."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """Address of a file.

        Raises:
            KeyError: there is no such file; a page must not point at nothing.
        """
        if name not in self.files:
            raise KeyError(f"no static file {name!r} in {self.folder}")
        return f"/static/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """Answer one request for a static file."""
        name, version = request.path_params["name"], request.path_params["version"]
        content = self.files.get(name)
        if content is None:
            raise NotHere(
                f"There is no file {name!r}.", fix="Reload the page: the studio may have been updated."
            )
        suffix = Path(name).suffix
        kind = KINDS.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {
            "Cache-Control": FOR_GOOD if version == self.version else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if suffix not in ALREADY_SMALL and "gzip" in request.headers.get("accept-encoding", ""):
            if name not in self._small:
                self._small[name] = gzip.compress(content, compresslevel=9, mtime=0)
            content = self._small[name]
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=kind, headers=headers)


assets = Assets()
routes = [Route("/static/{version}/{name:path}", assets.serve, name="static")]

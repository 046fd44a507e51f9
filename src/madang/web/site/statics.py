"""Static files, under a path that names their content: browsers keep them for ever, and a new release is a new path.

`/static/{release}/{part}/{path}`: parts are the areas' `static` folders, `site`, and `vendor` (from npm).
"""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from madang.kernel.errors import MadangError

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = (".css", ".js", ".svg", ".json", ".webmanifest")


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent: `compressed` with gzip where that pays, else None."""

    content: bytes
    media_type: str
    compressed: bytes | None


class Statics:
    """The files of these folders, by part. They are listed once; what came later is not served."""

    def __init__(self, parts: Mapping[str, Path]) -> None:
        """Raises `MadangError` (`site.vendor`) where files from npm are missing."""
        self._files = {
            f"{part}/{file.relative_to(folder).as_posix()}": file
            for part, folder in parts.items()
            for file in sorted(folder.rglob("*"))
            if file.suffix in MEDIA_TYPES and file.is_file()
        }
        if not any(name.startswith("vendor/") for name in self._files):
            raise MadangError(
                "site.vendor", "The design system's files are not here. Run `make setup`, or install a built package."
            )
        self._loaded: dict[str, StaticFile] = {}

    @cached_property
    def release(self) -> str:
        """A digest of all files, which stands in their paths."""
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(f"{name}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    def path(self, name: str) -> str:
        """Where a file is served. Raises `KeyError` where there is none of this name."""
        if name not in self._files:
            raise KeyError(f"there is no static file {name}")
        return f"/static/{self.release}/{name}"

    def file(self, name: str) -> StaticFile | None:
        """A file by name, or None."""
        found = self._loaded.get(name)
        if found is None and name in self._files:
            file = self._files[name]
            content = file.read_bytes()
            compressed = gzip.compress(content, 9, mtime=0) if file.suffix in COMPRESSED else None
            found = StaticFile(content, MEDIA_TYPES[file.suffix], compressed)
            self._loaded[name] = found
        return found

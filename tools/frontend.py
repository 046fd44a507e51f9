"""Puts what browsers get from npm where the pages serve it from: the design system, its fonts, htmx, the QR reader.

    python -m tools.frontend

`frontend/package-lock.json` pins every file by its digest. Nothing is built: the files are copied as they are, with
their licences, into `src/madang/web/vendor/`, which is no part of the repository.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "frontend"
VENDOR = ROOT / "src" / "madang" / "web" / "vendor"
LOCK = "package-lock.json"

FILES = {
    "htmx.org": {"dist/htmx.min.js": "htmx", "LICENSE": "htmx"},
    "krds-uiux": {
        "resources/css/component/output.css": "krds/css/component",
        "resources/css/token/krds_tokens.css": "krds/css/token",
        "resources/img/component/icon/*.svg": "krds/img/component/icon",
        "package.json": "krds",
    },
    "pretendard-gov": {
        "dist/web/variable/pretendardvariable-gov-dynamic-subset.css": "pretendard",
        "dist/web/variable/woff2-dynamic-subset/*.woff2": "pretendard/woff2-dynamic-subset",
        "dist/LICENSE.txt": "pretendard",
    },
    "qr": {"decode.js": "qr", "index.js": "qr", "LICENSE": "qr"},
    "axe-core": {"axe.min.js": "axe", "LICENSE": "axe"},
}
"""By package: which of its files go to which folder of `VENDOR`. axe-core is for tests and is served to nobody."""


def main() -> int:
    """Install and copy, unless what is there is of the same lock file."""
    lock = (PACKAGES / LOCK).read_bytes() + Path(__file__).read_bytes()
    stamp = VENDOR / ".stamp"
    if stamp.is_file() and stamp.read_bytes() == lock:
        return 0
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not on this machine. Debian, Ubuntu: apt-get install nodejs npm", file=sys.stderr)
        return 1
    print("Fetching what the pages are made of (frontend/package-lock.json)")
    result = subprocess.run([npm, "ci", "--silent"], cwd=PACKAGES, check=False)
    if result.returncode:
        print("npm could not install frontend/package-lock.json: see above.", file=sys.stderr)
        return 1
    copy(PACKAGES / "node_modules", VENDOR)
    stamp.write_bytes(lock)
    return 0


def copy(packages: Path, vendor: Path) -> None:
    """Copy what `FILES` lists. Raises `FileNotFoundError` where a package no longer has one of them."""
    shutil.rmtree(vendor, ignore_errors=True)
    for package, files in FILES.items():
        for pattern, folder in files.items():
            found = sorted((packages / package).glob(pattern))
            if not found:
                raise FileNotFoundError(f"{package} has no {pattern}")
            target = vendor / folder
            target.mkdir(parents=True, exist_ok=True)
            for one in found:
                shutil.copyfile(one, target / one.name)


if __name__ == "__main__":
    sys.exit(main())

"""The two stock libraries that sign here as `docs/sign.md` shows: joserfc in Python, jose in JavaScript.

The JavaScript one is installed once, as its lock file says, into `var/javascript`, which is not in the repository.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.support.signing import Wallet, base64url

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / "docs/examples/python/sign.py"
JAVASCRIPT = ROOT / "docs/examples/javascript"
INSTALL_SECONDS = 300
_CALL = """
import { readFileSync } from "node:fs";
import { sign } from "./sign.mjs";
const { payload, keys } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(await sign(new TextEncoder().encode(payload), keys));
"""


def private_jwk(wallet: Wallet) -> dict[str, str | list[str]]:
    """A test wallet's key as a private JWK."""
    secret = wallet._key.private_numbers().private_value.to_bytes(32, "big")
    return {**public_jwk(wallet), "d": base64url(secret)}


def public_jwk(wallet: Wallet) -> dict[str, str]:
    """A test wallet's key as a public JWK."""
    x, y = base64url(wallet.point[:32]), base64url(wallet.point[32:])
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def python_example() -> Any:
    """The Python example as a module."""
    spec = importlib.util.spec_from_file_location("madang_docs_sign", PYTHON)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sign_in_python(payload: bytes, wallets: Sequence[Wallet]) -> bytes:
    """Signed by joserfc."""
    keys = [ECKey.import_key(private_jwk(one)) for one in wallets]
    return str(python_example().sign(payload, keys)).encode()


class Node:
    """Node.js with the example beside its library."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self.folder = install(program)

    def sign(self, payload: bytes, wallets: Sequence[Wallet]) -> bytes:
        """Signed by jose."""
        asked = json.dumps({"payload": payload.decode(), "keys": [private_jwk(one) for one in wallets]})
        return self._run([str(self.folder / "call.mjs")], asked)

    def run_example(self, arguments: Sequence[str], standard_input: str) -> bytes:
        """The example as it is called at a prompt."""
        return self._run([str(self.folder / "sign.mjs"), *arguments], standard_input)

    def _run(self, arguments: list[str], standard_input: str) -> bytes:
        command = [str(self._program), *arguments]
        result = subprocess.run(command, input=standard_input.encode(), capture_output=True, check=False, timeout=60)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout


def install(node: Path) -> Path:
    """A folder with the example and the library of its lock file, made if it is not there. Fails where it can't be."""
    lock = (JAVASCRIPT / "package-lock.json").read_bytes()
    folder = ROOT / "var/javascript" / sha256(lock).hexdigest()[:16]
    if not (folder / "node_modules").is_dir():
        beside = node.with_name("npm")
        npm = str(beside) if beside.exists() else shutil.which("npm")
        if npm is None:
            pytest.fail("NOT RUN: npm is not on this machine; install it beside node", pytrace=False)
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(JAVASCRIPT / name, aside / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=aside, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["npm said nothing"])[-1]
            pytest.fail(f"NOT RUN: jose could not be installed: {why}", pytrace=False)
        try:
            aside.rename(folder)
        except OSError:  # another process was quicker
            shutil.rmtree(aside)
    shutil.copy(JAVASCRIPT / "sign.mjs", folder / "sign.mjs")
    (folder / "call.mjs").write_text(_CALL)
    return folder


def version_in_javascript() -> str:
    """Which version of jose the lock file names."""
    lock = json.loads((JAVASCRIPT / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/jose"]["version"])

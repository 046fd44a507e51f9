"""What long tests found, as dated files: what was run, for how long, and that nothing went wrong."""

import datetime
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path


def write_result(name: str, found: Mapping[str, object], seconds: float) -> Path:
    """Write `found` to a file of today in the folder named in MADANG_RESULTS, docs/results by default."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    folder = Path(os.environ.get("MADANG_RESULTS", "docs/results"))
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "cores": len(os.sched_getaffinity(0))}
    target = folder / f"{name}-{today}.json"
    target.write_text(json.dumps({"date": today, **found, "seconds": round(seconds), **machine}, indent=2) + "\n")
    return target

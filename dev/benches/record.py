# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The last results, stored as JSON together with the machine."""

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from ..environment.home import CHECKOUT, dev_home

FILE = "bench.json"
MEMORY = Path("/proc/meminfo")
PROCESSORS = Path("/proc/cpuinfo")


def get_path():
    """Return the path of the file."""
    return dev_home() / FILE


def read():
    """Return the stored results by the name of the bench."""
    path = get_path()
    return json.loads(path.read_text()) if path.exists() else {}


def keep(name, rows):
    """Store the rows of a bench in place of its previous ones.

    A part of a bench replaces its own rows only.
    """
    kept = read()
    names = {row.name for row in rows}
    before = [row for row in kept.get(name, {}).get("rows", ()) if row["name"] not in names]
    kept[name] = {
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": _git("describe", "--always", "--dirty"),
        "load": os.getloadavg()[0],
        "machine": describe_machine(),
        "rows": [*before, *(asdict(row) for row in rows)],
    }
    get_path().write_text(json.dumps(kept, indent=2) + "\n")


def describe_machine():
    """Return the processors, the memory and the versions of this machine."""
    model = _find(PROCESSORS, "model name") or platform.machine()
    kilobytes = int((_find(MEMORY, "MemTotal") or "0").split()[0])
    return {
        "processors": f"{os.cpu_count()} × {model}",
        "memory": f"{kilobytes / 1024 / 1024:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def _find(path, name):
    """Return the value of the first line ``name: value`` of a file; None without one."""
    if not path.exists():
        return None
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _colon, value in lines if key.strip() == name), None)


def _git(*arguments):
    found = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True)
    return found.stdout.strip() or "?"

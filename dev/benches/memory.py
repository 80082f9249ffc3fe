# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench memory: the client's memory while large files go through it.

Each row is a process of its own that first sends and fetches a small file, so that all that is
loaded once is loaded, and then a large one. What its peak grows by is what the large file costs.
The last row holds the file in memory on purpose: it shows that the measurement sees it.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from green_api_sandbox.phone import Phone
from green_api_sandbox.process import start_sandbox

from ..environment.addon_modules import load
from ..environment.home import CHECKOUT
from ..environment.progress import DevError
from .measure import Row, report

MEGABYTE = 1024 * 1024
FILE_SIZE = 100 * MEGABYTE
SMALL_SIZE = 256 * 1024
LIMIT = 16 * MEGABYTE
ID_INSTANCE = 4100000001
VASILISA = "10000000"
COMPARISON = "held in memory"
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in


def main(_options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(Path(folder) / "sandbox") as (_process, url),
    ):
        token = Phone(url).create(ID_INSTANCE, stateInstance="authorized")["apiTokenInstance"]
        growths = {name: _measure(name, url, token, folder) for name in ROWS}
    comparison = growths.pop(COMPARISON)
    if comparison < LIMIT:
        raise DevError("The measurement is wrong: it does not see a file that is held in memory.")
    rows = [
        Row(name, growth / MEGABYTE, "MB", LIMIT / MEGABYTE) for name, growth in growths.items()
    ]
    rows.append(Row(COMPARISON, comparison / MEGABYTE, "MB", remark="for comparison"))
    return report("memory", rows)


def _measure(name, url, token, folder):
    """Run one row in a process of its own; return the bytes that its peak grows by."""
    child = subprocess.run(
        [sys.executable, "-m", "dev.benches.memory", name, url, folder],
        input=token,  # not on the command line, where every user of the machine could read it
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    if child.returncode:
        raise DevError(f"The row “{name}” failed.\n\n{child.stderr}")
    return json.loads(child.stdout)


# --- The rows, each run in the child ---------------------------------------------------------


def send_file_by_upload(client, path):
    client.send_file_by_upload(VASILISA, path, path.name)


def upload_file(client, path):
    client.upload_file(path, path.name)


def download(client, path):
    link = client.upload_file(path, path.name)
    with tempfile.TemporaryFile(dir=path.parent) as target:
        client.download(link.url, target)


def held_in_memory(client, path):
    client.upload_file(io.BytesIO(path.read_bytes()), path.name)


ROWS = {
    "sendFileByUpload": send_file_by_upload,
    "uploadFile": upload_file,
    "download": download,
    COMPARISON: held_in_memory,
}


def _row(name, url, folder):
    """Run one row in the child process, with a small and a large file; print the growth."""
    token = sys.stdin.read()
    paths = [_file(Path(folder), size) for size in (SMALL_SIZE, FILE_SIZE)]
    with load("client").GreenApiClient(url, ID_INSTANCE, token) as client:
        peaks = []
        for path in paths:
            ROWS[name](client, path)
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT)
    print(json.dumps(peaks[1] - peaks[0]))


def _file(folder, size):
    path = folder / f"{size}.bin"
    with path.open("wb") as file:
        file.truncate(size)  # zeros that take no place on the disk
    return path


if __name__ == "__main__":
    _row(*sys.argv[1:])

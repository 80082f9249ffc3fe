# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Run the sandbox as a process of its own, for tests and the demo."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent  # the folder that holds the package
READY = re.compile(r"sandbox on (\S+)")


@contextmanager
def start_sandbox(
    data_dir: str | Path, port: int = 0, *options: str, pace: str = "fast"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``python -m green_api_sandbox`` and stop it at the end of the block.

    :param data_dir: folder for its state; with the same one it goes on where it ended
    :param port: 0 takes a free one
    :param options: further command line options
    :param pace: "fast" keeps no pauses and no rate limits, "real" does as the service
    :return: (the process, its base URL without a slash at the end)
    :raise RuntimeError: when it ends before it is ready; what it printed is in the text
    """
    process, url = launch(data_dir, port, *options, pace=pace)
    try:
        yield process, url
    finally:
        stop(process)


def launch(
    data_dir: str | Path,
    port: int = 0,
    *options: str,
    pace: str = "fast",
    starter: Sequence[str] = (),
) -> tuple[subprocess.Popen[str], str]:
    """Start the sandbox without stopping it; see :func:`start_sandbox`.

    It ends with the program that started it, even when that one is killed.

    :param starter: command that starts the sandbox in place of this program, put before its own
    """
    command = [sys.executable, "-m", "green_api_sandbox", "--data", str(data_dir)]
    process = subprocess.Popen(
        [
            *starter,
            *command,
            "--port",
            str(port),
            "--pace",
            pace,
            "--end-with-input",
            *options,
        ],
        cwd=ROOT,
        # only this program holds the other end: when it is gone, the sandbox's input ends
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    match = READY.search(line)
    if not match:
        stop(process)
        raise RuntimeError(f"The sandbox did not start (it printed {line!r}, see stderr for more)")
    return process, match[1]


def stop(process: subprocess.Popen[str]) -> None:
    """Terminate the process, and kill it when that takes longer than 10 seconds."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()

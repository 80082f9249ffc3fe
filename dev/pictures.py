# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/pictures: the pictures of the store page and the guide, taken by a browser test."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from .environment.database import running_server
from .environment.home import CHECKOUT, dev_home, lock
from .environment.progress import DevError, command, step
from .environment.server import Odoo
from .options import pictures_options
from .suite import prepare_database, run_pytest

TEST = "tests/browser/test_pictures.py"
TARGET = CHECKOUT / "static" / "description"
NAME = re.compile(r"page_(?P<lang>[a-z]{2})_(?P<name>[a-z_]+)_\d+_")
COLORS = 128  # enough for screens, at a quarter of the size
MAX_BYTES = 150_000
DRAWINGS = {"icon": (140, 140), "banner": (1120, 560)}  # width and height in pixels
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main():
    """Take the pictures and store them; return the exit code."""
    options = pictures_options(sys.argv[1:])
    home = dev_home()
    for name, size in DRAWINGS.items():
        with step(f"Draw {name}.png"):
            _draw(TARGET / f"{name}.svg", TARGET / f"{name}.png", *size)
    busy = f"Another command uses the database {options.database}. Wait until it is done."
    folder = Path(tempfile.gettempdir()) / "odoo_tests" / options.database / "screenshots"
    if not options.collect:
        with lock(home, f"test-{options.database}", busy=busy), running_server(home) as server:
            odoo = Odoo(home, server)
            prepare_database(odoo, options, options.database)
            code = run_pytest(odoo, options.database, [TEST])
        if code:
            return code
    with step("Store the pictures") as storing:
        storing.note = f"{_store(folder)} pictures"
    return 0


def _store(folder):
    """Store the latest picture of each screen; return how many.

    :raise DevError: a picture is too large, or there are none
    """
    latest = {}
    for path in sorted(folder.glob("page_*.png"), key=lambda path: path.stat().st_mtime):
        found = NAME.match(path.name)
        latest[found["lang"], found["name"]] = path
    if not latest:
        raise DevError(f"There are no pictures in {folder}.")
    for (lang, name), path in latest.items():
        target = TARGET / lang / f"{name}.png"
        target.parent.mkdir(exist_ok=True)
        with Image.open(path) as image:
            image.convert("RGB").quantize(COLORS).save(target, optimize=True)
        if target.stat().st_size > MAX_BYTES:
            raise DevError(f"{target} has {target.stat().st_size} bytes, more than {MAX_BYTES}.")
    return len(latest)


def _draw(source, target, width, height):
    """Convert a drawing to a picture, by the browser.

    :raise DevError: there is no browser, or it failed
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        raise DevError("Drawings need a browser: install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "page.html", Path(folder) / "picture.png"
        svg = source.read_text(encoding="utf-8")
        page.write_text(f"<body style='margin:0'>{svg}</body>", encoding="utf-8")
        # A window has a least size, so the picture is cut.
        arguments = (
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--default-background-color=00000000",
            f"--user-data-dir={folder}/profile",
            f"--window-size={max(width, 600)},{max(height, 600)}",
            f"--screenshot={picture}",
        )
        result = subprocess.run([browser, *arguments, page], capture_output=True, text=True)
        if not picture.exists():
            raise DevError(f"The browser did not draw {source}.\n\n{result.stderr[-1000:]}")
        with Image.open(picture) as image:
            image.crop((0, 0, width, height)).save(target, optimize=True)


if __name__ == "__main__":
    command(main)

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""eslint and prettier, from the npm packages that package.json names."""

import shutil

from .home import CHECKOUT, is_stamped, lock, write_stamp
from .progress import DevError, step


def node_packages(home):
    """Return the folder with the installed packages, next to eslint's configuration.

    :raise DevError: when they are not there and npm cannot fetch them
    """
    folder = home / "node"
    sources = [CHECKOUT / "package.json", CHECKOUT / "eslint.config.mjs"]
    inputs = [source.read_text() for source in sources]
    with lock(home, "node"):
        if not is_stamped(folder, *inputs):
            if not shutil.which("npm"):
                raise DevError("eslint and prettier need node and npm, which are not installed.")
            with step("Install eslint and prettier") as installing:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                for source in sources:
                    shutil.copy(source, folder)
                installing.run(
                    ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"],
                    home / "log" / "node-packages.log",
                    failure="npm could not install eslint and prettier.",
                    cwd=folder,
                )
                write_stamp(folder, *inputs)
    return folder

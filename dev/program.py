# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/run: a program of the environment, such as ``./dev/run ruff format``.

In its arguments, some words stand for paths:

* ``{checkout}``: this checkout;
* ``{addon}``: a copy of the addon as it is installed; the program runs in the folder around it;
* ``{node}``: the folder with the npm packages.
"""

import os
import sys
import tempfile
from pathlib import Path

from .environment.home import ADDON, CHECKOUT, copy_addon, dev_home
from .environment.node_packages import node_packages
from .environment.odoo_source import ODOO_VARIABLE
from .environment.progress import DevError, command, run_in_foreground

NODE_PROGRAMS = ("eslint", "prettier")


def main():
    """Run the program that the command line names; return its exit code."""
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0
    home = dev_home()
    name, *arguments = sys.argv[1:]
    paths = {"{checkout}": CHECKOUT}
    if name in NODE_PROGRAMS:
        paths["{node}"] = node_packages(home)
    with tempfile.TemporaryDirectory(prefix=ADDON) as folder:
        is_on_copy = any("{addon}" in argument for argument in arguments)
        if is_on_copy:
            paths["{addon}"] = copy_addon(Path(folder)).name
        for word, path in paths.items():
            arguments = [argument.replace(word, str(path)) for argument in arguments]
        try:
            return run_in_foreground(
                [name, *arguments], env=_environment(home), cwd=folder if is_on_copy else CHECKOUT
            )
        except FileNotFoundError:
            raise DevError(f"The environment has no program {name}.") from None


def _environment(home):
    """Return the environment variables, in which the programs of the environment come first."""
    folders = [home / "venv" / "bin", home / "node" / "node_modules" / ".bin"]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]]),
        "PYTHONPATH": os.environ[ODOO_VARIABLE],
        "MYPY_CACHE_DIR": str(home / "mypy-cache"),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
    }


if __name__ == "__main__":
    command(main)

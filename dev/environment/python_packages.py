# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The virtual environment with Odoo's Python packages and the tools of the test run."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig

from .home import CHECKOUT, is_stamped, renewing, write_stamp
from .progress import DevError, step

REQUIREMENTS = CHECKOUT / "dev" / "requirements.txt"
# uv does not read pip's settings of where packages come from; these variables say the same to it.
UV_VARIABLES = {
    "cert": "SSL_CERT_FILE",
    "constraint": "UV_CONSTRAINT",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}
PIP_SETTING = re.compile(r"[\w:]+\.(?P<name>[\w-]+)='(?P<value>.*)'")
SUPPORTED = [(3, 13), (3, 12), (3, 11), (3, 10)]


def use_supported_python():
    """Continue under a Python that Odoo 19 runs on, when the one that was started is not.

    :raise DevError: when the machine has none
    """
    if sys.version_info[:2] in SUPPORTED:
        return
    for version in SUPPORTED:
        python = shutil.which("python{}.{}".format(*version))
        # A version manager may offer the name without having that Python.
        if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            os.execv(python, [python, *sys.argv])
    raise DevError(
        f"Odoo 19 needs Python 3.10 to 3.13; this is Python {platform.python_version()} and no "
        "other one was found. Install one of them and start again."
    )


def virtual_environment(home):
    """Return the Python of the virtual environment, made anew when its packages have changed."""
    folder = home / "venv"
    python = folder / "bin" / "python"
    inputs = (sys.version, sysconfig.get_platform(), REQUIREMENTS.read_text())
    if is_stamped(folder, *inputs) and python.exists():
        return python
    with renewing(home), step("Install Python packages") as packages:
        shutil.rmtree(folder, ignore_errors=True)
        packages.run(
            [sys.executable, "-m", "venv", *_venv_options(), folder],
            home / "log" / "venv.log",
            failure="Python could not make a virtual environment.",
        )
        _install(packages, python, home / "log")
        write_stamp(folder, *inputs)
    return python


def _install(packages, python, logs):
    """Install the packages with uv, in a tenth of the time, or with pip where uv cannot do it."""
    pip = _pip(python)
    install = [*pip, "install", "--progress-bar", "off"]
    log = logs / "uv.log"
    try:
        packages.run([*install, "uv"], log)
        packages.run(
            [python.with_name("uv"), "pip", "install", "--python", python, "-r", REQUIREMENTS],
            log,
            env={**_uv_settings(pip), **os.environ},
        )
    except DevError:
        packages.note = f"by pip, since uv could not do it: {log}"
        packages.run(
            [*install, "-r", REQUIREMENTS],
            logs / "pip.log",
            hint=lambda line: " ".join(line.split()[:2]),
            failure="pip could not install the Python packages.",
        )


def _uv_settings(pip):
    """Return environment variables that let uv fetch packages from where pip does."""
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False)
    # pip, too, takes the best version that any of its sources has.
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for line in listing.stdout.splitlines():  # those of the environment first, which win
        found = PIP_SETTING.fullmatch(line)
        if found and found["name"] in UV_VARIABLES:
            settings.setdefault(UV_VARIABLES[found["name"]], found["value"].replace("\\n", " "))
    return settings


def _venv_options():
    """Debian's bare Python has no ``ensurepip``; an environment without pip can be made still."""
    return [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]


def _pip(python):
    if importlib.util.find_spec("ensurepip"):
        return [python, "-m", "pip"]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", python]
    raise DevError(
        "This Python has neither pip nor the venv module's ensurepip. On Debian and Ubuntu: "
        "apt-get install python3-venv. Then start again."
    )

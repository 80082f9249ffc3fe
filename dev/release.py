# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/release: a wheel and an archive of the last commit, each proved in a bare Odoo."""

import ast
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from green_api_sandbox.phone import Phone

from .demo import LOGIN, PASSWORD, find_port, running_service
from .environment import addon_database
from .environment.database import running_server
from .environment.home import ADDON, CHECKOUT, dev_home, lock
from .environment.odoo_process import running_odoo
from .environment.odoo_session import OdooSession
from .environment.progress import DevError, command, step
from .environment.server import Odoo
from .options import release_options
from .scenario import Scenario

DATABASE = "telegram_release"
ANY_NAME = "add ons"  # the parent folder may have any name
# Whool finds everything else in the manifest.
BUILD_SYSTEM = '[build-system]\nrequires = ["whool"]\nbuild-backend = "whool.buildapi"\n'
NOT_RELEASED = ("dev", "sandbox", "tests", ".git", ".dev", "pyproject.toml")
# What nothing in the manifest names, and people need nevertheless.
ALSO_RELEASED = (
    "LICENSE",
    "README.rst",
    "doc/ru/index.rst",
    "i18n/ru.po",
    "static/description/icon.png",
    "static/description/ru/contact.png",
    "static/doc/ru/index.html",
)


def main():
    """Build the release and prove it; return the exit code."""
    options = release_options(sys.argv[1:])
    home, dist = dev_home(), CHECKOUT / "dist"
    dist.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=ADDON) as folder:
        work = Path(folder)
        with step("Build the archive") as building:
            archive = _build_archive(dist)
            building.note = archive.name
        addons = work / ANY_NAME
        with zipfile.ZipFile(archive) as file:
            file.extractall(addons)
        _check_contents(addons / ADDON)
        with step("Build the wheel") as building:
            wheel = _build_wheel(addons / ADDON, work / "build", dist)
            building.note = wheel.name
        if options.build_only:
            return 0
        work.chmod(0o755)
        busy = "Another ./dev/release of this checkout runs already. Wait until it is done."
        with lock(home, "release", busy=busy), running_server(home) as server:
            print("The archive:", flush=True)
            _prove(Odoo(home, server), addons, "--with-demo")
            print("The wheel:", flush=True)
            packages = work / "packages"
            with step("Install the wheel"):
                _pip("install", "--no-deps", "--target", packages, wheel)
            addons = packages / "odoo" / "addons"
            _check_contents(addons / ADDON)
            _check_same(work / ANY_NAME / ADDON, addons / ADDON)
            _prove(Odoo(home, server), addons)
    return 0


def _build_archive(dist):
    """Build the archive of the last commit, without the files for developers.

    Those are named in ``.gitattributes``.
    """
    manifest = _git("show", "HEAD:__manifest__.py")
    version = ast.literal_eval(manifest)["version"]
    archive = dist / f"{ADDON}-{version}.zip"
    _git("archive", f"--prefix={ADDON}/", f"--output={archive}", "HEAD")
    return archive


def _build_wheel(addon, build, dist):
    """Build the wheel from the files of the archive."""
    source = build / ADDON
    shutil.copytree(addon, source)
    (source / "pyproject.toml").write_text(BUILD_SYSTEM)
    for path in dist.glob("*.whl"):
        path.unlink()
    _pip("wheel", "--no-deps", "--wheel-dir", dist, source)
    [wheel] = dist.glob("*.whl")
    return wheel


def _check_contents(addon):
    """Check that only what runs is released.

    :raise DevError: something is missing, or too much
    """
    manifest = addon / "__manifest__.py"
    if not manifest.exists():
        raise DevError(f"There is no {manifest}.")
    data = ast.literal_eval(manifest.read_text(encoding="utf-8"))
    names = [*data["data"], *data["demo"], *ALSO_RELEASED]
    missing = [name for name in names if not (addon / name).exists()]
    foreign = [name for name in NOT_RELEASED if (addon / name).exists()]
    foreign += [str(path) for path in (addon / "static").glob("tests")]
    if missing or foreign:
        raise DevError(f"Not as it should be: missing {missing}, not to be released {foreign}.")


def _check_same(archived, installed):
    """Check that the wheel has the files of the archive, and no others.

    :raise DevError: they differ
    """
    files, others = (
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        for folder in (archived, installed)
    )
    # Python compiles what it runs.
    if different := {name for name in files ^ others if not name.endswith(".pyc")}:
        raise DevError(f"The wheel and the archive differ in {sorted(different)}.")


def _prove(odoo, addons, *options):
    """Install the addon in a bare Odoo, and write to a customer.

    :param addons: the folder that holds it
    :raise DevError: Odoo warns, or the message does not arrive
    """
    log = odoo.home / "log" / "release-install.log"
    config = odoo.write_config("release-install.conf", addons=addons)
    addon_database.drop(odoo, DATABASE)
    with step("Install the addon in a bare Odoo") as installing:
        odoo.run(
            installing,
            log,
            DATABASE,
            f"--init={ADDON}",
            *options,
            config=config,
            failure="Odoo could not install it.",
        )
        addon_database.check_log(odoo.home, log)
    with (
        tempfile.TemporaryDirectory(prefix="telegram_sandbox_") as data,
        running_service(data) as phone_url,
        running_odoo(odoo, DATABASE, find_port(), "release", addons=addons, max_cron_threads=2) as (
            _process,
            odoo_url,
        ),
    ):
        session = OdooSession(odoo_url, DATABASE, LOGIN, PASSWORD)
        Scenario(session, Phone(phone_url)).run()
    addon_database.drop(odoo, DATABASE)


def _git(*arguments):
    result = subprocess.run(
        ["git", *map(str, arguments)], cwd=CHECKOUT, capture_output=True, text=True
    )
    if result.returncode:
        raise DevError(f"git {arguments[0]} failed.\n\n{result.stderr}")
    return result.stdout


def _pip(*arguments):
    """Run pip of the environment.

    :raise DevError: with the end of its output
    """
    result = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    if result.returncode:
        raise DevError(f"pip {arguments[0]} failed.\n\n{result.stderr[-2000:]}")


if __name__ == "__main__":
    command(main)

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo 19 itself: an existing one, else Debian's package, else a clone of its repository."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from .home import is_stamped, renewing, write_stamp
from .progress import DevError, step

ODOO_VARIABLE = "ODOO_HOME"
REPOSITORY = "https://github.com/odoo/odoo"
BRANCH = "19.0"
SUITE = "sid"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The package links web assets to files of the others; links are relative, so all of them are
# unpacked into one folder. Without jQuery, say, the login page fails.
PACKAGES = (
    "odoo-19",
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
IMPORT_FOLDER = Path("usr/lib/python3/dist-packages")
# Listed in mail's manifest but left out by Debian. Without it every page of the web client logs
# an error, which fails every browser test.
LEFT_OUT = IMPORT_FOLDER / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def odoo_source(home):
    """Return the folder that makes ``import odoo`` work when it is on the Python path.

    :raise DevError: when Odoo 19 is not there and cannot be fetched
    """
    source = _configured(home) or _importable(home) or _fetched(home)
    os.environ[ODOO_VARIABLE] = str(source)
    return source


def _configured(home):
    if not os.environ.get(ODOO_VARIABLE):
        return None
    source = Path(os.environ[ODOO_VARIABLE]).expanduser()
    if not _is_odoo_19(source / "odoo"):
        raise DevError(
            f"{ODOO_VARIABLE}={source} does not hold Odoo 19: there is no odoo/release.py of that "
            "version in it. Name the folder that has odoo/ in it, or unset the variable to let "
            "Odoo be fetched."
        )
    return _import_folder(home, source / "odoo")


def _importable(home):
    spec = importlib.util.find_spec("odoo")
    for package in (spec and spec.submodule_search_locations) or []:
        if _is_odoo_19(Path(package)):
            return _import_folder(home, Path(package))
    return None


def _import_folder(home, package):
    """Return the folder to import ``package`` from: among others' packages, one with a link.

    Neighbours of an installed Odoo would hide the packages of our virtual environment.
    """
    package = package.resolve()
    if not (package / "addons" / "web").is_dir():
        return package.parent  # a clone of the repository: addons are next to it, packages not
    alone = home / "installed-odoo"
    alone.mkdir(exist_ok=True)
    (alone / "odoo").unlink(missing_ok=True)
    (alone / "odoo").symlink_to(package)
    return alone


def _is_odoo_19(package):
    release = package / "release.py"
    return release.is_file() and bool(
        re.search(r"^version_info\s*=\s*\(19,\s*0,", release.read_text(), re.MULTILINE)
    )


def _fetched(home):
    folder = home / "odoo"
    inputs = (BRANCH, *PACKAGES)
    if not is_stamped(folder, *inputs):
        with renewing(home):
            shutil.rmtree(folder, ignore_errors=True)
            partial = _fetch(home)
            write_stamp(partial, *inputs)
            partial.rename(folder)
    debian = folder / IMPORT_FOLDER
    return debian if debian.is_dir() else folder


def _fetch(home):
    """Fetch Odoo by the first way that works; return the folder it is in."""
    partial = home / "odoo.partial"
    problems = []
    for fetch in (_fetch_from_debian, _fetch_from_repository):
        shutil.rmtree(partial, ignore_errors=True)
        try:
            fetch(home, partial)
        except DevError as error:
            problems.append(str(error))
        else:
            return partial
    raise DevError("\n\n".join([_no_odoo(), *problems]))


def _no_odoo():
    return (
        "Odoo 19 is not here and could not be fetched. Either give a network that reaches "
        f"Debian's packages or {REPOSITORY}, or set {ODOO_VARIABLE} to a folder with Odoo 19's "
        "sources. What was tried:"
    )


def _fetch_from_debian(home, folder):
    if not (shutil.which("apt-get") and shutil.which("dpkg") and KEYRING.exists()):
        raise DevError("Debian's package: this machine has no apt-get with Debian's keyring.")
    with step("Fetch Odoo 19 (Debian package)") as fetching:
        log = home / "log" / "odoo-source.log"
        apt = home / "apt"
        shutil.rmtree(apt, ignore_errors=True)
        for part in ("lists/partial", "cache/archives/partial"):
            (apt / part).mkdir(parents=True)
        for mirror in _mirrors():
            (apt / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n")
            try:
                fetching.run([*_apt_get(apt), "update"], log)
                break
            except DevError as error:
                problem = error
        else:
            raise problem
        fetching.run([*_apt_get(apt), "download", *PACKAGES], log, cwd=apt / "cache")
        for package in sorted((apt / "cache").glob("*.deb")):
            fetching.hint = f"unpacking {package.name}"
            fetching.run(["dpkg", "-x", package, folder], log)
        (folder / LEFT_OUT).parent.mkdir(parents=True, exist_ok=True)
        (folder / LEFT_OUT).touch()
        shutil.rmtree(apt)


def _mirrors():
    """Return the addresses that the machine's own apt configuration gets packages from."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line.split() for line in listing.stdout.splitlines()]
    mirrors = [address for address, release in found if "security" not in release]
    if not mirrors:
        raise DevError("Debian's package: apt has no sources configured.")
    return dict.fromkeys(mirrors)


def _apt_get(apt):
    """Return an apt-get that keeps to folders of our own: it needs no root and changes nothing."""
    options = {
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "-",
        # apt would fetch as a user of its own, who may not enter our folder.
        "APT::Sandbox::User": "",
        "Acquire::Retries": 2,
    }
    return ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]


def _fetch_from_repository(home, folder):
    if not shutil.which("git"):
        raise DevError("Clone of Odoo's repository: this machine has no git.")
    with step("Fetch Odoo 19 (clone of its repository)") as fetching:
        fetching.run(
            ["git", "clone", "--progress", "--depth=1", f"--branch={BRANCH}", REPOSITORY, folder],
            home / "log" / "odoo-source.log",
            failure="Clone of Odoo's repository: git clone failed.",
        )

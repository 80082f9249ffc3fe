# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Where the developer commands keep things, and the locks that let several of them run at once."""

import fcntl
import hashlib
import os
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path

from .progress import DevError

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SANDBOX = CHECKOUT / "sandbox"  # the folder that holds green_api_sandbox
ADDON = "telegram_green_api"
# What the developers' tools need, and what they make; not part of the addon as installed. The
# tests are not either, but are checked like it.
NOT_SHIPPED = (".*", "dev", "node_modules", "sandbox", "__pycache__")
HOME_VARIABLE = "TELEGRAM_DEV_HOME"
USERS = "users"  # the lock that commands share while they work in the environment


def dev_home():
    """Return the folder of the environment (virtual environment, Odoo, database), made if missing.

    That is TELEGRAM_DEV_HOME, else ``.dev`` in the checkout. The embedded database refuses to run
    as root, so root's own private folders are of no use to it: then a folder in /var/tmp is taken.

    :raise DevError: when the folder cannot serve
    """
    configured = os.environ.get(HOME_VARIABLE)
    home = Path(configured).expanduser() if configured else CHECKOUT / ".dev"
    home = home.absolute()
    if os.geteuid() == 0:
        os.umask(0o022)  # the database server, another user, has to get at its programs
    if os.geteuid() == 0 and private_parent(home):
        if configured:
            raise DevError(
                f"{home} cannot be used: only root may enter {private_parent(home)}, and the "
                f"database server does not run as root.\n"
                f"Set {HOME_VARIABLE} to a folder that every user may enter, "
                f"for example {HOME_VARIABLE}=/var/tmp/telegram-dev."
            )
        home = _shared_home()
    home.mkdir(parents=True, exist_ok=True)
    os.environ[HOME_VARIABLE] = str(home)
    return home


def private_parent(path):
    """Return the first folder on the way to ``path`` that other users may not enter, or None."""
    for folder in [*reversed(path.parents), path]:
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def _shared_home():
    """Return root's environment for a checkout in a private folder: one per checkout."""
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    home = Path("/var/tmp") / f"telegram-dev-{name}"
    home.mkdir(mode=0o755, exist_ok=True)
    # /var/tmp is open to everyone: never run what another user may have put there.
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise DevError(f"{home} belongs to another user. Set {HOME_VARIABLE} to another folder.")
    print(f"The checkout is private to root; the environment is kept in {home}.")
    return home


def link_addon(home):
    """Return a folder for Odoo's addons path, holding the checkout under the addon's name."""
    addons = home / "addons"
    addons.mkdir(exist_ok=True)
    link = addons / ADDON
    if not (link.is_symlink() and link.resolve() == CHECKOUT):
        link.unlink(missing_ok=True)
        link.symlink_to(CHECKOUT)
    return addons


def copy_addon(folder):
    """Return a copy of the addon as it is installed, made anew in ``folder``.

    Odoo and checkers know an addon by the name of its folder, and walk through all of it.
    """
    addon = folder / ADDON
    shutil.rmtree(addon, ignore_errors=True)
    return shutil.copytree(CHECKOUT, addon, ignore=shutil.ignore_patterns(*NOT_SHIPPED))


@contextmanager
def lock(home, name, busy=None):
    """Hold the lock ``name`` of the environment; the kernel frees it whatever ends the process.

    :param busy: what to say when another process holds it; without it, wait
    :raise DevError: with the text of ``busy``
    """
    with (home / f"{name}.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise DevError(busy) from None
        yield


def renewing(home):
    """Return a lock under which parts of the environment may be replaced, as it is unused."""
    return lock(
        home,
        USERS,
        busy="A part of the environment has to be renewed, but another command (./dev/demo, "
        "./dev/test or ./dev/odoo) works in it. End that one, then start again.",
    )


def is_stamped(folder, *inputs):
    """Return whether ``folder`` was completed from just these inputs (see ``write_stamp``)."""
    stamp = folder / ".complete"
    return stamp.is_file() and stamp.read_text() == fingerprint(*inputs)


def write_stamp(folder, *inputs):
    """Mark ``folder`` as complete. To be called last, so an interrupted step leaves no mark."""
    (folder / ".complete").write_text(fingerprint(*inputs))


def fingerprint(*inputs):
    """Return a short text that changes when one of the inputs does."""
    return hashlib.sha256("\0".join(map(str, inputs)).encode()).hexdigest()[:12]

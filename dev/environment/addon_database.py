# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Databases with the addon: made quickly from a template that holds what it depends on."""

import ast
import os
import re
import shutil

from .home import ADDON, CHECKOUT, fingerprint, lock
from .odoo_source import ODOO_VARIABLE
from .progress import DevError, step

# What the addon depends on, and the addons that extend the same parts of mail and would show a
# conflict with it. privacy_lookup has to find what the addon knows of a person; test_lint is
# Odoo's own check of addons.
CORE_ADDONS = (
    "mail",
    "phone_validation",
    "account",
    "contacts",
    "sms",
    "im_livechat",
    "snailmail",
    "privacy_lookup",
    "test_lint",
)
LOG_LINE = re.compile(r"^[\d-]+ [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): ")


def create(odoo, name, log):
    """Create the database ``name`` anew, with the addon installed.

    :param log: file that takes Odoo's log of the installation
    :raise DevError: when the installation fails, or Odoo warns of something in it
    """
    core = template(odoo)
    with step("Install the addon") as installing:
        drop(odoo, name)
        copy(odoo, core, name)
        odoo.run(installing, log, name, f"--init={ADDON}", failure="Odoo could not install it.")
        check_log(odoo.home, log)


def update(odoo, name, log):
    """Update the addon in the database ``name``; log and errors as in ``create``."""
    with step("Update the addon") as updating:
        odoo.run(updating, log, name, f"--update={ADDON}", failure="Odoo could not update it.")
        check_log(odoo.home, log)


def has_addon(odoo, name):
    """Return whether the database exists and holds the addon."""
    query = "SELECT state = 'installed' FROM ir_module_module WHERE name = %s"
    return odoo.server.has_database(name) and odoo.server.execute(
        query, database=name, values=[ADDON]
    ) == [(True,)]


def drop(odoo, name):
    """Remove the database and its files, if it exists."""
    # Not WITH (FORCE): that asks for the right to end PostgreSQL's own cleaning, too.
    odoo.server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user",
        values=[name],
    )
    odoo.server.execute("DROP DATABASE IF EXISTS {}", name)
    shutil.rmtree(odoo.filestore(name), ignore_errors=True)


def check_log(home, log):
    """Fail on warnings and errors in a log of Odoo.

    Python's own warnings count only where they are about our files, not about Odoo's libraries.

    :raise DevError: holds the lines with what follows them, such as tracebacks
    """
    ours = [str(home / folder / ADDON) for folder in ("addons", "shipped")]
    found, wanted = [], False
    for line in log.read_text(errors="replace").splitlines():
        start = LOG_LINE.match(line)
        if start and start["logger"] == "py.warnings":
            wanted = any(folder in line for folder in ours)
        elif start:
            wanted = start["level"] in ("WARNING", "ERROR", "CRITICAL")
        if wanted:
            found.append(line)
    if found:
        lines = "\n".join(found)
        raise DevError(f"Odoo's log has warnings or errors:\n\n{lines}\n\nThe whole log: {log}")


def template(odoo):
    """Return the name of the database with the core addons, built once for each Odoo."""
    return _template(odoo, "Odoo's own addons", CORE_ADDONS, bare_template(odoo))


def bare_template(odoo):
    """Return the name of the database with what the addon depends on, and nothing else.

    An addon that is used and not named in the manifest is missing in it, as on a server.
    """
    manifest = ast.literal_eval((CHECKOUT / "__manifest__.py").read_text())
    return _template(odoo, "what the addon depends on", manifest["depends"])


def _template(odoo, what, addons, source=None):
    """Return the name of the database with some addons, built once for each Odoo.

    :param what: what the addons are, for the person who waits
    :param source: database to start from
    """
    # The home is part of it, since it has the files that belong to the database.
    name = f"telegram_core_{fingerprint(odoo.home, os.environ[ODOO_VARIABLE], *addons)}"
    with lock(odoo.home, "template"):
        if not odoo.server.has_database(name):
            with step(f"Install {what} (once)") as installing:
                partial = f"{name}_partial"
                drop(odoo, partial)
                if source:
                    _copy(odoo, source, partial)
                log = odoo.home / "log" / "core-install.log"
                odoo.run(installing, log, partial, f"--init={','.join(addons)}")
                shutil.rmtree(odoo.filestore(name), ignore_errors=True)
                if odoo.filestore(partial).exists():
                    odoo.filestore(partial).rename(odoo.filestore(name))
                odoo.server.execute("ALTER DATABASE {} RENAME TO {}", partial, name)
    return name


def copy(odoo, source, name):
    """Create the database ``name``, with its files, from another unused one."""
    with lock(odoo.home, "template"):  # PostgreSQL copies unused databases only
        _copy(odoo, source, name)


def _copy(odoo, source, name):
    odoo.server.execute("CREATE DATABASE {} TEMPLATE {}", name, source)
    files = odoo.filestore(source)
    if files.exists():
        # Odoo never changes a stored file, it only adds and removes: links are as good as copies.
        shutil.copytree(files, odoo.filestore(name), copy_function=os.link)
    # Else two databases take each other's sessions and web push registrations for their own.
    odoo.server.execute(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key = ANY(%s)",
        database=name,
        values=[["database.uuid", "database.secret"]],
    )

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/texts: write the texts to be translated to i18n/, and the pages of the guide.

The translations are brought in step; their new texts are empty.
"""

import shutil

import polib

from . import guide
from .environment import addon_database
from .environment.database import running_server
from .environment.home import ADDON, CHECKOUT, copy_addon, dev_home
from .environment.progress import DevError, command, step
from .environment.server import Odoo

DATABASE = "telegram_texts"
TEMPLATE = CHECKOUT / "i18n" / f"{ADDON}.pot"


def main():
    """Export the texts of the addon as it is; return the exit code."""
    print(f"Pages of the guide: {guide.write_pages()}")
    home = dev_home()
    with running_server(home) as server:
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, home / "log" / f"{DATABASE}-install.log")
        shutil.copy(export(odoo, DATABASE), TEMPLATE)
        addon_database.drop(odoo, DATABASE)
    print(f"Written to {TEMPLATE.relative_to(CHECKOUT)}.")
    for path in sorted(TEMPLATE.parent.glob("*.po")):
        catalog = update_catalog(polib.pofile(str(TEMPLATE)), polib.pofile(str(path)))
        catalog.save(str(path))
        missing = [entry.msgid for entry in catalog if not entry.msgstr]
        print(
            f"Texts to translate in {path.relative_to(CHECKOUT)}: {len(missing)}",
            *missing,
            sep="\n  ",
        )
    return 0


def update_catalog(template, catalog):
    """Return a catalog with the texts of the template and the translations that are known.

    New texts are empty: a guess from a similar text would be read as a translation.
    """
    known = {entry.msgid: entry.msgstr for entry in catalog if not entry.fuzzy}
    for entry in template:
        entry.msgstr = known.get(entry.msgid, "")
    template.metadata = catalog.metadata
    return template


def export(odoo, database):
    """Export the texts of the addon.

    :param database: one that has the addon installed, as it is now
    :return: the path of the file
    :raise DevError: Odoo fails
    """
    addon = copy_addon(odoo.home / "shipped")  # Odoo reads all files in the folder of an addon
    config = odoo.write_config("texts.conf", addons=addon.parent)
    with step("Export the texts") as exporting:
        exporting.run(
            odoo.command("i18n", "export", "-c", config, "-d", database, ADDON),
            odoo.home / "log" / "texts.log",
            failure="Odoo could not export the texts.",
            env=odoo.environment(config),
            cwd=CHECKOUT,
        )
    return addon / "i18n" / TEMPLATE.name


def check(odoo, database):
    """Check that the file with the texts to be translated is up to date.

    :param database: as for ``export``
    :raise DevError: a text is missing in it, or is no longer used
    """
    kept, current = (_read(path) for path in (TEMPLATE, export(odoo, database)))
    if kept != current:
        raise DevError(
            "The texts in i18n/ are out of date; ./dev/texts puts it right:\n"
            + "\n".join(sorted(kept ^ current))
        )


def _read(path):
    return {entry.msgid for entry in polib.pofile(str(path))}


if __name__ == "__main__":
    command(main)

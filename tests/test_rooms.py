# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from pathlib import Path

from odoo.tests import BaseCase
from odoo.tests.loader import get_test_modules

FOLDER = Path(__file__).parent


class TestRooms(BaseCase):
    """Check that Odoo's loader and pytest run the same files."""

    def test_odoo_finds_every_file(self):
        """Check that each file is imported, and that no two of them share a name: ``tests``
        imports the rooms with a star, so the later of the two would hide the other one."""
        found = {Path(module.__file__) for module in get_test_modules("telegram_green_api")}
        self.assertEqual(found, set(FOLDER.rglob("test_*.py")))

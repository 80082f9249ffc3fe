# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ..common import SandboxCase
from .database_case import ADDON, DatabaseCase

FOLDER = Path(__file__).parent
APPS = (
    "base_automation",
    "calendar",
    "crm",
    "link_tracker",
    "project",
    "sale_management",
    "sms",
    "stock",
)
PARTS = ("lead", "task", "rules", "automations", "sms", "links")


@tagged("post_install", "-at_install", "slow")
class TestApps(DatabaseCase, SandboxCase):
    """The addon beside apps that it does not depend on, in a database of its own."""

    database = "telegram_apps"

    def test_apps(self):
        """What is only for other apps breaks there, and no other test would see it."""
        phone = self._create_phone()
        environment = {
            "TELEGRAM_APPS_URL": self.sandbox_url,
            "TELEGRAM_APPS_TOKEN": phone.token,
            "TELEGRAM_APPS_ID": str(phone.id_instance),
            "PYTHONPATH": os.pathsep.join(
                [str(FOLDER.parents[1] / "sandbox"), os.environ.get("PYTHONPATH", "")]
            ),
        }
        self.odoo("server", "-i", ",".join((ADDON, *APPS)), "--stop-after-init")
        script = FOLDER.joinpath("apps.py").read_text()
        with patch.dict(os.environ, environment):
            output = self.odoo("shell", "--no-http", script=script)
        for part in PARTS:
            self.assertIn(f"{part}: ok", output)

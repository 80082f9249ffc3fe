# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import csv
import io
import json

from openpyxl import load_workbook

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from ..common import TelegramCase

FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = (
    FORMULA,
    "{=1+1}",
    "external:\\\\example.com\\share\\book.xlsx",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\n=1+1",
)
HARMLESS = ("Price = 5", "a@example.com", "@vasilisa", "1-2", "https://example.com", "3 + 4")


@tagged("post_install", "-at_install")
class TestExports(TelegramCase, HttpCase):
    """What strangers wrote is no formula in the files that Odoo exports."""

    def setUp(self):
        super().setUp()
        self.user = self.create_user("telegram_exporter", "manager", "system")
        self.user.group_ids |= self.env.ref("base.group_allow_export")
        self.authenticate("telegram_exporter", "telegram_exporter")
        for number, text in enumerate((*HOSTILE, *HARMLESS)):
            notification = self.notification(text, idMessage=str(number))
            self.ingest(notification)
        self.messages = self.env["telegram.message"].search([("direction", "=", "incoming")])
        self.chat = self.messages.chat_id
        self.chat.name = FORMULA

    def export(self, url, data):
        data = json.dumps(data)
        values = {"data": data, "csrf_token": Request.csrf_token(self)}
        response = self.url_open(url, values)
        response.raise_for_status()
        return response.content

    def export_messages(self, way, *names, groupby=()):
        fields = [{"name": name, "label": name, "type": "char"} for name in names]
        options = {
            "model": "telegram.message",
            "fields": fields,
            "ids": self.messages.ids,
            "domain": [],
            "groupby": groupby,
            "import_compat": False,
        }
        return self.export(f"/web/export/{way}", options)

    def read_excel(self, content):
        """Return the values of all cells, which have to be texts or numbers."""
        cells = [cell for row in load_workbook(io.BytesIO(content)).active for cell in row]
        for cell in cells:
            self.assertNotEqual(cell.data_type, "f", cell.value)
            target = cell.hyperlink and cell.hyperlink.target
            self.assertTrue(not target or target.startswith("https:"), target)
        return [cell.value for cell in cells]

    def test_excel(self):
        """In Excel files, texts are texts: of messages, of related records, and of groups."""
        values = self.read_excel(self.export_messages("xlsx", "text", "chat_id", "chat_id/name"))
        self.assertEqual(values.count(f"'{FORMULA}"), 1 + 2 * len(self.messages))
        for text in (*HARMLESS, "+1+1"):
            self.assertIn(text, values)
        for groupby in (["chat_id"], ["text"], ["text", "chat_id"]):
            with self.subTest(groupby):
                content = self.export_messages("xlsx", "text", "chat_id", groupby=groupby)
                self.read_excel(content)

    def test_csv(self):
        """In CSV files, nothing begins as a formula does for any spreadsheet program."""
        content = self.export_messages("csv", "text", "chat_id").decode()
        values = [value for row in csv.reader(io.StringIO(content)) for value in row]
        for text in HOSTILE:
            if not text.startswith(("{", "external")):
                self.assertIn(f"'{text}", values)
        for text in HARMLESS:
            self.assertIn(text, values)

    def test_pivot(self):
        """In Excel files of pivot tables, the names of groups are texts."""
        header = {"title": FORMULA, "width": 1, "height": 1, "is_bold": False}
        table = {
            "model": "telegram.message",
            "title": "Messages",
            "measure_count": 1,
            "col_group_headers": [[header]],
            "measure_headers": [header],
            "rows": [{"title": FORMULA, "indent": 0, "values": [{"value": 3, "is_bold": False}]}],
        }
        values = self.read_excel(self.export("/web/pivot/export_xlsx", table))
        self.assertEqual(values.count(f"'{FORMULA}"), 3)
        self.assertIn(3, values)

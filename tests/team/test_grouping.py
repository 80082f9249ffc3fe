# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from ...models.grouping import CHAT_FIELDS, MESSAGE_FIELDS
from ..common import TelegramCase


@tagged("post_install", "-at_install")
class TestGrouping(TelegramCase):
    """What *Group By* and the measures of chats and messages offer."""

    def get_offered(self, model):
        """Return the names of the addon's fields that the web client offers."""
        self.env["ir.model.fields"].create(
            {
                "name": "x_color",
                "model_id": self.env["ir.model"]._get_id(model),
                "field_description": "Color",
                "ttype": "char",
            }
        )
        fields = self.env[model].get_views([(False, "search")])["models"][model]["fields"]
        self.assertTrue(fields["x_color"]["groupable"], "the choice of those who made it")
        kinds = ("text", "html", "json", "binary", "one2many", "float", "reference")
        return {
            name
            for name, field in fields.items()
            if (field["groupable"] and field["type"] not in kinds) or field.get("aggregator")
        } - {"x_color", *MAGIC_COLUMNS}

    def test_chats(self):
        """Users would choose among keys, IDs and states of the queue."""
        self.assertEqual(self.get_offered("telegram.chat"), CHAT_FIELDS)

    def test_messages(self):
        """Users would choose among keys, IDs and states of the queue."""
        self.assertEqual(self.get_offered("telegram.message"), MESSAGE_FIELDS)

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import ast
import io
import re
from pathlib import Path

from lxml import etree
from PIL import Image

from odoo.tests import tagged
from odoo.tools import file_path
from odoo.tools.safe_eval import safe_eval

from ... import const
from ...client import GreenApiError
from ..common import CUSTOMER_CHAT, SECRET_MARK, TelegramCase

ADDON = Path(file_path("telegram_green_api/__manifest__.py")).parent
ROW = re.compile(r"^   (\w+) \| (.+) \| ``(.+)``$", re.MULTILINE)
LABEL = re.compile(r"\*(.+?)\*")
PARTNER_TOKEN = f"gac.{SECRET_MARK}"
OTHER_CHAT = "10000001"
CHATS = {"chat", "other_chat", "group", "message", "photo"}
# Of an account that is being signed in; a refusal of the made-up code is an answer, too.
SIGNED_OUT = (
    "qr",
    "startAuthorization",
    "sendAuthorizationCode",
    "sendAuthorizationPassword",
)


def read_table():
    """Return the rows of doc/python.rst's table: method, place on the screen, call."""
    return ROW.findall((ADDON / "doc" / "python.rst").read_text())


class TestTable(TelegramCase):
    """The table of methods in doc/python.rst against the service and the screen."""

    def test_complete(self):
        """A method that nobody can find is as good as missing."""
        self.assertEqual(sorted(row[0] for row in read_table()), sorted(const.METHODS))

    def test_on_the_screen(self):
        """The words that the table promises stand on a screen; buttons are renamed easily."""
        shown = self.read_labels()
        for method, place, _call in read_table():
            for label in LABEL.findall(place):
                with self.subTest(method):
                    self.assertTrue(label in shown, f"“{label}” stands nowhere")

    def read_labels(self):
        """Return all words on views, menus, actions and in the templates of the web client."""
        own = [("module", "=", "telegram_green_api")]
        data = self.env["ir.model.data"].search(own)
        labels = set()
        for model in ("ir.ui.menu", "ir.actions.act_window", "ir.actions.server"):
            ids = data.filtered(lambda row, model=model: row.model == model).mapped("res_id")
            labels.update(self.env[model].browse(ids).mapped("name"))
        fields = self.env["ir.model.fields"].search([("model", "like", "telegram.%")])
        labels.update(fields.mapped("field_description"), fields.selection_ids.mapped("name"))
        views = data.filtered(lambda row: row.model == "ir.ui.view").mapped("res_id")
        trees = [etree.fromstring(view.arch) for view in self.env["ir.ui.view"].browse(views)]
        trees += [etree.parse(path).getroot() for path in ADDON.glob("static/src/**/*.xml")]
        for tree in trees:
            for node in tree.iter(etree.Element):
                labels.update(node.get(name) for name in ("string", "title"))
                labels.add((node.text or "").strip())
        return labels


@tagged("post_install", "-at_install")
class TestCalls(TelegramCase):
    """Each call of the table in doc/python.rst, as written there, against the local service."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    def test_calls(self):
        """What a programmer copies out of the table works, and calls what it says."""
        for method, _place, call in read_table():
            with self.subTest(method, call=call), self.env.cr.savepoint() as savepoint:
                self.try_call(method, call)
                savepoint.rollback()
                self.env.invalidate_all()

    def try_call(self, method, call):
        tree = ast.parse(call, mode="eval")
        wanted = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.phone = self._create_phone(rateLimits=False)
        self.instance = self._create_instance(self.phone)
        names = self.prepare(wanted)
        if method in SIGNED_OUT:
            self.phone.change(stateInstance="notAuthorized")
        before = len(self.requests(method))
        with self.enter_registry_test_mode():
            try:
                safe_eval(call, names)
            except GreenApiError as error:
                self.assertIn(method, SIGNED_OUT, error)
        self.send_queue()
        self.assertGreater(len(self.requests(method)), before)

    def requests(self, method):
        if method in ("getInstances", "createInstance", "deleteInstanceAccount"):
            return self.phone.requests_without_instance(method)
        return self.phone.requests(method)

    def prepare(self, wanted):
        """Return what a call is made of, by name; chats take long, and are made when wanted."""
        chats = self.prepare_chats() if wanted & CHATS else {}
        self.phone.write(CUSTOMER_CHAT, "Waits")
        picture = io.BytesIO()
        Image.new("RGB", (64, 64), "green").save(picture, "JPEG")
        partner = self.env["telegram.api.partner"].create(
            {"name": "Us", "api_url": self.sandbox_url, "api_token_new": PARTNER_TOKEN}
        )
        clients = [record._get_client() for record in (self.instance, partner)]
        for client in clients:
            self.addCleanup(client.close)
        return chats | {
            "instance": self.instance,
            "partner": partner,
            "client": clients[0],
            "partner_client": clients[1],
            "picture": picture.getvalue(),
            "file": io.BytesIO(picture.getvalue()),
            "attachment": self.env["ir.attachment"].create({"name": "a.txt", "raw": b"Offer"}),
        }

    def prepare_chats(self):
        """Return chats with messages, and a group."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.phone.write_file(CUSTOMER_CHAT, "photo.png", b"\x89PNG")
        self.phone.write(OTHER_CHAT, "Hello")
        self.receive()
        chats = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        chat = chats.filtered(lambda found: found.telegram_id == CUSTOMER_CHAT)
        message = self.instance.send_text(CUSTOMER_CHAT, "Good day")
        self.send_queue()
        with self.enter_registry_test_mode():
            group = self.instance.create_group("Order 11", chat)
        return {
            "chat": chat,
            "other_chat": chats - chat - group,
            "group": group,
            "message": message,
            "photo": chat.message_ids.filtered("file_name"),
        }

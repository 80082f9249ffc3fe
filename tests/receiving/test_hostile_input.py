# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import copy
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client.property_case import PropertyCase, containers, samples, strategies
from .test_webhook import WebhookCase

# What people write who want more than to write.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<a href='javascript:alert(1)'>here</a>",
    "<iframe src=//example.com></iframe><style>*{display:none}</style>",
    "{{ object.env['res.users'] }}",
    "<t t-esc='object.env.cr'/>",
    "${7*7} %(name)s %s {0.__class__}",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "a\r\nX-Header: b",
    "\u202egpj.exe",
    "'; DROP TABLE telegram_message; --",
    "name" * 2000,
    "\x00\x1b[31m",
    "👩‍👩‍👧‍👦",
)
# Models whose rows a message becomes, and people look at in lists and forms
MODELS = ("telegram.chat", "telegram.message", "telegram.event", "mail.message", "mail.guest")
DANGEROUS_TAGS = ("script", "iframe", "style", "object", "embed", "form", "img", "t")


class Trap(BaseHTTPRequestHandler):
    """Somebody inside the house, whom nobody outside may talk to through Odoo."""

    def do_GET(self):
        self.server.visits.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, *_args):
        """Say nothing."""


@tagged("post_install", "-at_install")
class TestHostileInput(PropertyCase, WebhookCase):
    """What comes by the webhook from somebody who wants to break in, or only to break."""

    def setUp(self):
        super().setUp()
        self.trap = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
        self.trap.visits = []
        thread = threading.Thread(target=self.trap.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.trap.server_close)
        self.addCleanup(self.trap.shutdown)

    def links(self):
        """Return addresses inside the house, in the disguises that there are."""
        host = f"127.0.0.1:{self.trap.server_port}"
        return (
            f"http://{host}/secret",
            f"http://localhost:{self.trap.server_port}/secret",
            f"http://user@{host}/secret",
            f"{self.sandbox_url}@{host}/secret",
            f"{self.sandbox_url}.{host}/secret",
            f"http://[::ffff:127.0.0.1]:{self.trap.server_port}/secret",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "//127.0.0.1/",
            "http://",
        )

    def poisoned(self):
        """One of the samples with hostile texts in the place of some of its texts."""
        texts = strategies.sampled_from((*HOSTILE, *self.links()))
        bodies = [body for body in samples() if "messageData" in body]

        @strategies.composite
        def poison(draw):
            body = copy.deepcopy(draw(strategies.sampled_from(bodies)))
            body["idMessage"] = str(draw(strategies.integers(1, 10**12)))
            body.get("instanceData", {})["idInstance"] = int(self.instance.id_instance)
            for parent in list(containers(body)):
                for key, value in sorted(parent.items()):
                    is_free = isinstance(value, str) and not key.startswith(
                        ("type", "id", "chatId")
                    )
                    if is_free and draw(strategies.booleans()):
                        parent[key] = draw(texts)
                    if key == "downloadUrl":
                        parent[key] = draw(strategies.sampled_from(self.links()))
            return body

        return poison()

    @mute_logger("odoo.addons.telegram_green_api.models.receiving.processing")
    @mute_logger("odoo.addons.telegram_green_api.models.receiving.files")
    def test_nothing_runs_and_nothing_breaks(self):
        """No text becomes markup, no link is followed inside the house, no row breaks a list."""

        def check(bodies):
            for body in bodies:
                self.assertEqual(self.post(body).status_code, 200)
            self.receive()
            self.check_markup()
            self.check_lists()
            self.assertEqual(self.trap.visits, [], "an internal address was contacted")

        bodies = strategies.lists(self.poisoned(), min_size=3, max_size=8)
        self.for_all(bodies, examples=12, check=check)
        self.assertTrue(self.env["telegram.message"].search_count([("file_name", "!=", False)]))

    def check_markup(self):
        """Check that what people see as HTML has only what the addon itself puts there."""
        for shown in self.env["mail.message"].search([("message_type", "=", "telegram")]):
            if not shown.body:
                continue
            for node in html.fragment_fromstring(shown.body, create_parent="div").iter():
                self.assertNotIn(node.tag, DANGEROUS_TAGS, shown.body)
                for name, value in node.attrib.items():
                    self.assertFalse(name.startswith("on"), shown.body)
                    self.assertNotIn("javascript:", value.lower(), shown.body)

    def check_lists(self):
        """Check that every row can be shown, as the web client asks for it."""
        for name in MODELS:
            model = self.env[name]
            fields = [
                field
                for field in model.get_views([(False, "list")])["models"].get(name, {"fields": ()})[
                    "fields"
                ]
                if field in model._fields
            ]
            model.search([]).web_read({field: {} for field in fields})

    def test_depth_and_size(self):
        """A body that is too deep or too large is set aside, and costs no more than that."""
        deep = '{"a":' * 50_000 + "1" + "}" * 50_000
        self.assertEqual(self.post(deep).status_code, 200)
        self.assertEqual(self.post(b"x" * 40_000_000).status_code, 200)
        self.receive()
        self.assertEqual(set(self.events().mapped("state")), {"error"})
        self.assertFalse(self.env["telegram.message"].search([]))

    def test_texts_stay_texts(self):
        """What a customer writes is read as it was written: no markup, no template, no command."""
        for number, text in enumerate(HOSTILE):
            self.post(self.notification(text, idMessage=f"100{number}"))
        self.receive()
        messages = self.events().message_id
        self.assertEqual(len(messages), len(HOSTILE))
        for message in messages:
            self.assertEqual(len(message.mail_message_ids), 2, "the conversation and the contact")
            for body in message.mail_message_ids.mapped("body"):
                seen = html.fromstring(body).text_content()
                written = message.text.replace("\x1b", "")  # HTML cannot hold it
                self.assertEqual("".join(seen.split()), "".join(written.split()))

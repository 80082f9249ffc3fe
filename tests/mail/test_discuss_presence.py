# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging

from odoo.tests import TransactionCase

from ...models.mail import typing_and_read_marks
from ...tools.html import from_html
from ..common import CUSTOMER_CHAT
from .discuss_case import DiscussCase


class TestPresence(DiscussCase):
    """The customer sees that somebody is typing, and that the messages were read."""

    def setUp(self):
        super().setUp()
        typing_and_read_marks._called_at.clear()
        self.ingest(self.notification("Hello", idMessage="1"))
        self.member = self.channel.channel_member_ids.filtered(
            lambda member: member.partner_id == self.salesperson.partner_id
        ).with_user(self.salesperson)

    def calls(self, method):
        """Return what was called once the transaction is committed."""
        self.env.cr.postcommit.run()
        return [row["body"] for row in self.phone.requests(method)]

    def test_typing(self):
        """Typing is shown from time to time however many keys are pressed, and after the commit."""
        self.member._notify_typing(True)
        self.assertEqual(self.phone.requests("sendTyping"), [])
        self.member._notify_typing(True)
        self.member._notify_typing(False)
        [call] = self.calls("sendTyping")
        self.assertEqual(call["chatId"], CUSTOMER_CHAT)

    def test_typing_switched_off(self):
        """An account that shows no typing shows none."""
        self.instance.show_typing = False
        self.member._notify_typing(True)
        self.assertEqual(self.calls("sendTyping"), [])

    def test_not_authorized(self):
        """An account without a session is not bothered."""
        self.instance.sudo().state = "notAuthorized"
        self.member._notify_typing(True)
        self.assertEqual(self.calls("sendTyping"), [])

    def test_copied_database(self):
        """A customer is not shown what somebody does in a copy of the database."""
        self.instance.mark_read = True
        self.instance.database_fingerprint = "1.2.3"  # of the original
        self.member._notify_typing(True)
        self.member._mark_as_read(self.conversation()[-1].id)
        self.assertEqual(self.calls("sendTyping"), [])
        self.assertEqual(self.calls("readChat"), [])

    def test_trouble(self):
        """A service that fails holds up nobody: it is left alone for a while."""
        self.instance.sudo().api_url = "http://127.0.0.1:9"  # where nobody answers
        self.instance.sudo().state = "authorized"
        self.member._notify_typing(True)
        with self.assertLogs(typing_and_read_marks.__name__, logging.INFO) as logs:
            self.env.cr.postcommit.run()
        self.assertIn("typing was not sent", logs.output[0])
        other = self.env["telegram.chat"]._get_or_create(self.instance, "333")
        other._send_typing()
        with self.assertNoLogs(typing_and_read_marks.__name__, logging.INFO):
            self.env.cr.postcommit.run()

    def test_other_channels(self):
        """Typing among colleagues is no customer's business."""
        channel = self.env["discuss.channel"]._create_channel("internal", None)
        channel._find_or_create_member_for_self()._notify_typing(True)
        self.assertEqual(self.calls("sendTyping"), [])

    def test_read(self):
        """Opening a conversation marks the chat as read, once, where the account is set so."""
        self.instance.mark_read = True
        last = self.conversation()[-1]
        self.member._mark_as_read(last.id)
        self.member._mark_as_read(last.id)
        self.assertEqual(self.calls("readChat"), [{"chatId": CUSTOMER_CHAT}])

    def test_read_is_off(self):
        """Customers do not learn that a message was read unless somebody wants that."""
        self.member._mark_as_read(self.conversation()[-1].id)
        self.assertEqual(self.calls("readChat"), [])


class TestHtmlText(TransactionCase):
    """What is typed in Discuss is what the customer reads."""

    def test_html_to_text(self):
        """Lines stay lines, links keep their address, nothing is doubled or lost."""
        for body, text in (
            ("", ""),
            (False, ""),
            ("plain", "plain"),
            ("one<br>two<br><br>four", "one\ntwo\n\nfour"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("<div>a <b>bold</b> word</div>", "a bold word"),
            ("<ul><li>first</li><li>second</li></ul>end", "- first\n- second\nend"),
            ('<a href="https://x.org/a">https://x.org/a</a>', "https://x.org/a"),
            ('see <a href="https://x.org/a">here</a>!', "see here (https://x.org/a)!"),
            (
                '<a href="http://odoo/web" data-oe-model="res.partner" data-oe-id="3">@Ann</a>',
                "@Ann",
            ),
            (
                '<a href="http://www.example.com/price">www.example.com/price</a>',
                "www.example.com/price",
            ),
            (
                '<a href="https://x.org/%D0%9C%D0%B8%D1%80">https://x.org/\u041c\u0438\u0440</a>',
                "https://x.org/\u041c\u0438\u0440",
            ),
            (
                '<a href="https://x.org/%D0%9C">https://x.org/%d0%9c</a>',
                "https://x.org/%d0%9c",
            ),
            ('<a href="https://x.org/a%5B1%5D">https://x.org/a[1]</a>', "https://x.org/a[1]"),
            # Discuss decodes what was typed: an address with a blank would be cut at it.
            ('<a href="https://x.org/a%20b">https://x.org/a b</a>', "https://x.org/a%20b"),
            ('<a href="https://x.org/100%25">https://x.org/100%</a>', "https://x.org/100%25"),
            # Discuss encodes an encoded slash a second time: the text is what was typed.
            ('<a href="https://x.org/a%252Fb">https://x.org/a%2Fb</a>', "https://x.org/a%2Fb"),
            ('<a href="https://x.org/">X.org</a>', "X.org"),
            ('<a href="HTTPS://x.org/a">x.org/a</a>', "x.org/a"),
            ('<a href="https://x.org/a">look at x.org/a, please</a>', "look at x.org/a, please"),
            (
                '<a href="https://x.org/a">https://x.org/abc</a>',
                "https://x.org/abc (https://x.org/a)",
            ),
            ('<a href="https://x.org/a">x.org/A</a>', "x.org/A (https://x.org/a)"),
            ('<a href="https://x.org/a"></a>', "https://x.org/a"),
            ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
            ("a&nbsp;b <!-- hidden --> c", "a b  c"),
            ('text<span class="o-mail-Message-edited"></span>', "text"),
        ):
            with self.subTest(body=body):
                self.assertEqual(from_html(body).text, text)

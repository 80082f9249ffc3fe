# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from ast import literal_eval
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ... import const
from ..common import CUSTOMER_CHAT, TelegramCase

NOW = datetime(2026, 3, 6, 12, 0)  # Friday; 15:00 in Moscow


@tagged("post_install", "-at_install")
class TestDashboard(TelegramCase):
    """The figures of the dashboard, and the list that each of them opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("dashboard_colleague", "user", tz="Europe/Moscow")
        cls.stranger = cls.create_user("dashboard_stranger", "user")
        cls.instance.operator_ids = [Command.link(cls.colleague.id)]
        cls.other = cls._create_instance(cls._create_phone(), name="Other")
        chats = cls.env["telegram.chat"]
        cls.chat = chats._get_or_create(cls.instance, CUSTOMER_CHAT, name="Vasilisa")
        cls.secret = chats._get_or_create(cls.other, CUSTOMER_CHAT, name="Vasilisa")

    def create_message(self, hours_ago, direction="incoming", answer_time=None, **values):
        """Create a message of the past."""
        values = {
            "chat_id": self.chat.id,
            "direction": direction,
            "state": "received" if direction == "incoming" else "sent",
            "type_message": "textMessage",
            "text": "Hello",
            "date": NOW - timedelta(hours=hours_ago),
            **values,
        }
        if answer_time is not None:
            values["answer_time"] = answer_time
        return self.env["telegram.message"].create(values)

    def get_figures(self, user=None, *args):
        """Return the figures as a user sees them, and check that each opens its list."""
        user = user or self.colleague
        with freeze_time(NOW):
            figures = self.env["telegram.dashboard"].with_user(user).get_figures(*args)
        cards = {card["label"]: card for card in figures["cards"]}
        tables = {table["kind"]: table["rows"] for table in figures["tables"]}
        for label in ("Waiting Now", "Overdue", "Received", "Sent", "Failed"):
            self.assertEqual(self.count(user, **cards[label]), cards[label]["value"], label)
        for kind, rows in tables.items():
            for row in rows:
                listed = self.count(user, "telegram.message", row["domain"])
                outgoing = row["sent"] + row["failed"]
                self.assertEqual(listed, outgoing + row["received"], (kind, row["label"]))
        return {label: card["value"] for label, card in cards.items()}, tables

    def count(self, user, model, domain, **_values):
        """Return the length of a list, which the browser opens in the user's time zone."""
        return self.env[model].with_user(user).with_context(tz=user.tz).search_count(domain)

    def test_figures(self):
        """Messages of another account, of before or of another kind would count."""
        author = self.salesperson.partner_id
        for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10):
            self.create_message(hours)
            self.create_message(hours, "outgoing", answer_time=hours / 10, author_id=author.id)
        self.create_message(1, "outgoing", state="error", author_id=author.id)
        self.create_message(1, "outgoing")  # on the phone
        self.create_message(1, type_message="reactionMessage")
        self.create_message(24 * 31)
        self.create_message(1, chat_id=self.secret.id)
        self.chat.write({"inbox_state": "waiting", "waiting_since_date": NOW})
        cards, tables = self.get_figures()
        self.assertEqual(
            cards,
            {
                "Waiting Now": 1,
                "Overdue": 0,
                "Median Time to Answer": "00:33",
                "90 % Answered Within": "00:55",
                "Received": 10,
                "Sent": 11,
                "Failed": 1,
            },
        )
        [by_author, by_phone] = tables["author"]
        self.assertEqual(by_author["label"], author.name)
        self.assertEqual((by_author["sent"], by_author["failed"]), (10, 1))
        self.assertEqual((by_author["received"], by_author["median"]), (0, "00:33"))
        self.assertEqual((by_phone["label"], by_phone["sent"]), ("On the Phone", 1))
        self.assertEqual([row["label"] for row in tables["instance"]], ["Sales"])
        self.assertEqual(tables["instance"][0]["received"], 10)
        both, _tables = self.get_figures(self.salesperson)
        self.assertEqual(both["Received"], 11)
        one, _tables = self.get_figures(self.salesperson, 30, self.other.id)
        self.assertEqual(one["Received"], 1)
        year, _tables = self.get_figures(None, 365)
        self.assertEqual(year["Received"], 11)

    def test_analysis(self):
        """*Messages Analysis* would count other messages than the dashboard."""
        for kind in (*const.KINDS_ABOUT_ANOTHER, "textMessage"):
            self.create_message(1, type_message=kind)
            for state in ("queued", "sending", "canceled", "unsure", "error", "sent"):
                self.create_message(1, "outgoing", type_message=kind, state=state)
        cards, _tables = self.get_figures()
        action = self.env.ref("telegram_green_api.telegram_message_action_report")
        listed = self.count(self.colleague, "telegram.message", literal_eval(action.domain))
        self.assertEqual(listed, cards["Received"] + cards["Sent"] + cards["Failed"])

    def test_half_a_minute(self):
        """The same answer would take a minute more in the web client's lists."""
        self.create_message(1, "outgoing", answer_time=150 / 3600)
        cards, _tables = self.get_figures()
        self.assertEqual(cards["Median Time to Answer"], "00:03")

    def test_what_was_not_sent(self):
        """Messages that wait, or were canceled, would count as sent."""
        for state in ("queued", "sending", "canceled", "unsure", "error", "delivered", "read"):
            self.create_message(1, "outgoing", state=state, mail_message_ids=[])
        cards, tables = self.get_figures()
        self.assertEqual((cards["Sent"], cards["Failed"]), (2, 2))
        [row] = tables["instance"]
        self.assertEqual((row["sent"], row["failed"]), (2, 2))

    def test_time_zone(self):
        """A message at one in the morning would count for the evening, or the week before."""
        monday = datetime(2026, 3, 1, 22, 30)  # Sunday in UTC, Monday 01:30 in Moscow
        self.create_message(0, date=monday)
        _cards, tables = self.get_figures()
        self.assertEqual([row["label"] for row in tables["hour"]], ["01:00"])
        self.assertEqual([row["label"] for row in tables["week"]], ["03/02/2026"])

    def test_nothing(self):
        """The page would fail before the first message, or show others' figures."""
        self.create_message(1)
        cards, tables = self.get_figures(self.stranger)
        self.assertEqual(cards["Received"], 0)
        self.assertEqual(cards["Median Time to Answer"], "–")
        self.assertFalse(any(tables.values()))

    def test_wrong_arguments(self):
        """A program's mistake would be an error of the server."""
        dashboard = self.env["telegram.dashboard"].with_user(self.colleague)
        for arguments in ((31, False), ("x", False), ([30], False), (30, "x"), (30, [1])):
            with self.subTest(arguments=arguments), self.assertRaises(UserError):
                dashboard.get_figures(*arguments)
        employee = self.create_user("dashboard_employee", "employee")
        with self.assertRaises(AccessError):
            dashboard.with_user(employee).get_figures()

    def test_digest(self):
        """The digest would count messages of accounts that its reader does not see."""
        yesterday = (fields.Datetime.now() - timedelta(hours=10) - NOW) / timedelta(hours=-1)
        self.create_message(yesterday)
        self.create_message(yesterday, chat_id=self.secret.id)
        self.create_message(yesterday, "outgoing", answer_time=0.5)
        self.create_message(yesterday, "outgoing", answer_time=1.5)
        self.env.flush_all()
        digest = self.env["digest.digest"].create(
            {"name": "Ours", "kpi_telegram_received": True, "kpi_telegram_answer_time": True}
        )
        company = self.instance.company_id

        def get_values(user):
            lines = digest._compute_kpis(company, user)
            return {
                line["kpi_name"]: line["kpi_col1"]["value"]
                for line in lines
                if "telegram" in line["kpi_name"]
            }

        self.assertEqual(
            get_values(self.colleague),
            {"kpi_telegram_received": 1, "kpi_telegram_answer_time": "1.00"},
        )
        self.assertEqual(get_values(self.salesperson)["kpi_telegram_received"], 2)
        employee = self.create_user("digest_employee", "employee")
        self.assertEqual(get_values(employee), {})

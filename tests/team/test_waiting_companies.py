# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_inbox import InboxCase


@tagged("post_install", "-at_install")
class TestWaitingCompanies(InboxCase, HttpCase):
    """The counter in the menu bar, in an Odoo with several companies."""

    def test_selected_company(self):
        """The counter would promise chats of a company that is not selected: the inbox is empty."""
        other = self.env["res.company"].create({"name": "Without Telegram"})
        self.instance.company_id = self.env.company
        self.salesperson.write({"company_ids": [Command.link(other.id)], "password": "salesperson"})
        self.write_in(0)
        self.authenticate(self.salesperson.login, "salesperson")
        self.assertEqual(self.count(self.env.company), 1)
        self.assertEqual(self.count(other), 0)

    def count(self, company):
        """Return the number that the web client gets when it starts with a company."""
        session = self.make_jsonrpc_request("/web/session/get_session_info", {})
        early = session["storeData"]["Store"]
        self.assertNotIn("telegram_waiting_count", early, "the company is not known there")
        data = self.make_jsonrpc_request(
            "/mail/data",
            {
                "fetch_params": ["init_messaging"],
                "context": {"allowed_company_ids": company.ids},
            },
        )
        return data["Store"]["telegram_waiting_count"]

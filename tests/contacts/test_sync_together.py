# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
import unittest

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.contacts.telegram_sync import OPEN_STATES
from ..committed_case import CommittedCase

PEOPLE = range(1, 1501)


@tagged("post_install", "-at_install")
class TestTelegramSyncTogether(CommittedCase, unittest.TestCase):
    """Synchronising while messages come in, and while a program does the same: real commits."""

    name = "Synchronise together"

    def setUp(self):
        super().setUp()
        self.errors = []
        self.phone.create(
            self.phone.id_instance,
            apiTokenInstance=self.phone.token,
            stateInstance="authorized",
            settings={},
            customers=[
                {"chatId": str(number), "name": f"P{number}", "phoneNumber": 78000000000 + number}
                for number in PEOPLE
            ],
        )
        self.begin = threading.Barrier(3)

    def run_thread(self, work):
        def run():
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    self.begin.wait()
                    work(env, env["telegram.instance"].browse(self.instance_id))
            except Exception as error:
                self.errors.append(error)
                raise

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def receive(self, env, instance):
        """Take in messages of people whom the two others are making chats of."""
        for number in reversed(PEOPLE[::10]):
            body = {
                "typeWebhook": "incomingMessageReceived",
                "timestamp": 1763115112,
                "idMessage": str(number),
                "senderData": {
                    "chatId": str(number),
                    "chatType": "user",
                    "sender": str(number),
                    "chatName": f"P{number}",
                    "senderPhoneNumber": 78000000000 + number,
                },
                "messageData": {
                    "typeMessage": "textMessage",
                    "textMessageData": {"textMessage": "Hi"},
                },
            }
            env["telegram.event"]._ingest(instance, body)
            env.cr.commit()
            env["telegram.event"]._process_inbox(instance)

    @mute_logger("odoo.sql_db")
    def test_all_at_once(self):
        """Two make the same chat: one of the three breaks off, or a person has two chats."""

        def by_program(env, instance):
            retrying(instance.sync_contacts, env)
            env.cr.commit()

        def in_background(env, instance):
            sync = env["telegram.sync"]._request(instance)
            env.cr.commit()
            # Odoo runs the action again a minute after a run that met the others each time.
            while sync.state in OPEN_STATES:
                sync._cron_sync()

        threads = [
            self.run_thread(in_background),
            self.run_thread(by_program),
            self.run_thread(self.receive),
        ]
        for thread in threads:
            thread.join()
        self.assertEqual(self.errors, [])
        domain = [("instance_id", "=", self.instance_id)]
        numbers = self.values_of("telegram.chat", "telegram_id", domain)
        self.assertEqual(sorted(map(int, numbers)), list(PEOPLE))
        self.assertEqual(len(self.texts("incoming")), len(PEOPLE[::10]))
        states = self.values_of("telegram.event", "state", domain)
        self.assertEqual(set(states), {"done"})
        [state] = self.values_of("telegram.sync", "state", domain)
        self.assertEqual(state, "done")

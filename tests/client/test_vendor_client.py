# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import asyncio
import contextlib
import io
import logging
import tempfile
import unittest
from pathlib import Path

from odoo.tests import tagged

from ... import const
from ..common import SandboxCase

try:
    from telegram_api_client_python.API import GreenApi, GreenApiPartner
except ImportError:
    GreenApi = None

LOGGER = "telegram-api-client-python"
PARTNER_TOKEN = "gac.partner"
VASILISA = "10000000"
IVAN = "10000001"
GROUP = "-10000000000000"
# Methods of the service that the vendor's client does not have.
MISSING = {"updateApiToken", "forwardMessages", "getChats", "updateGroupSettings"}


@tagged("post_install", "-at_install")
class TestVendorClient(SandboxCase):
    """The vendor's own client against the local service: it cannot tell it from the real one."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    @classmethod
    def setUpClass(cls):
        if GreenApi is None:
            raise unittest.SkipTest(
                "the vendor's client is not installed (pip install telegram-api-client-python)"
            )
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.picture = str(Path(folder.name) / "picture.jpg")
        Path(cls.picture).write_bytes(b"\xff\xd8\xff\xe0 a picture")
        # It writes to the terminal by itself.
        logger = logging.getLogger(LOGGER)
        cls.addClassCleanup(lambda: logger.handlers.clear())

    def setUp(self):
        super().setUp()
        self.called = set()
        self.start()

    def start(self, **values):
        """Go on with another instance of the local service, and a client for it."""
        self.phone = self._create_phone(**values)
        self.api = GreenApi(
            str(self.phone.id_instance),
            self.phone.token,
            host=self.sandbox_url,
            media=self.sandbox_url,
        )
        self.addCleanup(self.api.session.close)

    def assertAnswers(self, response, **values):
        """Check that a call was accepted and says this; remember the methods called so far."""
        self.assertEqual(response.code, 200, response.error)
        for name, value in values.items():
            self.assertEqual(response.data[name], value)
        self.called |= {request["method"] for request in self.phone.requests()}
        return response.data

    def assertRefused(self, call, status):
        with self.assertLogs(LOGGER, logging.ERROR):
            response = call()
        self.assertEqual(response.code, status)
        return response.error

    # --- What it does right --------------------------------------------------------------

    def test_every_method(self):
        """A method that the vendor's client calls, but the local service answers otherwise."""
        self.check_account()
        self.check_sending()
        self.check_receiving()
        self.check_journals_and_queues()
        self.check_groups()
        self.check_service()
        self.check_sign_in()
        partner = self.check_partner()
        self.assertEqual(self.called | partner, set(const.METHODS) - MISSING)

    def check_account(self):
        account = self.api.account
        self.assertAnswers(account.getStateInstance(), stateInstance="authorized")
        self.assertAnswers(account.getSettings(), typeInstance="telegram", incomingWebhook="yes")
        self.assertAnswers(account.getAccountSettings(), phone="79876543210")
        self.assertAnswers(account.setSettings({"stateWebhook": "no"}), saveSettings=True)
        self.assertAnswers(account.reboot(), isReboot=True)
        self.assertAnswers(account.setProfilePicture(self.picture), setProfilePicture=True)
        self.assertAnswers(account.qr(), type="alreadyLogged")
        self.assertAnswers(account.logout(), isLogout=True)

    def check_sending(self):
        self.start()
        sending = self.api.sending
        typing = {"typingTime": 1000, "typingType": "upload_photo"}
        contact = {"phoneContact": 79876543210, "firstName": "Jane", "lastName": "Doe"}
        options = [{"optionName": "Today"}, {"optionName": "Tomorrow"}]
        url = self.assertAnswers(sending.uploadFile(self.picture))["urlFile"]
        ids = [
            self.assertAnswers(response)["idMessage"]
            for response in (
                sending.sendMessage(VASILISA, "Hello", **typing),
                sending.sendFileByUpload(VASILISA, self.picture, "me.jpg", "It is me", **typing),
                sending.sendFileByUrl(VASILISA, url, "me.jpg", "It is me"),
                sending.sendLocation(VASILISA, 44.9370129, 89.8728409),
                sending.sendContact(VASILISA, contact),
                sending.sendPoll(GROUP, "When?", options, multipleAnswers=True, isAnonymous=False),
            )
        ]
        kinds = ["text", "image", "image", "location", "contact", "poll"]
        ledger = self.phone.ledger(len(ids))
        self.assertEqual([each["idMessage"] for each in ledger], ids)
        self.assertEqual([each["typeMessage"] for each in ledger], [f"{k}Message" for k in kinds])

    def check_receiving(self):
        self.start()
        receiving = self.api.receiving
        self.assertIsNone(self.assertAnswers(receiving.receiveNotification()))
        id_message = self.phone.write_file(VASILISA, "offer.pdf", b"%PDF", "Offer")
        head = self.assertAnswers(receiving.receiveNotification())
        self.assertEqual(head["body"]["typeWebhook"], "incomingMessageReceived")
        self.assertEqual(head["body"]["idMessage"], id_message)
        link = self.assertAnswers(receiving.downloadFile(VASILISA, id_message))["downloadUrl"]
        self.assertIn("/download/4100/", link)
        self.assertAnswers(receiving.deleteNotification(head["receiptId"]), result=True)
        self.assertAnswers(receiving.deleteNotification(head["receiptId"]), result=False)
        self.assertIsNone(self.assertAnswers(receiving.receiveNotification()))

    def check_journals_and_queues(self):
        journals, queues = self.api.journals, self.api.queues
        sent = self.assertAnswers(self.api.sending.sendMessage(VASILISA, "Hello"))["idMessage"]
        [last] = self.assertAnswers(journals.getChatHistory(VASILISA, 1))
        self.assertEqual((last["type"], last["idMessage"]), ("outgoing", sent))
        self.assertAnswers(journals.getMessage(VASILISA, sent), textMessage="Hello")
        self.assertEqual(len(self.assertAnswers(journals.lastIncomingMessages(60))), 1)
        self.assertEqual(len(self.assertAnswers(journals.lastOutgoingMessages())), 1)
        self.assertEqual(self.assertAnswers(queues.showMessagesQueue()), [])
        self.assertAnswers(queues.getMessagesCount(), count=0)
        self.assertAnswers(queues.clearMessagesQueue(), isCleared=True)
        self.assertAnswers(queues.getWebhooksCount(), count=len(self.phone.notifications()))
        # It says GET where the documentation says DELETE; the service takes both.
        self.assertAnswers(queues.clearWebhooksQueue(), isCleared=True)
        self.assertEqual(self.phone.notifications(), [])

    def check_groups(self):
        self.start()
        groups = self.api.groups
        chat_id = self.assertAnswers(groups.createGroup("Buyers", [VASILISA]), created=True)[
            "chatId"
        ]
        self.assertAnswers(groups.updateGroupName(chat_id, "Sellers"), updateGroupName=True)
        self.assertAnswers(groups.addGroupParticipant(chat_id, IVAN), addParticipant=True)
        self.assertAnswers(groups.setGroupAdmin(chat_id, IVAN), setGroupAdmin=True)
        self.assertAnswers(groups.removeAdmin(chat_id, IVAN), removeAdmin=True)
        self.assertAnswers(groups.removeGroupParticipant(chat_id, IVAN), removeParticipant=True)
        self.assertAnswers(groups.setGroupPicture(chat_id, self.picture), setGroupPicture=True)
        data = self.assertAnswers(groups.getGroupData(chat_id), subject="Sellers")
        self.assertEqual([each["id"] for each in data["participants"]], ["20000000", VASILISA])
        self.assertAnswers(groups.leaveGroup(chat_id), leaveGroup=True)

    def check_service(self):
        self.start()
        service = self.api.serviceMethods
        self.phone.write(VASILISA, "Hi")
        self.assertAnswers(self.api.marking.readChat(VASILISA), setRead=True)
        self.assertAnswers(service.checkAccount(79998887766), exist=True, chatId=VASILISA)
        self.assertAnswers(service.getAvatar(VASILISA), urlAvatar="")
        names = [contact["name"] for contact in self.assertAnswers(service.getContacts())]
        self.assertEqual(names, ["Vasilisa", "Ivan", "Marfa"])
        self.assertAnswers(service.getContactInfo(VASILISA), phoneNumber=79998887766)
        sent = self.assertAnswers(self.api.sending.sendMessage(VASILISA, "Hello"))["idMessage"]
        self.assertAnswers(service.editMessage(VASILISA, sent, "Hello again"), idMessage=sent)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it sends
            empty = [service.deleteMessage(VASILISA, sent, onlySenderDelete=True)]
        self.assertAnswers(empty[0])
        for call in (service.archiveChat, service.unarchiveChat):
            empty.append(call(VASILISA))
            self.assertAnswers(empty[-1])
        empty.append(service.sendTyping(VASILISA, 1000, "text"))
        self.assertAnswers(empty[-1])
        # Where an answer has no body it gives the text "[]" instead.
        self.assertEqual([response.data for response in empty], ["[]"] * 4)

    def check_sign_in(self):
        self.start(stateInstance="notAuthorized", twoFactorPassword="swordfish")
        account = self.api.account
        self.assertAnswers(account.qr(), type="qrCode")
        self.assertAnswers(account.startAuthorization(79876543210), status=True)
        code = self.phone.instance()["loginCode"]
        self.assertAnswers(account.sendAuthorizationCode(code), status=True)
        self.assertAnswers(account.getStateInstance(), stateInstance="pendingPassword")
        self.assertAnswers(account.sendAuthorizationPassword("guess"), status=False)
        self.assertAnswers(account.sendAuthorizationPassword("swordfish"), status=True)
        self.assertAnswers(account.getStateInstance(), stateInstance="authorized")

    def check_partner(self):
        """Check the methods of a partner, which belong to no instance."""
        api = GreenApiPartner(PARTNER_TOKEN, host=self.sandbox_url)
        self.addCleanup(api.session.close)
        made = api.partner.createInstance({"name": "Branch office"}).data
        self.assertIn(
            made["idInstance"], [each["idInstance"] for each in api.partner.getInstances().data]
        )
        deleted = api.partner.deleteInstanceAccount(made["idInstance"])
        self.assertEqual(deleted.data, {"deleteInstanceAccount": True})
        return {"createInstance", "getInstances", "deleteInstanceAccount"}

    def test_refusals(self):
        """A refusal reaches the vendor's client as the service words it."""
        words = self.assertRefused(lambda: self.api.sending.sendMessage("Ivan", "Hello"), 400)
        self.assertIn("'chatId' must be one of the next formats", words)
        self.api.apiTokenInstance = "wrong"
        self.assertRefused(self.api.account.getSettings, 401)
        self.api.idInstance = "4199999999"
        self.assertRefused(self.api.account.getSettings, 403)

    # --- What it does wrong ----------------------------------------------------------------

    def test_its_asynchronous_calls(self):
        """Its asynchronous calls with a wrong path or place of a value find no mercy."""
        for call, status in (
            (self.api.queues.getMessagesCountAsync(), 404),
            (self.api.queues.getWebhooksCountAsync(), 404),
            # the receipt is in the body instead of the path
            (self.api.receiving.deleteNotificationAsync(1), 400),
        ):
            with self.subTest(call.__name__):
                self.assertRefused(lambda call=call: asyncio.run(call), status)

    def test_minutes_that_are_ignored(self):
        """Its asynchronous journals send the minutes as a body: the service takes the default."""
        self.phone.write(VASILISA, "Hi")
        self.phone.advance(120)
        self.assertEqual(self.api.journals.lastIncomingMessages(1).data, [])
        found = asyncio.run(self.api.journals.lastIncomingMessagesAsync(1))
        self.assertEqual(len(found.data), 1)

    def test_keys_of_its_samples(self):
        """Its samples read keys that the service does not have: it answers as documented."""
        checked = self.api.serviceMethods.checkAccount(79998887766).data
        self.assertNotIn("existsAccount", checked)
        [contact, *_others] = self.api.serviceMethods.getContacts().data
        self.assertNotIn("id", contact)

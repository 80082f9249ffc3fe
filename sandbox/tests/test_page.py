# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service's phone page in a browser: everything a customer does, by mouse and keys."""

import json
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from .browser import CHROMIUM, open_browser
from .service_case import ID_INSTANCE, IVAN, OWNER, SALES, VASILISA, LocalServiceCase

WIDE, NARROW = (1400, 900), (390, 844)


@unittest.skipUnless(CHROMIUM, "needs Chromium")
class TestPage(LocalServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        browser = ExitStack()
        cls.addClassCleanup(browser.close)
        cls.page = browser.enter_context(open_browser())

    def setUp(self):
        super().setUp()
        self.open_chat(VASILISA)

    def tearDown(self):
        foreign = [url for url in self.page.requested if not url.startswith((self.url, "data:"))]
        self.assertEqual(foreign, [], "something was loaded from outside")
        self.assertEqual(self.page.errors, [])
        super().tearDown()

    def open_chat(self, chat_id, size=WIDE):
        # by a page of its own: an address that differs in its hash only would not load anew
        self.page.open("about:blank", *size)
        self.page.requested.clear()
        self.page.open(f"{self.url}/phone/#{ID_INSTANCE}/{chat_id}", *size)
        self.page.until(f"document.querySelector('#messages').dataset.chatId === '{chat_id}'")

    def until_shown(self, selector, text):
        """Wait until an element has this text."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.page.until(f"{found}.textContent.includes({json.dumps(text)})")

    def say(self, text):
        self.page.fill("#message-input", text)
        self.page.click('[data-action="send"]')
        self.page.until("!document.querySelector('#message-input').value")

    def menu(self, id_message, action):
        self.page.click(f'[data-action="more"][data-for="{id_message}"]')
        self.page.click(f'.menu [data-action="{action}"]')

    def shown(self, chat_id=VASILISA):
        return self.phone.messages(chat_id)

    def wait_for(self, condition):
        """Wait until the sandbox knows what was done on the page; what was true is given back."""
        version = 0
        while not (found := condition()):
            before, version = version, self.phone.wait_for_change(version)
            self.assertNotEqual(version, before, "nothing has happened")
        return found

    def test_by_keyboard(self):
        """Enter sends, Escape gives up a reply: nobody needs a mouse to answer."""
        id_message = self.send(VASILISA, "Ready?")
        self.page.until(f"document.querySelector('[data-id-message=\"{id_message}\"]')")
        self.page.evaluate(
            f"document.querySelector('[data-action=reply][data-for=\"{id_message}\"]').focus()"
        )
        self.page.key("Enter")
        self.until_shown("#context-text", "Reply to: Ready?")
        self.page.type("Yes")
        self.page.key("Enter")
        answer = self.wait_for(lambda: [each for each in self.shown() if each["text"] == "Yes"])[0]
        self.assertEqual(answer["data"]["quotedMessage"]["stanzaId"], id_message)
        self.page.click(f'[data-action="reply"][data-for="{id_message}"]')
        self.page.key("Escape")
        self.page.until("document.querySelector('#context').hidden")

    def test_reads_at_once(self):
        """An open chat is read, unless that is switched off."""
        id_message = self.send(VASILISA, "Hello")
        self.page.until(
            f"document.querySelector('[data-id-message=\"{id_message}\"][data-status=read]')"
        )
        self.page.click("#reads-at-once")
        unread = self.send(VASILISA, "Again")
        self.page.until(f"document.querySelector('[data-id-message=\"{unread}\"]')")
        self.assertEqual([each["status"] for each in self.shown()], ["read", "delivered"])

    def test_edit_and_delete(self):
        """Who has written a message can change it; the other side cannot."""
        self.say("Helo")
        self.page.until("document.querySelector('.incoming .bubble')")
        mine, theirs = self.shown()[0]["idMessage"], self.send(VASILISA, "Hi")
        self.menu(mine, "edit")
        self.say("Hello")
        self.until_shown(f'[data-id-message="{mine}"]', "edited")
        self.page.click(f'[data-action="more"][data-for="{theirs}"]')
        self.page.until("document.querySelector('.outgoing .menu')")
        self.assertFalse(self.page.evaluate("!!document.querySelector('.menu [data-action=edit]')"))
        self.page.choose("#sender", "owner")
        self.page.click('.menu [data-action="delete"]')
        self.until_shown(f'[data-id-message="{theirs}"]', "deleted")
        kinds = [(each["isEdited"], each["isDeleted"]) for each in self.shown()]
        self.assertEqual(kinds, [(True, False), (False, True)])

    def test_formatted(self):
        """Formatted text is shown as a phone shows it; markup in it stays text."""
        self.phone.change(formatting="whatsapp")
        id_message = self.send(VASILISA, "> *Now* <i>x</i>\n_a_ ~b~ `c`\n```d```\nand 5*5*5")
        bubble = f"document.querySelector('[data-id-message=\"{id_message}\"] .text')"
        self.page.until(bubble)
        self.assertEqual(
            self.page.evaluate(f"{bubble}.innerHTML"),
            "<blockquote><strong>Now</strong> &lt;i&gt;x&lt;/i&gt;</blockquote>"
            '<span hidden="">\n</span><em>a</em> <s>b</s> <code>c</code>\n'
            '<pre>d</pre><span hidden="">\n</span>and 5*5*5',
        )
        # the list of chats is drawn by a request of its own
        self.until_shown(".chat .last", "Now <i>x</i>")

    def test_reaction(self):
        """A reaction is put with two clicks and taken back with the same."""
        id_message = self.send(VASILISA, "Hello")
        self.menu(id_message, "react")
        self.until_shown(".reactions", "👍")
        self.assertEqual(self.shown()[0]["reactions"], {VASILISA: "👍"})
        self.menu(id_message, "react")
        self.page.until("!document.querySelector('.reactions')")
        self.assertEqual(self.shown()[0]["reactions"], {})

    def test_file(self):
        """A chosen file is sent with its caption, and can be seen in the chat."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "photo.png")
            path.write_bytes(PNG)
            root = self.page.command("DOM.getDocument")["root"]["nodeId"]
            node = self.page.command("DOM.querySelector", nodeId=root, selector="#file-input")
            self.page.command("DOM.setFileInputFiles", files=[str(path)], **node)
            self.until_shown("#context-text", "photo.png")
            self.say("Look")
        self.page.until("document.querySelector('.incoming img.picture').naturalWidth === 1")
        message = self.shown()[0]
        self.assertEqual(message["text"], "Look")
        self.assertEqual(message["data"]["typeMessage"], "imageMessage")
        self.phone.advance(24 * 60 * 60 + 1)
        self.until_shown(".incoming .file", "24 hours have passed")

    def test_file_from_elsewhere(self):
        """A link to elsewhere is shown, and not loaded: the page needs no network."""
        body = {"chatId": VASILISA, "urlFile": "https://example.com/a.png", "fileName": "a.png"}
        self.call("POST", "sendFileByUrl", body)
        self.until_shown(".outgoing .file", "https://example.com/a.png")

    def test_location_contact_poll(self):
        """The three forms send what was filled in, and refuse what is impossible."""
        self.page.click('[data-action="attach-location"]')
        self.page.fill('#location-dialog [name="latitude"]', "91")
        self.page.fill('#location-dialog [name="longitude"]', "89.5")
        self.page.click('#location-dialog [data-action="confirm"]')
        self.assertTrue(self.page.evaluate("document.querySelector('#location-dialog').open"))
        self.page.fill('#location-dialog [name="latitude"]', "44.5")
        self.page.click('#location-dialog [data-action="confirm"]')
        self.until_shown(".place", "44.5, 89.5")
        self.page.click('[data-action="attach-contact"]')
        self.page.fill('#contact-dialog [name="firstName"]', "Jane")
        self.page.fill('#contact-dialog [name="phoneContact"]', "79876543210")
        self.page.click('#contact-dialog [data-action="confirm"]')
        self.until_shown(".contact", "Jane 79876543210")
        self.page.click('[data-action="attach-poll"]')
        self.page.fill('#poll-dialog [name="name"]', "When?")
        self.page.fill('#poll-dialog [name="options"]', "Today\n\nLater\n")
        self.page.click('#poll-dialog [data-action="confirm"]')
        self.until_shown(".poll", "one answer")
        kinds = [each["data"]["typeMessage"] for each in self.shown()]
        self.assertEqual(kinds, ["locationMessage", "contactMessage", "pollMessage"])

    def test_group(self):
        """In a group everybody can be played, votes count for the chosen one, news are shown."""
        self.open_chat(SALES)
        body = {"chatId": SALES, "message": "When?", "options": ["Today", "Later"]}
        poll = self.call("POST", "sendPoll", {**body, "isAnonymous": False}).json()["idMessage"]
        self.page.choose("#sender", IVAN)
        self.page.click(f'[data-action="vote"][data-for="{poll}"][data-option="Later"]')
        self.wait_for(lambda: self.shown(SALES)[0]["votes"] == {IVAN: ["Later"]})
        self.say("Not today")
        self.until_shown(".author", "Ivan")
        self.call("POST", "updateGroupName", {"chatId": SALES, "groupName": "Sellers"})
        self.until_shown(".event", "Shop named the group Sellers")
        self.until_shown("#chat-name", "Sellers")
        self.until_shown("#chat-about", "4 members: Shop, Vasilisa, Ivan, Marfa")

    def test_new_customer(self):
        """A second customer is made with a name, and can be written as at once."""
        self.page.click('[data-action="new-customer"]')
        self.page.fill('#customer-dialog [name="name"]', "Olga")
        self.page.fill('#customer-dialog [name="phoneNumber"]', "79990001122")
        self.page.click('#customer-dialog [data-action="confirm"]')
        self.until_shown("#chat-name", "Olga")
        self.say("Good morning")
        self.assertEqual(self.shown("10000003")[0]["senderName"], "Olga")

    def test_owner(self):
        """What the account's owner writes on the phone is outgoing."""
        self.page.choose("#sender", "owner")
        self.say("From my phone")
        self.page.until("document.querySelector('.outgoing .bubble')")
        self.assertEqual(self.shown()[0]["sender"], OWNER)

    def test_refusal_is_shown(self):
        """What cannot be done is said in words."""
        self.page.click('[data-action="attach-poll"]')
        self.page.fill('#poll-dialog [name="name"]', "When?")
        self.page.fill('#poll-dialog [name="options"]', "Today")
        self.page.click('#poll-dialog [data-action="confirm"]')
        self.until_shown("#problem", "2 to 12 options")
        self.assertEqual(self.shown(), [])

    def test_scan(self):
        """The code is scanned with one click, and the chats are there."""
        self.phone.change(stateInstance="notAuthorized")
        self.page.until("document.querySelector('[data-action=scan]').disabled")
        self.call("GET", "qr")
        self.page.until("!document.querySelector('[data-action=scan]').disabled")
        self.page.click('[data-action="scan"]')
        self.page.until("document.querySelector('#sign-in').hidden")
        self.assertEqual(self.phone.instance()["stateInstance"], "authorized")

    def test_on_a_phone(self):
        """On a narrow screen there is one side at a time, a way back, and no scrolling sideways."""
        self.open_chat(VASILISA, NARROW)
        self.say("x" * 500)
        self.page.until("document.querySelector('.bubble')")
        self.assertEqual(self.page.evaluate("document.documentElement.scrollWidth"), 390)
        self.assertFalse(self.visible(".side"))
        self.page.click('[data-action="back"]')
        self.page.until("document.querySelector('#chat').hidden")
        self.assertTrue(self.visible(".side"))
        self.assertTrue(self.visible("#chats"))

    def visible(self, selector):
        return self.page.evaluate(f"document.querySelector('{selector}').checkVisibility()")


#: one pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cf"
    "c000000301010018dd8db00000000049454e44ae426082"
)

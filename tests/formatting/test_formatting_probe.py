# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.formatting import PROBE, learn
from ..common import SandboxCase
from ..connection.test_start import OWN_CHAT, StartCase
from ..languages import find_latin
from .formatting_case import MODES


class TestProbeText(SandboxCase):
    """The text of the test cannot tell two ways of formatting from each other."""

    def test_no_words(self):
        """People see the text and compare it, whatever language they read."""
        self.assertEqual(find_latin(PROBE), [])

    def test_every_way(self):
        """What the phone shows of the text differs for every way, so it can be recognized."""
        for mode, rules in MODES.items():
            if mode[0] == "off":
                continue
            phone = self._create_phone(formatting=mode[0], doubledMarks=mode[1])
            phone.add_customer("Owner", chatId=OWN_CHAT)
            phone.write_as_owner(OWN_CHAT, f"This is a test.\n\n{PROBE}")
            [row] = phone.messages(OWN_CHAT)
            with self.subTest(mode=mode):
                expected = {"scope": rules.scope, "doubled": rules.doubled, "back": "stripped"}
                self.assertEqual(learn(row["shown"]), expected)

    def test_other_texts(self):
        """Nothing is concluded from a text that the service has cut or changed otherwise."""
        self.assertEqual(learn(""), {})
        self.assertEqual(learn("1: bold\n2: x"), {})
        self.assertEqual(learn(PROBE.replace("1200", "1300")), {})
        self.assertEqual(learn(f"Text before\n{PROBE}\n"), {"back": "raw"})


@tagged("post_install", "-at_install")
class TestProbe(StartCase):
    """A test that tells nothing, or tells the wrong thing, changes every later text."""

    def run_test(self):
        """Run the guided start's last step and return its last answer."""
        self.begin(self.instance)
        self.call("send_test")
        self.send_queue()
        self.receive()
        return self.call("check_test")

    def get_learned(self):
        instance = self.instance
        return (instance.formatting_scope, instance.formatting_doubled, instance.formatting_back)

    def test_told_by_the_service(self):
        """A service that strips the marks tells everything; the result is shown in words."""
        self.instance.receive_mode = "polling"
        for mode, rules in MODES.items():
            if mode[0] == "off":
                continue
            with self.subTest(mode=mode):
                self.phone.change(
                    formatting=mode[0], doubledMarks=mode[1], formattingBack="stripped"
                )
                answer = self.run_test()
                self.assertEqual((answer["status"], answer["looks"]), ("proven", []))
                self.assertEqual(self.get_learned(), (rules.scope, rules.doubled, "stripped"))
                self.assertIn("Formatting works", self.instance.formatting_message)

    def test_sent_as_it_is(self):
        """The test text itself is never protected, also if an earlier test has learned much."""
        self.instance._store_formatting({"scope": "everywhere", "doubled": "one", "back": "raw"})
        self.phone.change(formatting="greedy", doubledMarks="two", formattingBack="stripped")
        self.run_test()
        self.assertIn(PROBE, self.phone.ledger()[-1]["message"])
        self.assertEqual(self.get_learned(), ("everywhere", "two", "stripped"))

    def test_told_by_a_person(self):
        """A service that returns the text as it was cannot tell: the person with the phone can."""
        self.phone.change(formatting="greedy", doubledMarks="two", formattingBack="raw")
        answer = self.run_test()
        self.assertEqual(answer["status"], "proven")
        self.assertEqual([question["name"] for question in answer["looks"]], ["scope", "doubled"])
        looks = {
            choice["value"]: choice["look"]
            for question in answer["looks"]
            for choice in question["choices"]
        }
        self.assertIn("<strong>600</strong>", looks["everywhere"])
        self.assertIn("1200*600*50", looks["words"])
        self.assertIn("*123*", looks["off"])
        self.assertEqual(self.get_learned(), (False, False, "raw"))
        self.assertIn("Not tested", self.instance.formatting_message)
        with self.assertRaisesRegex(UserError, "Choose what you see"):
            self.call("store_looks", {"scope": "everywhere"})
        with self.assertRaisesRegex(UserError, "Choose what you see"):
            self.call("store_looks", {"scope": "sideways", "doubled": "one"})
        with self.assertRaisesRegex(UserError, "is not a value"):
            self.call("store_looks", "everywhere")
        answer = self.call("store_looks", {"scope": "everywhere", "doubled": "two", "back": "x"})
        self.assertEqual((answer["status"], answer["looks"]), ("proven", []))
        self.assertEqual(self.get_learned(), ("everywhere", "two", "raw"))
        self.assertIn("Links cannot be protected", self.instance.formatting_message)

    def test_off(self):
        """Where nothing is formatted, one answer is enough."""
        self.run_test()
        answer = self.call("store_looks", {"scope": "off"})
        self.assertEqual(answer["looks"], [])
        self.assertIn("formats nothing", self.instance.formatting_message)

    def test_marks_returned_twice(self):
        """A service that doubles literal marks tells half of it, and only the rest is asked."""
        self.phone.change(formatting="whatsapp", doubledMarks="one", formattingBack="doubled")
        answer = self.run_test()
        self.assertEqual([question["name"] for question in answer["looks"]], ["doubled"])
        self.call("store_looks", {"doubled": "one"})
        self.assertEqual(self.get_learned(), ("words", "one", "doubled"))

    def test_journal_tells_more(self):
        """Where the event has the text as it was sent, GREEN-API's journal is asked."""
        self.phone.change(formatting="greedy", doubledMarks="one", formattingBack="raw")
        self.begin(self.instance)
        self.call("send_test")
        self.send_queue()
        self.receive()
        self.phone.change(formattingBack="stripped")
        self.assertEqual(self.call("check_test")["looks"], [])
        self.assertEqual(self.get_learned(), ("everywhere", "one", "stripped"))

    def test_journal_fails(self):
        """A journal that cannot be asked does not fail the test of the account."""
        self.phone.fault("getMessage", "status", status=500)
        answer = self.run_test()
        self.assertEqual((answer["status"], len(answer["looks"])), ("proven", 2))

    def test_rights(self):
        """Only who administers accounts tests them, and users never write the result."""
        self.run_test()
        with self.assertRaises(AccessError):
            self.start.with_user(self.salesperson).store_looks({"scope": "off"})
        with self.assertRaises(AccessError):
            self.instance.with_user(self.manager).formatting_scope = "off"
        action = self.instance.with_user(self.manager).action_test()
        self.assertEqual(action["tag"], "telegram_green_api.start")

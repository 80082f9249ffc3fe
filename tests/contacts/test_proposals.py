# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..mail.discuss_case import DiscussCase


@tagged("post_install", "-at_install")
class TestProposals(DiscussCase):
    """Whose chat it may be is proposed with a reason, and never linked without a user."""

    def setUp(self):
        super().setUp()
        self.customer.write({"phone": False, "name": "Somebody"})
        self.ingest(self.notification("Who are you?", idMessage="1"))
        self.chat.write({"username": "@vasya_ivanova", "telegram_name": "Vasilisa Petrova"})

    def create_partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def propose(self, user=None):
        proposals = self.chat.with_user(user or self.salesperson).get_proposals()
        return [(each["id"], each["reason"]) for each in proposals]

    def test_saved_messages(self):
        """The account's chat with itself would stay in the list of chats without a contact."""
        action = self.env.ref("telegram_green_api.telegram_chat_action_unlinked")
        chats = self.chat.with_user(self.salesperson)
        unlinked = literal_eval(action.domain)
        saved = [("is_saved_messages", "=", True)]
        self.customer.unlink()
        self.assertIn(self.chat, chats.search(unlinked))
        self.assertNotIn(self.chat, chats.search(saved))
        self.instance.account_chat_id = self.chat.telegram_id
        self.assertTrue(chats.is_saved_messages)
        self.assertNotIn(self.chat, chats.search(unlinked))
        self.assertEqual(self.chat, chats.search(saved))

    def test_reasons(self):
        """A number comes before a link, a link before a name; what is alike by chance is none."""
        twins = [self.create_partner(name, phone="+7 999 888-77-66") for name in ("Anna", "Boris")]
        web = self.create_partner("Shop", website="https://t.me/Vasya_Ivanova")
        name = self.create_partner("petrova vasilisa")
        self.create_partner("Vasilisa Petrovna")
        self.create_partner("Other", website="https://t.me/not_vasya_ivanova")
        self.assertEqual(
            self.propose(),
            [
                *[(twin.id, "Same phone number") for twin in twins],
                (web.id, "Same username @vasya_ivanova"),
            ],
        )
        for twin in twins:
            twin.phone = False
        known = self.create_partner("U", telegram_username="@Vasya_Ivanova")
        self.assertEqual(
            [partner for partner, _reason in self.propose()], [web.id, known.id, name.id]
        )

    def test_odd_names(self):
        """A name with characters of a search pattern, of digits or of one letter finds nobody."""
        self.create_partner("Vasilisa")
        for odd in ("%", "___", "A", "+7 999", "\\"):
            self.chat.write({"name": odd, "telegram_name": odd, "username": False})
            self.assertEqual(self.propose(), [], odd)

    def test_other_chat(self):
        """Who has a chat of this account already is proposed by the phone number only."""
        known = self.create_partner("Vasilisa Petrova")
        other = self.env["telegram.chat"]._get_or_create(self.instance, "555", name="Known")
        other.partner_id = known
        self.assertEqual(self.propose(), [])
        self.create_partner("Twin", phone="+79998887766")
        known.phone = "+79998887766"
        self.assertIn((known.id, "Same phone number"), self.propose())

    def test_archived(self):
        """“Create” was offered alone, and made a duplicate of the archived contact."""
        former = self.create_partner("Former", phone="+7 999 888-77-66", active=False)
        chat = self.chat.with_user(self.salesperson)
        self.assertEqual(self.propose(), [(former.id, "Archived, same number")])
        self.assertEqual([each["is_archived"] for each in chat.get_proposals()], [True])
        self.assertEqual(chat.proposed_partner_id, former)
        self.assertEqual(chat.archived_partner_id, former)
        message = chat.action_link_proposed()["params"]["message"]
        self.assertEqual(message, "Chats linked: 1. Contacts unarchived: 1.")
        self.assertEqual(self.chat.partner_id, former)
        self.assertTrue(former.active)

    def test_archived_username(self):
        """The username is an address, too; a name or a link alone proposes nobody archived."""
        former = self.create_partner("Former", telegram_username="@vasya_ivanova", active=False)
        self.create_partner("Vasilisa Petrova", active=False)
        self.create_partner("Shop", website="https://t.me/Vasya_Ivanova", active=False)
        self.assertEqual(self.propose(), [(former.id, "Archived, same username @vasya_ivanova")])

    def test_archived_and_active(self):
        """The active contact of a shared number is the one that is meant."""
        self.create_partner("Former", phone="+79998887766", active=False)
        current = self.create_partner("Current", phone="+79998887766")
        self.assertEqual(self.propose(), [(current.id, "Same phone number")])
        self.assertFalse(self.chat.archived_partner_id)

    def test_archived_of_other_company(self):
        """An archived contact of another company, or one that the user may not see, is hidden."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        values = {"phone": "+79998887766", "active": False}
        former = self.create_partner("Former", **values, company_id=company.id)
        self.assertEqual(self.propose(), [])
        former.company_id = False
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {former.id})]",
            }
        )
        self.assertEqual(self.propose(), [])
        wizards = self.env["telegram.link.partner"].with_user(self.salesperson)
        self.assertFalse(wizards.new({"chat_id": self.chat.id}).partner_id)

    def test_archived_without_rights(self):
        """Who may not edit contacts links no archived one, and the other chats all the same."""
        former = self.create_partner("Former", phone="+79998887766", active=False)
        known = self.create_partner("Known")
        other = self.env["telegram.chat"]._get_or_create(self.instance, "555", name="Known")
        chats = (self.chat | other).with_user(self.colleague)
        with self.assertRaisesRegex(UserError, "Former is archived, and you may not edit"):
            chats[0].action_link_proposed()
        with self.assertRaisesRegex(UserError, "Former is archived, and you may not edit"):
            chats[0].link_to_partner(former.id)
        message = chats.action_link_proposed()["params"]["message"]
        self.assertIn("Chats linked: 1. Former is archived", message)
        self.assertEqual(other.partner_id, known)
        self.assertFalse(self.chat.partner_id or former.active)

    def test_archived_costs_one_query(self):
        """In long lists, the archived contacts of all chats are found at once."""
        chats = self.env["telegram.chat"]
        for number in range(20):
            phone = f"+799911122{number:02}"
            chats |= chats._get_or_create(self.instance, f"77{number}", name="A", phone=phone)
            self.create_partner(f"Former {number}", phone=phone, active=False)
        self.env.invalidate_all()
        chats.mapped("name")
        with self.assertQueryCount(3):  # the company; found; read
            self.assertEqual(len(chats.archived_partner_id), 20)

    def test_company(self):
        """A contact of another company is not proposed."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.create_partner("Vasilisa Petrova", company_id=company.id)
        self.assertEqual(self.propose(), [])

    def test_link_many(self):
        """Many chats are confirmed at once, those without a proposal stay as they are."""
        partner = self.create_partner("Vasilisa Petrova")
        other = self.env["telegram.chat"]._get_or_create(self.instance, "555", name="Unheard Of")
        chats = (self.chat | other).with_user(self.salesperson)
        self.assertEqual(chats[0].proposed_partner_id, partner)
        self.assertEqual(chats[0].proposal_reason, "Same name")
        message = chats.action_link_proposed()["params"]["message"]
        self.assertEqual(message, "Chats linked: 1. Chats without a proposed contact: 1.")
        self.assertEqual(self.chat.partner_id, partner)
        self.assertFalse(other.partner_id)
        with self.assertRaisesRegex(UserError, "No contact is proposed"):
            other.with_user(self.salesperson).action_link_proposed()
        chats.action_create_partners()
        self.assertEqual(other.partner_id.name, "Unheard Of")
        self.assertEqual(self.chat.partner_id, partner)

    def test_two_persons_of_one_name(self):
        """Two strangers with the same name would become one contact by a click for both."""
        partner = self.create_partner("Vasilisa Petrova")
        chats = self.env["telegram.chat"]
        twin = chats._get_or_create(self.instance, "555", name="Vasilisa Petrova")
        both = (self.chat | twin).with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "same contact"):
            both.action_link_proposed()
        self.assertFalse(both.partner_id)
        partner.telegram_username = self.chat.username
        message = both.action_link_proposed()["params"]["message"]
        self.assertIn("Chats linked: 1.", message)
        self.assertIn("same contact", message)
        self.assertEqual((self.chat.partner_id, twin.partner_id), (partner, chats.partner_id))
        phone = "+79101112233"
        other = chats._get_or_create(self.instance, "556", name="A", phone=phone)
        third = chats._get_or_create(self.instance, "557", name="B", phone=phone)
        owners = self.create_partner("Owner", phone=phone) | self.create_partner("X", phone=phone)
        (other | third).with_user(self.salesperson).action_link_proposed()
        self.assertEqual(other.partner_id, third.partner_id)
        self.assertIn(other.partner_id, owners)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_rights(self):
        """Who does not operate the account learns nothing and links nothing."""
        stranger = self.create_user("proposal_stranger", "user", "contacts")
        chat = self.chat.with_user(stranger)
        for call in (
            chat.get_proposals,
            chat.action_link_proposed,
            chat.action_create_partners,
            lambda: chat.link_to_partner(self.customer.id),
        ):
            with self.assertRaises(AccessError):
                call()


@tagged("post_install", "-at_install")
class TestEarlierMessages(DiscussCase):
    """What was written before a chat was linked is shown on its contact."""

    def setUp(self):
        super().setUp()
        self.customer.phone = False
        self.ingest(
            self.notification("Who are you?", idMessage="1"),
            self.notification("I need a chair", idMessage="2"),
        )

    def shown(self, partner=None):
        messages = (partner or self.customer).message_ids.sorted("id")
        messages = messages.filtered(lambda message: message.message_type == "telegram")
        return [str(message.body.striptags()) for message in messages]

    def test_link(self):
        """Each message once, in its order and with its date, however often it is linked."""
        follower = self.create_user("earlier_follower", "employee", "contacts")
        self.customer.message_subscribe(follower.partner_id.ids)
        self.chat._link_to_partner(self.customer)
        self.assertEqual(self.shown(), ["Who are you?", "I need a chair"])
        posts = self.customer.message_ids.filtered(lambda m: m.message_type == "telegram")
        self.assertEqual(set(posts.mapped("date")), set(self.chat.message_ids.mapped("date")))
        self.assertFalse(posts.notification_ids, "the past notifies nobody")
        self.chat._link_to_partner(self.customer)
        self.chat.action_unlink_partner()
        self.chat._link_to_partner(self.customer)
        self.assertEqual(self.shown(), ["Who are you?", "I need a chair"])
        self.ingest(self.notification("Red", idMessage="3"))
        self.assertEqual(self.shown(), ["Who are you?", "I need a chair", "Red"])

    def test_new_contact(self):
        """A contact that is created from the chat shows them, too."""
        partner = self.chat.with_user(self.salesperson)._create_partner()
        self.assertEqual(self.shown(partner), ["Who are you?", "I need a chair"])

    def test_by_number(self):
        """A contact that is linked by its phone number shows them before the new message."""
        self.customer.phone = "+79998887766"
        self.ingest(self.notification("Red", idMessage="3"))
        self.assertEqual(self.shown(), ["Who are you?", "I need a chair", "Red"])

    def test_restricted(self):
        """Nothing that only the salesperson sees gets to the contact, which all users can open."""
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        self.chat._link_to_partner(self.customer)
        self.assertEqual(self.shown(), [])

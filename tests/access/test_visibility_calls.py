# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import ACCESS_ERROR, GROUP_METHODS, MatrixCase
from .access_matrix import METHODS, MODELS, roles_by_method

# About groups, which all operators see; about the account; or by the rights to a record.
FREE_MODELS = {
    "account.move",
    "telegram.contact.link",
    "telegram.dashboard",
    "telegram.group.member",
    "telegram.group.record",
    "telegram.template",
}
FREE_METHODS = {
    # These two take records, as only Python has them: see test_visibility_names.
    "forward_messages",
    "send_file",
    "create_group",
    "find_groups",
    "telegram.group.add.action_check_numbers",  # without a word: whom it leaves out
    "telegram.group.create.action_check_numbers",
    "telegram.group.create.action_find_group",
    "res.partner.action_check_telegram_username",  # asks GREEN-API about what is on the contact
    "telegram.group.edit.action_apply",
    "telegram.composer.action_send",  # an invoice goes out, whoever sends it
}
# They say in words that there is nothing to see, or to do.
REFUSED_IN_WORDS = {
    "action_unlink_changed_chats",
    "res.partner.action_use_new_number",
    "action_open_telegram",
    "telegram.group.add.action_add",
    "telegram.group.create.action_create",
}
# They only open a dialog, in which the customer is left out.
DIALOGS_OPENED = {"action_check_telegram_numbers"}


@tagged("post_install", "-at_install")
class TestVisibilityCalls(MatrixCase):
    """An operator who is limited to their own customers calls what is about another's."""

    def setUp(self):
        super().setUp()
        self.instance.operator_ids = [Command.link(self.users["colleague"].id)]
        self.customer.user_id = self.users["operator"]
        self.instance.visibility = "own"
        self.assertEqual(self.chat.restricted_user_id, self.users["operator"])
        self.env.flush_all()
        self.authenticate("calls_colleague", "calls_colleague")

    def methods(self):
        """Give the methods of operators that are about one person's chat."""
        for model in METHODS:
            for method, least in roles_by_method(model).items():
                names = {method, f"{model}.{method}"}
                is_free = model in FREE_MODELS or names & (FREE_METHODS | DIALOGS_OPENED)
                is_of_group = model == "telegram.chat" and (
                    "group" in method or method in GROUP_METHODS
                )
                if least in ("user", "operator") and not is_free and not is_of_group:
                    yield model, method, bool(names & REFUSED_IN_WORDS)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_methods(self):
        """No method does anything with another's customer, in either way."""
        for model, method, in_words in self.methods():
            attempts = self.try_out("colleague", model, method, is_refused=True)
            for way, error, untouched in attempts:
                with self.subTest(model=model, method=method, way=way):
                    wanted = "odoo.exceptions.UserError" if in_words else ACCESS_ERROR
                    self.assertEqual(error, wanted)
                    self.assertTrue(untouched, "something was done before")

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_rows(self):
        """Another's chat, message and conversation are neither read nor found nor changed."""
        for model in ("telegram.chat", "telegram.message", "discuss.channel"):
            records = self.records[model]
            for method, arguments in (
                ("read", {"fields": ["display_name"]}),
                ("web_read", {"specification": {"display_name": {}}}),
                ("export_data", {"fields_to_export": ["id"]}),
                ("write", {"vals": {records._rec_name: "x"}}),
                ("unlink", {}),
            ):
                for way, error, untouched in self.try_out(
                    "colleague", model, method, records, arguments, is_refused=True
                ):
                    with self.subTest(model=model, method=method, way=way):
                        is_export = method == "export_data"  # Odoo's own right to export
                        self.assertIn(
                            error, (ACCESS_ERROR, is_export and "odoo.exceptions.UserError")
                        )
                        self.assertTrue(untouched)
            found = self.env[model].with_user(self.users["colleague"])
            domain = [("id", "in", records.ids)]
            self.assertFalse(found.search(domain))
            self.assertFalse(found.name_search("", domain))
            groups = found.formatted_read_group(domain, [], ["__count"])
            self.assertEqual([group["__count"] for group in groups], [0])
            self.assertIn(model, {*MODELS, "discuss.channel"})

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import inspect
from datetime import timedelta

from passlib.context import CryptContext

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tools import SQL

from odoo.addons.base.models import res_users

from ..common import CUSTOMER_CHAT, TelegramCase, new_user
from ..groups.group_case import IVAN
from .access_matrix import ARGUMENTS, roles_by_method

# Who each role includes; everybody else is refused.
ALLOWED = {
    "user": ("colleague", "foreign", "supervisor", "operator", "mailing", "manager", "system"),
    "supervisor": ("supervisor", "operator", "mailing", "manager", "system"),
    "operator": ("operator", "mailing", "manager", "system"),
    "mailing": ("mailing", "manager", "system"),
    "manager": ("manager", "system"),
    "system": ("system",),
    "-": (),
}
# Of no account: whoever has the role, in whichever company.
SHARED = {
    "telegram.automation": {"manager": ("manager", "system", "foreign_manager")},
    "telegram.mailing.list": {"mailing": ("mailing", "manager", "system", "foreign_manager")},
    "telegram.template": {
        "manager": ("manager", "system", "foreign_manager"),
        "user": (*ALLOWED["user"], "foreign_manager"),
    },
    # The figures of the user's own accounts, or none.
    "telegram.dashboard": {"user": (*ALLOWED["user"], "foreign_manager")},
    # Of another company: they are told that nothing of the person is theirs to see.
    "telegram.privacy": {"manager": ("manager", "system", "foreign_manager")},
    "res.partner": {"user": (*ALLOWED["user"], "foreign_manager")},
    # Who does not operate the account is told so; the invoice is not of the other company.
    "account.move": {
        "user": ("colleague", "supervisor", "operator", "mailing", "manager", "system")
    },
}
# Rights of a role that has no user of this name, and those of another company: tried by each.
EVERYBODY = {
    method
    for model in (
        "account.move",
        "res.partner",
        "telegram.dashboard",
        "telegram.automation",
        "telegram.template",
    )
    for method in roles_by_method(model)
}
JSON2, SCREEN = "JSON-2", "the screen's RPC"
ACCESS_ERROR = "odoo.exceptions.AccessError"

# Those of groups that do not say so in their name, and the arguments that may be left out.
GROUP_METHODS = {
    "action_tie_record",
    "action_untie_record",
    "action_add_members",
    "action_print_invitation",
    "remove_admin",
}
OPTIONAL = {
    "quoted_message",
    "scheduled_date",
    "caption",
    "file_name",
    "last_name",
    "company",
    "multiple_answers",
    "is_anonymous",
    "supergroup",
    "auto_delete_days",
    "known",
    "force",
    "count",
    "permissions",
    "with_qr",
    "api_url",
    "partner_ids",
    "subtype_ids",
}


class MatrixCase(TelegramCase, HttpCase):
    """One user of each kind, a record of each model, and both ways of calling a method."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user, manager = "telegram_green_api.group_user", "telegram_green_api.group_manager"
        contacts, accounting = "base.group_partner_manager", "account.group_account_invoice"
        mailing = "telegram_green_api.group_mailing"
        cls.company = cls.env["res.company"].create({"name": "Subsidiary"})
        foreign = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.users = {
            name: new_user(cls.env, f"calls_{name}", groups, **values)
            for name, groups, values in (
                ("portal", "base.group_portal", {}),
                ("employee", f"base.group_user,{contacts},{accounting}", {}),
                ("colleague", f"{user},{contacts},{accounting}", {}),
                ("foreign", f"{user},{contacts},{accounting}", foreign),
                ("foreign_manager", f"{manager},{contacts},{accounting}", foreign),
                ("supervisor", f"{user},{contacts},{accounting}", {}),
                ("operator", f"{user},{contacts},{accounting}", {}),
                ("mailing", f"{mailing},{contacts},{accounting}", {}),
                ("manager", f"{manager},{contacts},{accounting}", {}),
                ("system", f"{manager},base.group_system,{contacts},{accounting}", {}),
            )
        }
        # As Odoo's tests do with passwords: a key is checked thousands of times.
        quick = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
        cls.classPatch(res_users, "KEY_CRYPT_CONTEXT", quick)
        cls.keys = {name: cls.make_key(user) for name, user in cls.users.items()}
        cls.prepare_queries()

    @classmethod
    def prepare_queries(cls):
        """Prepare the queries of ``count_changes`` and ``read_tables``.

        They run thousands of times, and planning them takes longer.
        """
        [[is_counted]] = cls.env.execute_query(SQL("SELECT current_setting('track_counts')::bool"))
        assert is_counted, "PostgreSQL does not count what is written"
        tables = cls.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE tablename LIKE 'telegram_%%' ORDER BY 1")
        )
        writes = SQL(" + ").join(
            SQL("%s(%s::regclass)", SQL(f"pg_stat_get_xact_tuples_{change}"), table)
            for (table,) in tables
            for change in ("inserted", "updated", "deleted")
        )
        contents = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM %s t",
                table,
                SQL.identifier(table),
            )
            for (table,) in tables
        )
        for name, query in (("writes", SQL("SELECT %s", writes)), ("contents", contents)):
            cls.cr.execute(SQL("PREPARE %s AS %s", SQL.identifier(name), query))
            cls.addClassCleanup(cls.cr.execute, f"DEALLOCATE {name}")

    @classmethod
    def make_key(cls, user):
        day = fields.Datetime.now() + timedelta(days=1)
        keys = cls.env(user=user)["res.users.apikeys"].sudo().with_user(user).sudo()
        return keys._generate(None, "matrix", day)

    def setUp(self):
        super().setUp()
        staff = self.users["operator"] | self.users["mailing"]
        staff |= self.users["manager"] | self.users["system"]
        self.instance.operator_ids = [Command.set(staff.ids)]
        self.instance.supervisor_id = self.users["supervisor"]
        other = self._create_instance(
            self._create_phone(), name="Other", company_id=self.company.id
        )
        other.operator_ids = [Command.set(self.users["foreign"].ids)]
        self.ingest(self.notification())
        self.make_records()
        self.make_dialog_values()
        self.env.flush_all()

    def make_automatic_message(self):
        """Make one that was left out, since the contact has no chat."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Hello",
                "state": "telegram",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        return self.env["telegram.automatic.message"].create(
            {
                "action_id": action.id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "company_id": self.instance.company_id.id,
            }
        )

    def make_mailing(self):
        """Make one that is a draft, and return it with a recipient."""
        mailing = self.env["telegram.mailing"].create(
            {"name": "Sale", "instance_id": self.instance.id, "body": "Hello"}
        )
        recipient = self.env["telegram.mailing.recipient"].create(
            {"mailing_id": mailing.id, "res_id": self.customer.id, "state": "waiting"}
        )
        return mailing, recipient

    def make_records(self):
        """Make one record of each model, all of one account."""
        chats = self.env["telegram.chat"]
        self.chat = chats._find(self.instance, CUSTOMER_CHAT)
        self.message = self.env["telegram.message"].search([("chat_id", "=", self.chat.id)])
        self.group = chats._get_or_create(self.instance, "-10001234567", name="Team")
        member = self.env["telegram.group.member"].create(
            {"group_id": self.group.id, "user_chat_id": IVAN, "name": "Ivan"}
        )
        partner = self.env["telegram.api.partner"].create(
            {"name": "Our partner", "api_url": self.sandbox_url, "instance_url": self.sandbox_url}
        )
        line = self.env["telegram.api.partner.instance"].create(
            {"api_partner_id": partner.id, "id_instance": "4100777777", "name": "Line"}
        )
        template = self.env["telegram.template"].create(
            {"name": "Hello", "model_id": self.env.ref("base.model_res_partner").id, "body": "Hi"}
        )
        mailing, recipient = self.make_mailing()
        channel = self.chat._open_channel()
        self.env["account.journal"].create({"name": "Sales", "type": "sale", "code": "TEL"})
        self.records = {
            "account.move": self.env["account.move"].create(
                {"move_type": "out_invoice", "partner_id": self.customer.id}
            ),
            "discuss.channel": channel,
            "res.partner": self.customer,
            "telegram.automatic.message": self.make_automatic_message(),
            "telegram.automation": self.env.ref(
                "telegram_green_api.telegram_automation_invoice_posted"
            ),
            "telegram.call": self.env["telegram.call"].create(
                {
                    "instance_id": self.instance.id,
                    "company_id": self.instance.company_id.id,
                    "method": "getSettings",
                }
            ),
            "telegram.chat": self.chat,
            "telegram.event": self.env["telegram.event"].search(
                [("instance_id", "=", self.instance.id)], limit=1
            ),
            "telegram.group.member": member,
            "telegram.instance": self.instance,
            "telegram.mailing": mailing,
            "telegram.mailing.list": self.env["telegram.mailing.list"].create({"name": "All"}),
            "telegram.mailing.recipient": recipient,
            "telegram.mailing.report": self.env["telegram.mailing.report"].browse(recipient.id),
            "telegram.message": self.message,
            "telegram.number.check": self.env["telegram.number.check"].create(
                {
                    "chat_id": self.chat.id,
                    "instance_id": self.instance.id,
                    "user_id": self.env.uid,
                }
            ),
            "telegram.reminder": self.env["telegram.reminder"].create(
                {
                    "chat_id": self.chat.id,
                    "user_id": self.users["operator"].id,
                    "date": fields.Datetime.now() + timedelta(days=1),
                }
            ),
            "telegram.sync": self.env["telegram.sync"].create({"instance_id": self.instance.id}),
            "telegram.api.partner": partner,
            "telegram.api.partner.instance": line,
            "telegram.template": template,
            "telegram.contact.link": self.env["telegram.contact.link"].create(
                {"name": "Website", "instance_id": self.instance.id, "text": "Hello"}
            ),
        }

    def make_dialog_values(self):
        """Say what stands in each dialog when its button is pressed."""
        of_chat, of_group = {"chat_id": self.chat.id}, {"group_id": self.group.id}
        of_instance = {"instance_id": self.instance.id}
        people = {"partner_ids": [Command.set(self.customer.ids)]}
        messages = {"message_ids": [Command.set(self.message.ids)]}
        customer = f"res.partner,{self.customer.id}"
        partner = self.records["telegram.api.partner"]
        self.values = {
            "telegram.chat.history": of_chat,
            "telegram.check.numbers": {
                **of_instance,
                **people,
                "chat_ids": [Command.set(self.chat.ids)],
            },
            "telegram.composer": {
                **of_instance,
                **people,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "body": "Hello",
            },
            "telegram.hand.over": {
                "chat_id": self.chat.id,
                "user_id": self.users["manager"].id,
            },
            "telegram.remind.me": of_chat,
            "telegram.forward": {**messages, "chat_ids": [Command.set(self.chat.ids)]},
            "telegram.group.add": {**of_group, **people},
            "telegram.group.create": {**of_instance, **people, "name": "New"},
            "telegram.group.edit": {**of_group, "name": "New"},
            "telegram.group.record": {"chat_id": self.group.id, "record": customer},
            "telegram.instance.picture": {**of_instance, "picture": "eA=="},
            "telegram.instance.settings": of_instance,
            "telegram.journal": of_instance,
            "telegram.link.partner": {**of_chat, "partner_id": self.customer.id},
            "telegram.create.record": {**of_chat, "model": "res.partner", "name": "X"},
            "telegram.link.record": {**messages, "record": customer},
            "telegram.mailing.test": {
                "mailing_id": self.records["telegram.mailing"].id,
                "partner_id": self.users["manager"].partner_id.id,
            },
            "telegram.message.edit": {"message_id": self.message.id, "text": "New"},
            "telegram.message.lookup": {**of_instance, "chat": CUSTOMER_CHAT, "id_message": "1"},
            "telegram.api.partner.create": {"api_partner_id": partner.id, "name": "New"},
            "telegram.api.partner.delete": {
                "line_id": self.records["telegram.api.partner.instance"].id
            },
            "telegram.privacy": {"partner_id": self.customer.id},
            "telegram.queue": of_instance,
            "telegram.shared.contact": {"message_id": self.message.id, "contact_name": "Ivan"},
            "telegram.past": of_instance,
            "telegram.sign.in": of_instance,
            "telegram.onboarding": of_instance,
            "telegram.template.preview": {"template_id": self.records["telegram.template"].id},
        }

    def own_dialog(self, model, user):
        """Return a dialog that this user made, whatever stands in it: the worst that a program
        could have put there."""
        if model == "telegram.journal.entry":
            values = {"journal_id": self.own_dialog("telegram.journal", user).id}
        elif model == "telegram.queue.message":
            values = {"queue_id": self.own_dialog("telegram.queue", user).id}
        else:
            values = self.values[model]
        dialog = self.env[model].create(values)
        self.env.flush_all()
        table = SQL.identifier(dialog._table)
        query = SQL("UPDATE %s SET create_uid = %s WHERE id = %s", table, user.id, dialog.id)
        self.env.cr.execute(query)
        dialog.invalidate_recordset()
        return dialog

    def target(self, model, method, user):
        if method == "start":
            return self.env[model]
        if self.env[model]._abstract:
            return self.env[model].browse(1)
        if self.env[model]._transient:
            return self.own_dialog(model, user)
        if model == "telegram.chat" and ("group" in method or method in GROUP_METHODS):
            return self.group
        return self.records[model]

    def arguments(self, model, method):
        """Give a value for each argument of a method, by its name."""
        names = list(inspect.signature(getattr(self.env.registry[model], method)).parameters)[1:]
        values = {name: ARGUMENTS.get(name, "x") for name in names if name not in OPTIONAL}
        if method == "start":
            values["instance_id"] = self.instance.id
        return values

    def call(self, way, role, model, method, ids, arguments):
        """Call a method as a user would; return the name of the error, or None."""
        if way == JSON2:
            response = self.url_open(
                f"/json/2/{model}/{method}",
                json={"ids": ids, **arguments} if ids else {**arguments, "context": {}},
                headers={"Authorization": f"Bearer {self.keys[role]}"},
                timeout=60,
            )
            answer = response.json()
            if response.status_code == 200:
                return None
            if answer["name"] == ACCESS_ERROR:
                self.assertEqual(response.status_code, 403)
            return answer["name"]
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "jsonrpc": "2.0",
                "params": {
                    "model": model,
                    "method": method,
                    "args": [ids] if ids else [],
                    "kwargs": arguments,
                },
            },
            timeout=60,
        ).json()
        return response["error"]["data"]["name"] if "error" in response else None

    def try_out(self, role, model, method, target=None, arguments=None, is_refused=False):
        """Call a method in both ways as somebody; yield the way and the error, undo it all.

        The third is whether nothing was changed, if it has to be refused, or None.
        """
        user = self.users[role]
        for way in (JSON2,) if role in ("employee", "foreign") else (SCREEN, JSON2):
            with self.env.cr.savepoint() as savepoint:
                records = self.target(model, method, user) if target is None else target
                if arguments is None:
                    arguments = self.arguments(model, method)
                self.env.flush_all()
                with self.env.cr.savepoint() as before_call:
                    before = self.count_changes() if is_refused else None
                    error = self.call(way, role, model, method, records.ids, arguments)
                    self.env.invalidate_all()
                    untouched = self.is_untouched(before, before_call) if is_refused else None
                yield way, error, untouched
                savepoint.rollback()
            self.env.invalidate_all()

    def count_changes(self):
        """Return how often rows of the addon were written, and how often the service was asked."""
        [[writes]] = self.env.execute_query(SQL("EXECUTE writes"))
        return writes, len(self.phone.requests())

    def is_untouched(self, before, savepoint):
        """Return whether all is as it was; if rows were written, go back to compare them.

        :param before: result of ``count_changes`` at the savepoint
        """
        (writes, requests), (writes_before, requests_before) = self.count_changes(), before
        if requests != requests_before:
            return False
        if writes == writes_before:
            return True  # the usual case, told at a hundredth of the cost
        after = self.read_tables()
        savepoint.rollback()
        return self.read_tables() == after

    def read_tables(self):
        """Return a checksum of each of the addon's tables."""
        return dict(self.env.execute_query(SQL("EXECUTE contents")))

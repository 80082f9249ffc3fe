# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..automation.test_send_telegram import SendTelegramCase

OTHER_CHAT = "20000000"


class CompaniesCase(SendTelegramCase):
    """Two companies with an account each; the author of the rule belongs to the first one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_company = cls.env.company
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        cls.other_phone = cls._prepare_phone()
        cls.other_instance = cls._create_instance(cls.other_phone, name="Other account")
        cls.other_user = cls.create_user(
            "other_operator",
            "user",
            "contacts",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.other_instance.write(
            {"company_id": cls.other_company.id, "operator_ids": [Command.set(cls.other_user.ids)]}
        )
        cls.both_user = cls.create_user(
            "both_operator",
            "user",
            "contacts",
            company_id=cls.own_company.id,
            company_ids=[Command.set((cls.own_company | cls.other_company).ids)],
        )
        for instance in (cls.instance, cls.other_instance):
            instance.operator_ids = [Command.link(cls.both_user.id)]
        cls.foreign = cls.env["res.partner"].create(
            {"name": "Foreign", "phone": "+79100009999", "company_id": cls.other_company.id}
        )
        cls.own = cls.env["res.partner"].create(
            {"name": "Own", "phone": "+79100008888", "company_id": cls.own_company.id}
        )

    def setUp(self):
        super().setUp()
        self._register_phone(self.other_phone)

    def get_messages(self, record):
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return self.env["telegram.message"].search(domain)

    def write_by_hand(self, record, user, instance=None):
        """Let a user write from a record by the composer; return the error, if any."""
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        try:
            values = {
                "res_model": record._name,
                "res_id": record.id,
                "template_id": self.action.telegram_template_id.id,
            }
            if instance:
                values["instance_id"] = instance.id
            with self.env.cr.savepoint():
                env["telegram.composer"].create(values).action_send()
                self.env.flush_all()
                raise ZeroDivisionError
        except ZeroDivisionError:
            return None
        except UserError as error:
            return error


@tagged("post_install", "-at_install")
class TestAutomationCompanies(CompaniesCase):
    """A rule writes about records of several companies, and never more than its author could."""

    def check_same_as_by_hand(self, record, user, instance=None):
        """Check that the rule writes about the record if its author could, and only then."""
        self.action.write(
            {
                "telegram_user_id": user.id,
                "telegram_instance_id": instance.id if instance else False,
                "telegram_once": "always",
            }
        )
        error = self.write_by_hand(record, user, instance)
        before = self.get_messages(record)
        self.run_action(record)
        row = self.get_requests(record)[-1:]
        sent = self.get_messages(record) - before
        names = (record.display_name, user.name, instance and instance.name)
        self.assertEqual(bool(sent), not error, f"{names}: {error} / {row.reason}")
        self.assertEqual(row.state, "left_out" if error else "composed", names)
        self.assertEqual(bool(row.reason), bool(error), names)
        return sent

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_same_as_by_hand(self):
        """A rule writes what its author could not, or does not write what the author could."""
        records = self.own | self.foreign | self.customer
        users = self.salesperson | self.other_user | self.both_user
        accounts = (None, self.instance, self.other_instance)
        for record in records:
            for user in users:
                for account in accounts:
                    with self.subTest(record=record.name, user=user.login, account=account):
                        self.check_same_as_by_hand(record, user, account)

    def test_account_of_the_record(self):
        """A customer of one company would be written to by the account of the other one."""
        self.action.write({"telegram_user_id": self.both_user.id})
        self.run_action(self.own | self.foreign)
        self.assertEqual(self.get_messages(self.own).instance_id, self.instance)
        self.assertEqual(self.get_messages(self.foreign).instance_id, self.other_instance)
        rows = self.get_requests(self.own | self.foreign)
        self.assertEqual(set(rows.company_id), {self.own_company, self.other_company})

    def test_rows_of_other_companies(self):
        """An administrator of one company reads whom the other company writes to."""
        self.action.write({"telegram_user_id": self.both_user.id})
        self.run_action(self.own | self.foreign)
        manager = self.create_user("row_manager", "manager")
        rows = self.env["telegram.automatic.message"].with_user(manager)
        found = rows.search([("action_id", "=", self.action.id)])
        self.assertEqual(found.company_id, self.own_company)

    def test_companies_of_the_user_who_fires(self):
        """The companies that a user has selected would decide who is written to."""
        action = self.action.with_user(self.both_user)
        for allowed in (self.other_company.ids, self.own_company.ids):
            context = {"allowed_company_ids": allowed, "active_model": "res.partner"}
            action.with_context(
                **context, active_ids=self.customer.ids, active_id=self.customer.id
            ).run()
        self.compose()
        self.assertEqual(self.get_messages(self.customer).instance_id, self.instance)

    def test_fired_from_another_company(self):
        """A user of one company fires a rule for records of the other one, which they cannot read.

        Odoo checks who may write the records; the addon must not get around it.
        """
        action = self.action.with_user(self.other_user).with_context(
            active_model="res.partner", active_ids=self.own.ids, active_id=self.own.id
        )
        loggers = ("odoo.addons.base.models.ir_actions", "odoo.addons.base.models.ir_rule")
        with mute_logger(*loggers), self.assertRaises(AccessError):
            action.run()
        self.assertFalse(self.get_requests(self.own))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_template_of_another_company(self):
        """The text of a company whose templates the author cannot read would be sent."""
        self.template.company_id = self.other_company
        self.run_action(self.customer)
        self.assertFalse(self.get_texts(self.customer))
        self.assertEqual(self.get_requests(self.customer).state, "left_out")
        group = self.env["telegram.chat"].create(
            {
                "instance_id": self.instance.id,
                "telegram_id": "-100777",
                "chat_type": "supergroup",
                "name": "Project",
                "res_model": "res.partner",
                "res_id": self.own.id,
            }
        )
        self.action.telegram_recipient = "group"
        self.run_action(self.own)
        self.assertFalse(self.env["telegram.message"].search([("chat_id", "=", group.id)]))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.mail.models.mail_render_mixin")
    def test_fields_that_the_author_cannot_read(self):
        """A template would tell customers what its author may not even see."""
        secret = "The secret of the administrators"
        self.env["ir.config_parameter"].set_param("rule.secret", secret)
        for body in (
            "{{ object.env['ir.config_parameter'].search([('key', '=', 'rule.secret')]).value }}",
            "{{ object.env['ir.config_parameter'].get_param('rule.secret') }}",
            "{{ object.env['telegram.instance'].search([]).mapped('webhook_secret') }}",
        ):
            with self.subTest(body):
                self.template.with_context(install_mode=True).body = body
                self.action.telegram_once = "always"
                self.assertIsNotNone(self.write_by_hand(self.customer, self.salesperson))
                self.run_action(self.customer)
                self.assertFalse(self.get_texts(self.customer))
                self.assertNotIn(secret, str(self.customer.message_ids.mapped("body")))
                row = self.get_requests(self.customer)[-1]
                self.assertEqual(row.state, "left_out")
                self.assertNotIn(secret, row.reason)

    def test_limited_author(self):
        """A rule would write in the chat of a colleague's customer, which its author cannot see."""
        colleague = self.create_user("rule_colleague", "user", "contacts")
        self.instance.operator_ids = [Command.link(colleague.id)]
        self.ingest(self.notification())
        self.customer.user_id = colleague
        self.instance.visibility = "own"
        self.check_same_as_by_hand(self.customer, self.salesperson)
        self.check_same_as_by_hand(self.customer, colleague)

    def test_branch(self):
        """A rule of the parent company's operator would not know the account of the branch."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.own_company.id}
        )
        of_branch = self.env["res.partner"].create(
            {"name": "Of the branch", "phone": "+79100007777", "company_id": branch.id}
        )
        self.check_same_as_by_hand(of_branch, self.salesperson)
        self.salesperson.company_ids = [Command.link(branch.id)]
        self.assertTrue(self.check_same_as_by_hand(of_branch, self.salesperson))

    def test_group_of_another_company(self):
        """A rule would write into a group of an account that its author does not operate."""
        group = self.env["telegram.chat"].create(
            {
                "instance_id": self.other_instance.id,
                "telegram_id": "-100888",
                "chat_type": "supergroup",
                "name": "Other project",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        self.action.write(
            {"telegram_recipient": "group", "telegram_instance_id": self.other_instance.id}
        )
        self.run_action(self.customer)
        self.assertFalse(self.env["telegram.message"].search([("chat_id", "=", group.id)]))
        self.assertEqual(self.get_requests(self.customer).state, "left_out")

    def test_author_lost_the_company(self):
        """What waits would be written with rights that the author has lost meanwhile."""
        self.action.write({"telegram_user_id": self.both_user.id, "telegram_once": "always"})
        self.action.with_context(
            active_model="res.partner", active_ids=self.foreign.ids, active_id=self.foreign.id
        ).run()
        self.both_user.company_ids = [Command.unlink(self.other_company.id)]
        self.compose()
        self.assertFalse(self.get_messages(self.foreign))

    def test_author_lost_telegram(self):
        """A rule would write although its author may not use Telegram any more."""
        self.salesperson.group_ids = [
            Command.unlink(self.env.ref("telegram_green_api.group_user").id)
        ]
        self.run_action(self.customer)
        self.assertFalse(self.get_texts(self.customer))
        self.assertEqual(self.get_requests(self.customer).state, "left_out")

    def test_second_channel_of_another_company(self):
        """The e-mail about a record would go out with the rights of a stranger to its company."""
        mail_template = self.env["mail.template"].create(
            {
                "name": "By e-mail",
                "model_id": self.template.model_id.id,
                "partner_to": "{{ object.id }}",
                "subject": "By e-mail",
                "body_html": "<p>Hello</p>",
            }
        )
        self.action.write(
            {
                "telegram_second_channel": "email",
                "telegram_mail_template_id": mail_template.id,
                "telegram_user_id": self.both_user.id,
            }
        )
        self.foreign.write({"phone": False, "email": "foreign@example.com"})
        self.run_action(self.foreign)
        self.both_user.company_ids = [Command.unlink(self.other_company.id)]
        self._run(self.env.ref("telegram_green_api.ir_cron_second_channel"))
        self.assertEqual(self.get_requests(self.foreign).second_channel_state, "failed")
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.foreign.ids)])
        self.assertFalse(mails)


@tagged("post_install", "-at_install")
class TestReadyRuleRights(CompaniesCase):
    """Administrators of Telegram, who administer nothing else, and the ready rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("rule_manager", "manager", "accounting")
        cls.automation = cls.env.ref("telegram_green_api.telegram_automation_invoice_posted")

    def test_cleared_author(self):
        """Without an author, a rule would write with the rights of who had switched it on."""
        self.automation.with_user(self.env.ref("base.user_admin")).action_switch_on()
        self.automation.user_id = self.salesperson
        own = self.automation.with_user(self.manager)
        with self.assertRaises(ValidationError):
            own.user_id = False
        self.assertEqual(self.automation.action_id._get_telegram_user(), self.salesperson)
        own.action_switch_off()
        own.user_id = False
        own.action_switch_on()
        self.assertEqual(self.automation.action_id._get_telegram_user(), self.manager)

    def test_author_who_cannot_read(self):
        """A rule that can write about nothing would be on, and nobody would know."""
        blind = self.create_user("blind_manager", "manager")
        with self.assertRaisesRegex(UserError, "blind_manager"):
            self.automation.with_user(blind).action_switch_on()
        self.assertFalse(self.automation.is_on)
        self.automation.user_id = self.manager
        self.automation.with_user(blind).action_switch_on()
        self.assertTrue(self.automation.is_on)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_what_the_administrator_cannot_change(self):
        """A Telegram administrator would write by the server action what only Odoo's may write."""
        self.automation.with_user(self.manager).action_switch_on()
        action = self.automation.action_id.with_user(self.manager)
        attacks = (
            lambda: action.write({"telegram_user_id": self.env.ref("base.user_admin").id}),
            lambda: action.write({"state": "code", "code": "env.user.sudo()"}),
            lambda: self.automation.with_user(self.manager).write({"action_id": self.action.id}),
            lambda: self.automation.with_user(self.manager).write({"model": "res.users"}),
            lambda: self.automation.with_user(self.manager).copy(),
            lambda: self.automation.with_user(self.manager).create(
                {"name": "Mine", "model": "res.users", "body": "{{ object.password }}"}
            ),
            lambda: self.template.with_user(self.manager).write(
                {"body": "{{ object.env['ir.config_parameter'].sudo().search([]) }}"}
            ),
        )
        for attack in attacks:
            with self.assertRaises(AccessError):
                attack()

    def test_account_of_another_company(self):
        """A Telegram administrator would let a rule write by an account of another company."""
        admin = self.env.ref("base.user_admin")
        admin.company_ids = [Command.link(self.other_company.id)]
        self.automation.with_user(admin).action_switch_on()
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self.automation.with_user(self.manager).instance_id = self.other_instance


@tagged("post_install", "-at_install")
class TestRuleCalls(SendTelegramCase, HttpCase):
    """Rules are run by JSON-2, as any program may try."""

    def setUp(self):
        super().setUp()
        self.employee = self.create_user("rule_employee", "employee")
        self.keys = {}
        for user in (self.employee, self.salesperson):
            keys = self.env["res.users.apikeys"].with_user(user).sudo()
            self.keys[user] = keys._generate(None, "Rules", self.fields_day())
        self.env.flush_all()

    def fields_day(self):
        return self.env.cr.now().replace(year=self.env.cr.now().year + 1)

    def call(self, user, model, method, **params):
        headers = {"Authorization": f"bearer {self.keys[user]}"}
        url = f"{self.base_url()}/json/2/{model}/{method}"
        return self.opener.post(url, json=params, headers=headers, timeout=60)

    @mute_logger(
        "odoo.http",
        "odoo.addons.base.models.ir_actions",
        "odoo.addons.base.models.ir_rule",
        "odoo.addons.base.models.ir_model",
    )
    def test_run(self):
        """A user who may not change a contact would write to it by the number of the action."""
        context = {
            "active_model": "res.partner",
            "active_ids": self.customer.ids,
            "active_id": self.customer.id,
        }
        answer = self.call(
            self.employee, "ir.actions.server", "run", ids=self.action.ids, context=context
        )
        self.assertEqual(answer.status_code, 403, answer.text)
        self.assertFalse(self.get_requests(self.customer))
        answer = self.call(
            self.salesperson, "ir.actions.server", "run", ids=self.action.ids, context=context
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(len(self.get_requests(self.customer)), 1)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_private(self):
        """What composes and requests messages would be called without a rule."""
        for model, method, params in (
            ("telegram.automatic.message", "_request", {}),
            ("telegram.automatic.message", "_cron_compose", {}),
            ("telegram.automatic.message", "create", {"vals_list": [{}]}),
            ("telegram.automatic.message", "search_read", {"domain": []}),
            ("telegram.automation", "action_switch_on", {"ids": [1]}),
            ("telegram.automation", "create", {"vals_list": [{}]}),
            ("ir.actions.server", "create", {"vals_list": [{"state": "telegram"}]}),
        ):
            with self.subTest(model=model, method=method):
                answer = self.call(self.salesperson, model, method, **params)
                self.assertIn(answer.status_code, (403, 404), answer.text)

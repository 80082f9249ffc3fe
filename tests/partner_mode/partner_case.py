# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.


from green_api_sandbox.phone import Phone

from ..common import SECRET_MARK, TelegramCase

PARTNER_TOKEN = f"gac.{SECRET_MARK}partner"


class PartnerCase(TelegramCase):
    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.create_user("partner_admin", "system", "manager")
        cls.manager = cls.create_user("partner_manager", "manager")

    def setUp(self):
        super().setUp()
        self.control = Phone(self.sandbox_url)
        self.addCleanup(self.control.clear_faults)
        self.partner = (
            self.env["telegram.api.partner"]
            .with_user(self.admin)
            .create(
                {
                    "name": "Our partner",
                    "api_url": self.sandbox_url,
                    "instance_url": self.sandbox_url,
                    "api_token_new": f" {PARTNER_TOKEN}\n",
                    "call_log": "all",
                }
            )
        )

    def press(self, action, record=None):
        with self.enter_registry_test_mode():
            answer = getattr(self.partner if record is None else record, action)()
        self.env.invalidate_all()
        return answer

    def refresh(self):
        return self.press("action_refresh")

    def line(self, id_instance):
        return self.partner.line_ids.filtered(lambda line: line.id_instance == str(id_instance))

    def create_instance(self, name="Branch"):
        dialog = self.env["telegram.api.partner.create"].with_user(self.admin)
        dialog = dialog.create({"api_partner_id": self.partner.id, "name": name})
        action = self.press("action_create_instance", dialog)
        return self.env["telegram.instance"].browse(action["params"]["instance_id"])

    def delete(self, line, action="action_delete", dialog=None):
        dialog = dialog or self.env["telegram.api.partner.delete"].with_user(self.admin).create(
            {"line_id": line.id}
        )
        return dialog, self.press(action, dialog)

    def asked(self, method):
        return self.control.requests_without_instance(method)

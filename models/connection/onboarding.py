# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const

# States that the user cannot end in the guided start.
UNFIXABLE_STATES = ("suspended", "blocked", const.CODE_EXPIRED)


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the guided start, from credentials to a test message."""

    _inherit = "telegram.instance"

    test_date = fields.Datetime(
        "Last Test",
        readonly=True,
        copy=False,
        help="When a message to the account itself was last sent and received.",
    )

    # === ACTION METHODS === #

    def action_start(self):
        """Open the guided start at the step that the account has reached."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.start",
            "params": {"instance_id": self.id},
        }

    def action_test(self):
        """Open the guided start at its last step: a message to the account itself.

        It shows that sending and receiving work, and how GREEN-API formats texts.
        """
        action = self.action_start()
        action["params"]["is_test"] = True
        return action

    # === BUSINESS METHODS === #

    @api.model
    def _connect(self, values):
        """Create an account, or change the credentials of the one with the same instance ID.

        The name of an account changes only if these accounts are that one: users choose it.

        :param dict values: among them ``id_instance`` and ``api_token_new``
        :return: the ``telegram.instance``, active
        :raise UserError: it is in a company that the user has no access to
        """
        instance = self._find_connected(values["id_instance"])
        if not instance and self and not self._has_chats():
            instance = self  # its instance ID was mistyped
        if not instance:
            return self.create(values)
        if instance != self:
            values = {key: value for key, value in values.items() if key != "name"}
        instance.write({**values, "active": True})
        return instance

    @api.model
    def _find_connected(self, id_instance):
        """Return the account with this instance ID, archived or not; empty if there is none.

        :raise UserError: it is in a company that the user has no access to
        """
        # sudo: telegram.instance - only that it is connected in another company is told
        known_sudo = self.sudo().with_context(active_test=False)
        instance = known_sudo.search([("id_instance", "=", id_instance)]).with_env(self.env)
        if instance and not instance.has_access("write"):
            raise UserError(self.env._("This account is already connected in another company."))
        return instance

    def _has_chats(self):
        """Return whether the account has been used, so that it is not turned into another one."""
        # sudo: telegram.chat - of any company
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        return bool(chats_sudo.search_count([("instance_id", "in", self.ids)], limit=1))

    @api.model
    def _find_unfinished(self):
        """Return the accounts whose setup was left before its end."""
        return self.search(Domain.TRUE).filtered(
            lambda instance: (
                instance.has_access("write")
                and not instance.is_other_database
                and instance.state not in UNFIXABLE_STATES
                and instance._get_start_step() in ("credentials", "sign_in", "receiving")
            )
        )

    def _get_connected_message(self):
        """Return a sentence that tells as what this account is connected."""
        self.ensure_one()
        names = {"id_instance": self.id_instance, "name": self.name}
        if not self.active:
            return self.env._(
                "The instance %(id_instance)s is already connected as “%(name)s”, which is "
                "archived.",
                **names,
            )
        return self.env._(
            "The instance %(id_instance)s is already connected as “%(name)s”.", **names
        )

    def _get_start_step(self):
        """Return the next step of the guided start.

        :return: "credentials", "sign_in", "receiving", "test" or "done"
        """
        if not self or not self.has_api_token:
            return "credentials"
        if self.state in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN, const.CODE_DELETED):
            return "credentials"
        is_sent = self.is_receiving_configured or self.settings_sent_date
        if self.state != const.STATE_AUTHORIZED and not (
            is_sent and self.state == const.STATE_STARTING
        ):
            return "sign_in"
        if not is_sent or self._get_webhook_problem():
            return "receiving"
        return "done" if self.test_date else "test"

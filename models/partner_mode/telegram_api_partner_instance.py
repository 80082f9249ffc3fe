# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RefusedError, propose_host
from ...tools.actions import get_dialog_action
from ...tools.transactions import write_as_user

# Errors of the sign-out if there is no session to end.
NO_SESSION = (const.CODE_NOT_AUTHORIZED, const.CODE_DELETED)


class TelegramApiPartnerInstance(models.Model):
    """Instance of a partner in the list of GREEN-API. Its token is not stored."""

    _name = "telegram.api.partner.instance"
    _description = "Instance of a GREEN-API Partner"
    _order = "state, id_instance desc"
    _rec_name = "name"

    api_partner_id = fields.Many2one(
        "telegram.api.partner",
        "Partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="api_partner_id.company_id", store=True)
    id_instance = fields.Char("Instance ID", required=True, readonly=True)
    name = fields.Char(readonly=True)
    type_instance = fields.Char("Messenger", readonly=True)
    tariff = fields.Char(readonly=True)
    created_at = fields.Char("Created", readonly=True)
    expires_at = fields.Char("Paid Until", readonly=True)
    state = fields.Selection(
        [("active", "Active"), ("expired", "Expired"), ("deleted", "Deleted")], readonly=True
    )
    instance_id = fields.Many2one(
        "telegram.instance", "Account", compute="_compute_instance_id", search="_search_instance_id"
    )
    can_connect = fields.Boolean(compute="_compute_instance_id")
    _id_instance_uniq = models.Constraint(
        "unique(api_partner_id, id_instance)", "This instance is already listed."
    )

    # === COMPUTE METHODS === #

    @api.depends("id_instance", "state", "type_instance")
    def _compute_instance_id(self):
        instances = self.env["telegram.instance"].with_context(active_test=False)
        found = instances.search([("id_instance", "in", self.mapped("id_instance"))])
        by_id = {instance.id_instance: instance for instance in found}
        for line in self:
            line.instance_id = by_id.get(line.id_instance, False)
            is_telegram = line.type_instance in (False, "", const.TYPE_TELEGRAM)
            is_connected = line.instance_id.active
            line.can_connect = is_telegram and line.state == "active" and not is_connected

    def _search_instance_id(self, operator, value):
        instances = self.env["telegram.instance"].with_context(active_test=False)
        ids = instances.search([("id", operator, value)]).mapped("id_instance")
        return [("id_instance", "in", ids)]

    # === ACTION METHODS === #

    def action_connect(self):
        """Connect the instance with its current token, and open the guided start."""
        self.ensure_one()
        partner = self.api_partner_id
        partner.check_access("write")
        row = partner._fetch_instance(self.id_instance)
        if row.type_instance not in ("", const.TYPE_TELEGRAM):
            raise UserError(
                self.env._(
                    "“%(name)s” is an instance for %(messenger)s. Connect an instance for "
                    "Telegram.",
                    name=self.name or self.id_instance,
                    messenger=row.type_instance,
                )
            )
        return write_as_user(partner, lambda own: own._connect_instance(row).action_start())

    def action_open(self):
        """Open the account of the instance in Odoo."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "telegram.instance",
            "res_id": self.instance_id.id,
            "views": [(False, "form")],
        }

    def action_delete(self):
        """Open the dialog that deletes the instance at GREEN-API."""
        self.ensure_one()
        self.api_partner_id.check_access("write")
        title = self.env._("Delete Instance")
        return get_dialog_action("telegram.api.partner.delete", title, line_id=self.id)

    # === BUSINESS METHODS === #

    def _prepare_values(self, row):
        """Return the values of a line from a PartnerInstance of the client."""
        state = "deleted" if row.deleted else "expired" if row.expired else "active"
        return {
            "id_instance": row.id_instance,
            "name": row.name,
            "type_instance": row.type_instance,
            "tariff": row.tariff,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "state": state,
        }

    def _notify_deleted(self):
        """Update the accounts whose instances were deleted at GREEN-API, and alert their users."""
        for line in self:
            instance = line.instance_id
            if instance and instance.state != const.CODE_DELETED:
                instance._record_error(RefusedError("getInstances", const.CODE_DELETED))

    def _log_out(self, row):
        """Sign out the Telegram account of an instance before it is deleted.

        :param PartnerInstance row: result of the client, with the current token
        :return: text of the error; False if the account was signed out or had no session
        """
        self.ensure_one()
        partner = self.api_partner_id
        instance = partner._prepare_instance(
            id_instance=row.id_instance,
            api_url=self.instance_id.api_url
            or partner.instance_url
            or propose_host(row.id_instance),
            api_token=row.api_token_instance,
        )
        try:
            with instance._get_client() as client:
                step = client.logout()
        except GreenApiError as error:
            return False if error.code in NO_SESSION else instance._get_error_message(error)
        return False if step.done else instance._get_step_message(step)

    def _process_deleted(self, user):
        """Store that the instance is deleted, and archive its account in Odoo.

        :param user: ``res.users`` who deleted it
        :return: number of queued messages that will not be sent
        """
        self.ensure_one()
        # sudo: telegram.api.partner.instance - GREEN-API has deleted it
        self.sudo().state = "deleted"
        instance = self.instance_id
        if not instance:
            return 0
        instance_sudo = instance.sudo()  # sudo: telegram.instance - its state at GREEN-API
        instance_sudo.write(
            {
                "state": const.CODE_DELETED,
                "last_error": False,
                "was_operational": False,
                "active": False,
            }
        )
        instance_sudo._log_user_action(user, self.env._("The instance was deleted at GREEN-API."))
        return instance.waiting_count

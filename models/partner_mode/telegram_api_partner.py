# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import const
from ...client import (
    GreenApiError,
    OutcomeUnknownError,
    PartnerClient,
    check_host,
    propose_host,
    to_text,
)
from ...tools.transactions import write_as_user


class TelegramApiPartner(models.Model):
    """A partner of GREEN-API: makes and removes instances with a token of its own.

    https://green-api.com/en/telegram/docs/partners/

    For administrators of Odoo only: whoever has the token has all instances of the partner.

    What becomes of a partner's instances.
    """

    _name = "telegram.api.partner"
    _protected = {"last_refresh_date"}
    _inherit = ["telegram.protected.mixin", "telegram.secret.mixin"]
    _description = "GREEN-API Partner"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    api_url = fields.Char(
        "Partner Address",
        required=True,
        default=const.PARTNER_URL,
        help="partnerApiUrl in the GREEN-API console.",
    )
    instance_url = fields.Char(
        "Address of Instances",
        help="apiUrl of the partner's instances. Empty: the usual one, by the id of each.",
    )
    api_token_new = fields.Char(
        "Partner Token",
        groups="",
        help="The partnerToken value from the GREEN-API console. It is stored securely and cannot "
        "be displayed again.",
    )
    instance_ids = fields.One2many("telegram.api.partner.instance", "partner_id", "Instances")
    last_refresh_date = fields.Datetime("Last Refreshed", readonly=True, copy=False)
    call_log = fields.Selection(
        [("off", "Nothing"), ("errors", "Failed calls"), ("all", "All calls")],
        default="errors",
        required=True,
        help="Which calls are kept under Technical → Calls. Secrets are not kept.",
    )
    call_retention_days = fields.Integer(
        "Keep Calls For",
        default=const.CALL_LOG_DAYS,
        help="Days, after which logged calls are removed. 0: for ever.",
    )
    _call_retention_days_positive = models.Constraint(
        f"CHECK(call_retention_days BETWEEN 0 AND {const.KEEP_DAYS_MAX})",
        "The days for which calls are kept are 0 (for ever) to 36500.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("api_url", "instance_url")
    def _check_hosts(self):
        for partner in self:
            for url in filter(None, (partner.api_url, partner.instance_url)):
                try:
                    check_host(url)
                except ValueError:
                    raise ValidationError(
                        self.env._(
                            "“%s” is not an address of GREEN-API: it begins with https://. Copy "
                            "it from the console.",
                            url,
                        )
                    ) from None

    # === ACTION METHODS === #

    def action_refresh(self):
        """Ask for the list of instances.

        https://green-api.com/en/telegram/docs/partners/getInstances/
        """
        self.ensure_one()
        self.check_access("write")
        rows = self._call_service("get_instances")
        write_as_user(self, lambda partner: partner._update_instances(rows))
        return self._display_result(self.env._("Instances of the partner: %s.", len(rows)), rows)

    def action_create_instance(self):
        """Open the dialog that makes an instance."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create an instance"),
            "res_model": "telegram.api.partner.create",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    # === ASKING THE SERVICE === #

    def _get_client(self):
        """Return a client for this partner: the only place where one is made.

        :raise UserError: the token is missing
        """
        self.ensure_one()
        self.check_access("write")
        partner_sudo = self.sudo()  # sudo: telegram.api.partner - the token stays in the client
        if not partner_sudo.api_token:
            raise UserError(
                self.env._(
                    "The token of “%s” is not set. Enter it (partnerToken in the GREEN-API "
                    "console).",
                    self.name,
                )
            )
        observe = self.env["telegram.call"]._get_observer(self)
        return PartnerClient(partner_sudo.api_url, partner_sudo.api_token, observe=observe)

    def _call_service(self, method, *args):
        """Call a method of the service for a person, in a transaction that has written nothing.

        :param str method: of the client
        :return: what the client's method returns; a Step only when it is done
        :raise UserError: it failed; the text says why and what to do
        """
        try:
            with self._get_client() as client:
                result = getattr(client, method)(*args)
        except OutcomeUnknownError as error:
            raise UserError(
                self.env._(
                    "%s The instance may have been made all the same: press “Refresh” and look at "
                    "the list before you do it again. It can be connected from there.",
                    self._get_error_message(error),
                )
            ) from None
        except GreenApiError as error:
            raise UserError(self._get_error_message(error)) from None
        if not getattr(result, "done", True):
            raise UserError(self._prepare_candidate({})._get_step_message(result))
        return result

    def _display_result(self, message, result=None, next=None):  # pylint: disable=redefined-builtin
        """Show a person what came of a button, see telegram.instance."""
        raw = [each.raw for each in result] if isinstance(result, list) else result
        action = self._prepare_candidate({"name": self.name})._display_result(
            message, None, next=next
        )
        if raw is not None:
            action["params"]["raw"] = to_text(raw)
        return action

    def _find_row(self, id_instance):
        """Ask for an instance anew: only the answer holds its live token.

        :return: PartnerInstance
        :raise UserError: there is none that could be used
        """
        rows = self._call_service("get_instances")
        found = next((row for row in rows if row.id_instance == id_instance), None)
        if not found or found.deleted:
            write_as_user(self, lambda partner: partner._update_instances(rows))
            raise UserError(
                self.env._(
                    "GREEN-API does not have the instance %s any more: it was deleted.", id_instance
                )
            )
        return found

    def _prepare_candidate(self, values):
        """Give an instance that is not kept, to ask the service with its credentials."""
        return self.env["telegram.instance"].new({"api_url": self.api_url, **values})

    # === TEXTS === #

    def _get_error_message(self, error):
        """Say in plain words why a call failed and what to do.

        :param GreenApiError error: what the client raised
        """
        if error.code in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN):
            return self.env._(
                "GREEN-API does not accept the partner token. Copy partnerToken and partnerApiUrl "
                "once more from its console."
            )
        if error.method == "deleteInstanceAccount" and error.code == const.CODE_NOT_FOUND:
            return self.env._("GREEN-API does not have this instance any more. Press “Refresh”.")
        return self._prepare_candidate({})._get_error_message(error)

    def _update_instances(self, rows):
        """Keep the list of instances; their tokens are not kept.

        :param list rows: of PartnerInstance
        """
        self.ensure_one()
        # sudo: telegram.api.partner.instance - what the service said; people do not write it
        lines_sudo = self.sudo().instance_ids
        known = {line.id_instance: line for line in lines_sudo}
        for row in rows:
            values = lines_sudo._prepare_values(row)
            if row.id_instance in known:
                known[row.id_instance].write(values)
            elif row.id_instance:
                lines_sudo.create({"partner_id": self.id, **values})
        lines_sudo = self.sudo().instance_ids  # sudo: as above; with those just made
        listed = {row.id_instance for row in rows}
        lines_sudo.filtered(lambda line: line.id_instance not in listed).state = "deleted"
        # sudo: telegram.api.partner - the same
        self.sudo().last_refresh_date = fields.Datetime.now()
        lines_sudo.filtered(lambda line: line.state == "deleted")._notify_deleted()

    def _connect_row(self, row):
        """Make the instance in Odoo, with its token, or give it the token that it has now.

        :param PartnerInstance row: as the service told it
        :return: the ``telegram.instance``
        """
        values = {
            "id_instance": row.id_instance,
            "api_url": self.instance_url or propose_host(row.id_instance),
            "api_token_new": row.api_token_instance,
        }
        known = self.env["telegram.instance"].with_context(active_test=False)
        if not known.search_count([("id_instance", "=", row.id_instance)], limit=1):
            values["name"] = row.name or self.env._("Telegram %s", row.id_instance)
            values["company_id"] = self.company_id.id
        return self.env["telegram.instance"]._connect(values)

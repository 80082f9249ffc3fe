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
    to_masked_text,
)
from ...tools.actions import get_dialog_action
from ...tools.transactions import write_as_user


class TelegramApiPartner(models.Model):
    """Partner of GREEN-API, with a token that creates and deletes instances.

    https://green-api.com/en/telegram/docs/partners/

    For system administrators only, because the token gives access to all instances of the partner.
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
        "Partner API Address",
        required=True,
        default=const.PARTNER_URL,
        help="The partnerApiUrl value from the GREEN-API console.",
    )
    instance_url = fields.Char(
        "Instance API Address",
        help="The apiUrl of the partner's instances. Leave empty to derive it from the ID of each "
        "instance.",
    )
    api_token_new = fields.Char(
        "Partner Token",
        groups="",
        help="The partnerToken value from the GREEN-API console. It is stored securely and cannot "
        "be displayed again.",
    )
    line_ids = fields.One2many("telegram.api.partner.instance", "api_partner_id", "Instances")
    last_refresh_date = fields.Datetime("Last Refreshed", readonly=True, copy=False)
    call_log = fields.Selection(
        [("off", "Nothing"), ("errors", "Failed calls"), ("all", "All calls")],
        default="errors",
        required=True,
        help="Calls that are logged under Technical → Calls. Secrets are not logged.",
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
                            "“%s” is not a URL of GREEN-API, which starts with https://. Copy it "
                            "from the GREEN-API console.",
                            url,
                        )
                    ) from None

    # === ACTION METHODS === #

    def action_refresh(self):
        """Fetch the list of instances.

        https://green-api.com/en/telegram/docs/partners/getInstances/
        """
        self.ensure_one()
        self.check_access("write")
        rows = self._call_service("get_instances")
        write_as_user(self, lambda partner: partner._update_instances(rows))
        return self._display_result(self.env._("Instances found: %s.", len(rows)), rows)

    def action_create_instance(self):
        """Open the dialog that creates an instance."""
        self.ensure_one()
        self.check_access("write")
        title = self.env._("Create Instance")
        return get_dialog_action("telegram.api.partner.create", title, api_partner_id=self.id)

    # === CALLS === #

    def _get_client(self):
        """Return a client for this partner.

        :raise UserError: the token is missing
        """
        self.ensure_one()
        self.check_access("write")
        partner_sudo = self.sudo()  # sudo: telegram.api.partner - the token stays in the client
        if not partner_sudo.api_token:
            raise UserError(
                self.env._(
                    "The token of “%s” is not set. Enter the partnerToken value from the GREEN-API "
                    "console.",
                    self.name,
                )
            )
        observe = self.env["telegram.call"]._get_observer(self)
        return PartnerClient(partner_sudo.api_url, partner_sudo.api_token, observe=observe)

    def _call_service(self, method, *args):
        """Call a method of GREEN-API for a user. The transaction must have written nothing.

        :param str method: of the client
        :return: the result of the client's method; a Step only when it is done
        :raise UserError: the call failed; the text says why and what to do
        """
        try:
            with self._get_client() as client:
                result = getattr(client, method)(*args)
        except OutcomeUnknownError as error:
            raise UserError(
                self.env._(
                    "%s The action may have been completed anyway. Click Refresh and check the "
                    "list before trying again. A new instance can be connected from there.",
                    self._get_error_message(error),
                )
            ) from None
        except GreenApiError as error:
            raise UserError(self._get_error_message(error)) from None
        if not getattr(result, "done", True):
            raise UserError(self._prepare_instance()._get_step_message(result))
        return result

    def _display_result(self, message, result=None, next=None):  # pylint: disable=redefined-builtin
        """Return an action that displays a result, see ``telegram.instance``."""
        raw = [each.raw for each in result] if isinstance(result, list) else result
        instance = self._prepare_instance(name=self.name)
        action = instance._display_result(message, None, next=next)
        if raw is not None:
            action["params"]["raw"] = to_masked_text(raw)
        return action

    def _fetch_instance(self, id_instance):
        """Fetch an instance with its current token, which Odoo does not store.

        :return: the client's PartnerInstance
        :raise UserError: the instance was deleted
        """
        rows = self._call_service("get_instances")
        found = next((row for row in rows if row.id_instance == id_instance), None)
        if not found or found.deleted:
            write_as_user(self, lambda partner: partner._update_instances(rows))
            raise UserError(
                self.env._(
                    "The instance %s was deleted at GREEN-API. It is no longer available.",
                    id_instance,
                )
            )
        return found

    def _prepare_instance(self, **values):
        """Return an unsaved ``telegram.instance``, for calls with the credentials of a partner."""
        return self.env["telegram.instance"].new({"api_url": self.api_url, **values})

    def _get_error_message(self, error):
        """Return the text of a failed call: why it failed and what to do.

        :param GreenApiError error: raised by the client
        """
        if error.code in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN):
            return self.env._(
                "GREEN-API does not accept the partner token. Copy partnerToken and partnerApiUrl "
                "again from the GREEN-API console."
            )
        if error.method == "deleteInstanceAccount" and error.code == const.CODE_NOT_FOUND:
            return self.env._("This instance no longer exists at GREEN-API. Click Refresh.")
        return self._prepare_instance()._get_error_message(error)

    # === INSTANCES === #

    def _update_instances(self, rows):
        """Update the list of instances. Their tokens are not stored.

        :param list rows: PartnerInstance objects of the client
        """
        self.ensure_one()
        # sudo: telegram.api.partner.instance - facts from GREEN-API that users cannot change
        lines_sudo = self.sudo().line_ids
        known = {line.id_instance: line for line in lines_sudo}
        for row in rows:
            values = lines_sudo._prepare_values(row)
            if row.id_instance in known:
                known[row.id_instance].write(values)
            elif row.id_instance:
                lines_sudo.create({"api_partner_id": self.id, **values})
        lines_sudo = self.sudo().line_ids  # sudo: as above, now with the new ones
        listed = {row.id_instance for row in rows}
        lines_sudo.filtered(lambda line: line.id_instance not in listed).state = "deleted"
        # sudo: telegram.api.partner - as above
        self.sudo().last_refresh_date = fields.Datetime.now()
        lines_sudo.filtered(lambda line: line.state == "deleted")._notify_deleted()

    def _connect_instance(self, row):
        """Create the account in Odoo, or restore the archived one with its current token.

        :param PartnerInstance row: result of the client
        :return: the ``telegram.instance``
        :raise UserError: the account is connected and not archived
        """
        values = {
            "id_instance": row.id_instance,
            "api_url": self.instance_url or propose_host(row.id_instance),
            "api_token_new": row.api_token_instance,
        }
        known = self.env["telegram.instance"]._find_connected(row.id_instance)
        if known.active:
            raise UserError(known._get_connected_message())
        if not known:
            values["name"] = row.name or self.env._("Telegram %s", row.id_instance)
            values["company_id"] = self.company_id.id
        return self.env["telegram.instance"]._connect(values)

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .. import const
from ..client import check_host, clean_copied, propose_host
from ..tools.access import USER

# Written only by the addon, mostly on behalf of GREEN-API.
PROTECTED = {
    "state",
    "state_date",
    "last_error",
    "last_check_date",
    "is_receiving_configured",
    "settings_sent_date",
    "webhook_key",
    "webhook_secret",
    "webhook_url",
    "send_after",
    "send_failures",
    "file_error",
    "send_cron_id",
    "receive_cron_id",
    "token_change_date",
    "own_settings",
    "account_phone",
    "account_username",
    "account_chat_id",
    "account_picture",
    "suspended_until",
    "test_date",
}
# They decide which host receives the token.
CREDENTIALS = {"id_instance", "api_url", "media_url"}


class TelegramInstance(models.Model):
    """One instance of GREEN-API, which is one Telegram account of a company.

    Its two scheduled actions do all the network work on messages. The send action works off the
    outgoing queue (``telegram.message``), the receive action the inbox (``telegram.event``).
    """

    _name = "telegram.instance"
    _protected = PROTECTED
    _description = "Telegram Account"
    _inherit = [
        "telegram.protected.mixin",
        "telegram.secret.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    operator_ids = fields.Many2many(
        "res.users",
        string="Operators",
        domain=lambda self: [
            ("share", "=", False),
            # During the installation, the group does not exist yet.
            ("all_group_ids", "in", [self.env["ir.model.data"]._xmlid_to_res_id(USER)]),
        ],
        default=lambda self: self.env.user,
        help="Users who read and write in the chats of this account. Only those with the access "
        "right Telegram / User can be chosen.",
    )
    id_instance = fields.Char(
        "Instance ID", required=True, copy=False, help="idInstance in the GREEN-API console."
    )
    api_url = fields.Char(
        "API Address",
        compute="_compute_api_url",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="apiUrl in the GREEN-API console.",
    )
    media_url = fields.Char(
        "Media Address",
        help="mediaUrl in the GREEN-API console. Leave empty to use the API address.",
    )
    api_token_new = fields.Char(
        help="The apiTokenInstance value from the GREEN-API console. It is stored securely and "
        "cannot be displayed again."
    )
    state = fields.Selection(
        [
            ("unchecked", "Not checked"),
            # GREEN-API's own states
            (const.STATE_NOT_AUTHORIZED, "Not Signed In"),
            (const.STATE_AUTHORIZED, "Signed In"),
            (const.STATE_STARTING, "Starting"),
            (const.STATE_PENDING_PASSWORD, "Waiting for Password"),
            ("suspended", "Suspended"),
            ("blocked", "Blocked"),
            # Told by the errors of GREEN-API
            (const.CODE_EXPIRED, "Expired"),
            (const.CODE_DELETED, "Deleted"),
            (const.CODE_UNAUTHORIZED, "Wrong token"),
            (const.CODE_FORBIDDEN, "Wrong ID or address"),
            ("unknown", "Unknown"),
        ],
        default="unchecked",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_date = fields.Datetime(
        "State Since", readonly=True, copy=False, help="When Odoo learned of the current state."
    )
    state_message = fields.Char(compute="_compute_state_message")
    last_error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the last call of GREEN-API failed. Empty if it worked.",
    )
    last_check_date = fields.Datetime("Last Checked", readonly=True, copy=False)
    is_receiving_configured = fields.Boolean(
        "Receiving Configured",
        readonly=True,
        copy=False,
        help="GREEN-API reports incoming messages and the status of sent ones.",
    )
    send_after = fields.Datetime(
        "Sending Paused Until", readonly=True, copy=False, help="Pause after a failed call."
    )
    send_failures = fields.Integer(
        readonly=True, copy=False, help="Failed calls in a row. Each one makes the pause longer."
    )
    send_cron_id = fields.Many2one("ir.cron", "Send Action", readonly=True, copy=False)
    receive_cron_id = fields.Many2one("ir.cron", "Receive Action", readonly=True, copy=False)
    chat_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer("Waiting Messages", compute="_compute_counts")
    set_aside_count = fields.Integer("Set-Aside Events", compute="_compute_counts")
    _id_instance_uniq = models.Constraint(
        "unique(id_instance)", "An account with this instance ID already exists."
    )

    # === COMPUTE METHODS === #

    @api.depends("id_instance")
    def _compute_api_url(self):
        for instance in self:
            instance.api_url = instance.api_url or propose_host(instance.id_instance)

    def _process_new_token(self):
        """Reset the state, which belonged to the former token."""
        # sudo: telegram.instance - the state is reported by GREEN-API
        self.sudo().write({"state": "unchecked", "last_error": False})

    @api.depends("state", "state_date", "last_error", "is_other_database")
    def _compute_state_message(self):
        messages = self._get_state_messages()
        for instance in self:
            state = "stuck" if instance._is_stuck() else instance.state
            instance.state_message = instance.last_error or messages[state]
            if instance.is_other_database:
                instance.state_message = self._get_other_database_message()

    def _compute_counts(self):
        def count(records, domain):
            domain = Domain("instance_id", "in", self.ids) & Domain(domain)
            return dict(records._read_group(domain, ["instance_id"], ["__count"]))

        chats = count(self.env["telegram.chat"], [])
        waiting = count(self.env["telegram.message"], [("state", "in", ("queued", "sending"))])
        # sudo: telegram.event - only the number, for users who may see the account
        set_aside = count(self.env["telegram.event"].sudo(), [("state", "=", "error")])
        for instance in self:
            instance.chat_count = chats.get(instance, 0)
            instance.waiting_count = waiting.get(instance, 0)
            instance.set_aside_count = set_aside.get(instance, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("id_instance")
    def _check_id_instance(self):
        for instance in self:
            if not re.fullmatch(r"[0-9]{4,20}", instance.id_instance or ""):
                raise ValidationError(
                    self.env._(
                        "The instance ID “%s” is not a number. Copy idInstance again from the "
                        "GREEN-API console: only digits, without spaces.",
                        instance.id_instance or "",
                    )
                )

    @api.constrains("api_url", "media_url")
    def _check_hosts(self):
        messages = {
            "not_https": self.env._(
                "The address “%s” must begin with https:// because every call contains the token. "
                "Plain http is allowed only for a service on this machine."
            ),
            "not_an_address": self.env._(
                "“%s” is not an address of GREEN-API. Copy it from the GREEN-API console. It looks "
                "like https://4100.api.green-api.com."
            ),
        }
        for instance in self:
            for url in filter(None, (instance.api_url, instance.media_url)):
                try:
                    check_host(url)
                except ValueError as error:
                    raise ValidationError(messages[str(error)] % url) from None

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")  # before the values are judged
        vals_list = [self._clean_credentials(vals) for vals in vals_list]
        for vals in vals_list:
            # Before the address is missed, which follows from the ID.
            self.new({"id_instance": vals.get("id_instance")})._check_id_instance()
            if known := self._find_connected(vals["id_instance"]):
                raise ValidationError(known._get_connected_message())
            if not vals.get("api_url"):
                vals.pop("api_url", None)
        instances = super().create(vals_list)
        instances._clear_access_cache()
        instances._check_new_operators(dict.fromkeys(instances, self.env["res.users"]))
        for instance in instances:
            instance._create_crons()
        self._trigger_listen()
        return instances

    def write(self, vals):
        if "state" in vals and set(self.mapped("state")) != {vals["state"]}:
            vals = {"state_date": fields.Datetime.now(), **vals}
        if vals.get("state") == "unchecked":
            vals = {**vals, "was_operational": False}  # it is being set up
        vals = self._clean_credentials(vals)
        moved = CREDENTIALS & vals.keys()
        if moved and any(self.mapped("has_api_token")) and not self._can_handle_tokens():
            raise AccessError(
                self.env._(
                    "The instance ID and the addresses decide where the API token is sent. Only "
                    "users with access to Odoo's settings can change them."
                )
            )
        states = {instance: instance.state for instance in self if "state" in vals}
        former = {instance: instance.operator_ids for instance in self if "operator_ids" in vals}
        mode = vals.get("receive_mode")
        rerouted = self.filtered(lambda instance: mode and instance.receive_mode != mode)
        result = super().write(vals)
        self._process_new_access(vals, former)
        self._process_new_company(vals)
        if vals.keys() & {"name", "active", "receive_mode"}:
            for instance in self:
                instance._update_crons()
            self.filtered(lambda instance: not instance.active)._end_checks()
        self._trigger_changed(vals)
        if moved:
            # sudo: telegram.instance - the state belonged to the former credentials
            self.sudo().write({"state": "unchecked", "last_error": False})
        # sudo: telegram.instance, res.users - its operators and its state
        self.filtered(
            lambda i: "active" in vals or states.get(i, i.state) != i.state
        ).sudo()._send_store()
        self._process_new_quiet_hours(vals)
        if changed := (self if moved else rerouted):
            # sudo: telegram.instance - GREEN-API does not have the new settings yet
            changed.sudo().write({"is_receiving_configured": False, "settings_sent_date": False})
        return result

    def _process_new_access(self, vals, former):
        """Apply new operators, senders or supervisor, *Chat Visibility*, or an archived account.

        :param dict vals: that were written
        :param dict former: the former ``res.users`` by ``telegram.instance``
        """
        if vals.keys() & {"active", "operator_ids", "sender_ids", "supervisor_id"}:
            self._clear_access_cache()
        self._check_new_operators(former)
        self._update_members(former)
        for instance, users in former.items():
            self.env["telegram.chat"]._release_left(users - instance.operator_ids)
        if vals.keys() & {"visibility", "supervisor_id"}:
            self._update_visibility()
        if vals.keys() & {"active", "operator_ids", "visibility"}:
            self._send_waiting_counts(former)

    def _trigger_changed(self, vals):
        """Trigger the actions that can do something after these values were written."""
        if vals.keys() & {"active", "receive_mode"} or vals.get("state") == "unchecked":
            self._trigger_listen()
        if "daily_new_contact_limit" in vals or vals.get("active"):
            self._trigger_send()  # a higher limit or an end of the archive releases messages

    @api.model
    def _clean_credentials(self, vals):
        """Return values without the blanks with which an ID or an address was copied.

        A blank within an address is an error: without it, it may be the address of somebody else.
        """
        cleaned = {
            name: (clean_copied if name == "id_instance" else str.strip)(vals[name] or "") or False
            for name in CREDENTIALS & vals.keys()
        }
        return {**vals, **cleaned}

    def _check_new_operators(self, former):
        """Check that users who become operators may use Telegram.

        Those who have lost the right stay operators, and get the chats back with the right.

        :param dict former: the former ``res.users`` by ``telegram.instance``
        :raise ValidationError: a new operator has no right to use Telegram
        """
        for instance, users in former.items():
            added = instance.operator_ids - users
            lacking = added.filtered(lambda user: not user.has_group(USER))
            if lacking:
                raise ValidationError(
                    self.env._(
                        "%s may not use Telegram. Give them the access right Telegram / User "
                        "before you make them operators.",
                        ", ".join(lacking.mapped("name")),
                    )
                )

    def _can_handle_tokens(self):
        """Return whether the user may enter and replace tokens."""
        return self.env.su or self.env.user.has_group("base.group_system")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self.env["telegram.message"]._check_not_waiting([("instance_id", "in", self.ids)])

    def unlink(self):
        crons = self._get_crons()
        channels_sudo = self._get_channels_sudo()
        result = super().unlink()
        crons._telegram_delete()
        channels_sudo.unlink()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _default(self, company=None):
        """Return the account to write with if none is chosen: the first one of a company.

        A branch without an account uses the one of its parent company.

        :param company: the ``res.company``; by default the current one
        :raise UserError: the user operates no account of that company
        """
        company = company or self.env.company
        instances = self.search(Domain("company_id", "parent_of", company.ids))
        if not self.env.su:  # a supervisor only reads
            instances = instances.filtered(lambda i: i._can_send_as(self.env.user))
        # sudo: res.company - the parents of a branch, also for users who only see the branch
        depth = {parent: number for number, parent in enumerate(company.sudo().parent_ids)}
        # The nearest company first, then accounts operated by the user, then the list's order.
        instance = instances.sorted(
            lambda instance: (
                -depth[instance.company_id],
                self.env.user not in instance.operator_ids,
            )
        )[:1]
        if not instance:
            raise UserError(self._get_no_account_message(company))
        return instance

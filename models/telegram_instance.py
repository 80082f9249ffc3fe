# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .. import const
from ..client import check_host, propose_host

# Written by the addon itself, on behalf of the service.
PROTECTED = {
    "state",
    "last_error",
    "last_check_date",
    "is_receiving_configured",
    "settings_sent_date",
    "webhook_key",
    "webhook_secret",
    "webhook_url",
    "send_after",
    "send_failures",
    "check_after",
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
# Whoever changes these decides where the token goes.
CREDENTIALS = {"id_instance", "api_url", "media_url"}


class TelegramInstance(models.Model):
    """One instance of GREEN-API: one Telegram account of the company.

    Its two scheduled actions do all the network work on messages: "send" drains the outgoing
    queue (``telegram.message``), "receive" fills and works off the inbox (``telegram.event``).
    """

    _name = "telegram.instance"
    _protected = PROTECTED
    _description = "Telegram Instance"
    _inherit = ["telegram.protected.mixin", "mail.thread", "mail.activity.mixin"]
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
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        help="The users who read and write in the chats of this account.",
    )
    id_instance = fields.Char(
        "Instance Id", required=True, copy=False, help="idInstance in the GREEN-API console."
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
        "Media Address", help="mediaUrl in the GREEN-API console. Empty: the same as the API's."
    )
    # The token itself is out of everyone's reach; people only ever write it, into the next field.
    api_token = fields.Char(compute="_compute_api_token", groups=fields.NO_ACCESS)
    api_token_new = fields.Char(
        "API Token",
        compute="_compute_api_token_new",
        inverse="_inverse_api_token_new",
        groups="base.group_system",
        help="apiTokenInstance in the GREEN-API console. It is kept and never shown again.",
    )
    has_api_token = fields.Boolean(
        "Token Is Set", compute="_compute_has_api_token", compute_sudo=True
    )
    state = fields.Selection(
        [
            ("unchecked", "Not checked yet"),
            # The service's own states
            (const.STATE_NOT_AUTHORIZED, "Not authorized"),
            (const.STATE_AUTHORIZED, "Authorized"),
            (const.STATE_STARTING, "Starting"),
            (const.STATE_PENDING_PASSWORD, "Waits for the password"),
            ("suspended", "Suspended"),
            ("blocked", "Blocked"),
            # What the service's refusals tell
            (const.CODE_EXPIRED, "Expired"),
            (const.CODE_DELETED, "Deleted"),
            (const.CODE_UNAUTHORIZED, "Wrong token"),
            (const.CODE_FORBIDDEN, "Wrong id or address"),
            ("unknown", "Unknown"),
        ],
        default="unchecked",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_message = fields.Char(compute="_compute_state_message")
    last_error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the last call to the service failed. Empty when it did not.",
    )
    last_check_date = fields.Datetime("Last Checked", readonly=True, copy=False)
    is_receiving_configured = fields.Boolean(
        "Receiving Is Set Up",
        readonly=True,
        copy=False,
        help="Whether the service was told to report incoming messages and what becomes of ours.",
    )
    reply_days = fields.Integer(
        "Answers Belong to a Record For",
        default=7,
        help="Days. An answer without a quote goes to the record from which the last message of "
        "the chat was sent, unless that is longer ago.",
    )
    send_after = fields.Datetime(
        "Sending Waits Until", readonly=True, copy=False, help="A pause after a failed call."
    )
    check_after = fields.Datetime(
        readonly=True, copy=False, help="No account is checked before, since a limit was reached."
    )
    send_failures = fields.Integer(
        readonly=True, copy=False, help="Failed calls in a row: each makes the next pause longer."
    )
    send_cron_id = fields.Many2one("ir.cron", "Send Action", readonly=True, copy=False)
    receive_cron_id = fields.Many2one("ir.cron", "Receive Action", readonly=True, copy=False)
    chat_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer("Waiting Messages", compute="_compute_counts")
    set_aside_count = fields.Integer("Set-Aside Events", compute="_compute_counts")
    _id_instance_uniq = models.Constraint(
        "unique(id_instance)", "An instance with this id is already there."
    )
    _reply_days_positive = models.Constraint(
        "CHECK(reply_days >= 0)", "The days for answers cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("id_instance")
    def _compute_api_url(self):
        for instance in self:
            instance.api_url = instance.api_url or propose_host(instance.id_instance)

    def _compute_api_token_new(self):
        self.api_token_new = False

    def _inverse_api_token_new(self):
        for instance in self:
            if not instance.api_token_new:
                continue
            instance._store_token(self._clean_token(instance.api_token_new))
        # Else the value just written would be read back out of the cache, into the browser.
        self.invalidate_recordset(["api_token_new"], flush=False)

    def _clean_token(self, token):
        """Return a token as it was pasted without the blanks around it.

        :raise ValidationError: it cannot be one
        """
        token = (token or "").strip()
        if not token or re.search(r"[^A-Za-z0-9._~-]", token):
            raise ValidationError(
                self.env._(
                    "The API token may hold letters and digits only, without spaces. Copy it "
                    "once more from the GREEN-API console (apiTokenInstance)."
                )
            )
        return token

    def _store_token(self, token):
        """Keep the token that was entered; what was known of the service is void now."""
        # sudo: telegram.instance - the state belongs to the token that was just exchanged
        self.sudo().write({"state": "unchecked", "last_error": False})
        self._store_secret("api_token", token)

    def _store_secret(self, field, secret):
        """Keep a secret in its own table: see ``telegram.secret``."""
        self.ensure_one()
        self.env["telegram.secret"]._write_secret(self, field, secret)
        self.invalidate_recordset([field, "has_api_token"], flush=False)

    def _compute_secret(self, field):
        """Read a secret out of its own table."""
        found = self.env["telegram.secret"]._read_secrets(self, field)
        for instance in self:
            instance[field] = found.get(instance.id, False)

    def _compute_api_token(self):
        self._compute_secret("api_token")

    @api.depends("api_token")
    def _compute_has_api_token(self):
        for instance in self:
            instance.has_api_token = bool(instance.api_token)

    @api.depends("state", "last_error")
    def _compute_state_message(self):
        messages = self._get_state_messages()
        for instance in self:
            instance.state_message = instance.last_error or messages[instance.state]

    def _compute_counts(self):
        def count(records, domain):
            domain = Domain("instance_id", "in", self.ids) & Domain(domain)
            return dict(records._read_group(domain, ["instance_id"], ["__count"]))

        chats = count(self.env["telegram.chat"], [])
        waiting = count(self.env["telegram.message"], [("state", "in", ("queued", "sending"))])
        # sudo: telegram.event - a number only, for those who may see the instance
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
                        "The instance id “%s” is not a number. Copy it once more from the "
                        "GREEN-API console (idInstance): digits only, without spaces.",
                        instance.id_instance,
                    )
                )

    @api.constrains("api_url", "media_url")
    def _check_hosts(self):
        problems = {
            "not_https": self.env._(
                "The address “%s” must begin with https://, because the token travels with every "
                "call. Plain http is for a service on this very machine only."
            ),
            "not_an_address": self.env._(
                "“%s” is not an address of a service. It looks like "
                "https://4100.api.green-api.com: copy it from the GREEN-API console."
            ),
        }
        for instance in self:
            for url in filter(None, (instance.api_url, instance.media_url)):
                try:
                    check_host(url)
                except ValueError as error:
                    raise ValidationError(problems[str(error)] % url) from None

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        instances = super().create(vals_list)
        for instance in instances:
            instance._create_crons()
        return instances

    def write(self, vals):
        if vals.get("state") == "unchecked":
            vals = {**vals, "was_operational": False}  # somebody is just setting it up
        moved = CREDENTIALS & vals.keys()
        if moved and any(self.mapped("has_api_token")) and not self._may_handle_tokens():
            raise AccessError(
                self.env._(
                    "The id and the addresses decide where the API token is sent to. They are "
                    "for users with the rights of Odoo's settings."
                )
            )
        former = {instance: instance.operator_ids for instance in self if "operator_ids" in vals}
        mode = vals.get("receive_mode")
        rerouted = self.filtered(lambda instance: mode and instance.receive_mode != mode)
        result = super().write(vals)
        if "name" in vals or "active" in vals:
            for instance in self:
                instance._update_crons()
        if moved:
            # sudo: telegram.instance - what was known of the service is void now
            self.sudo().write({"state": "unchecked", "last_error": False})
        self._update_members(former)
        if "visibility" in vals:
            self._update_visibility()
        if changed := (self if moved else rerouted):
            # sudo: telegram.instance - the service has not been told yet
            changed.sudo().write({"is_receiving_configured": False, "settings_sent_date": False})
        return result

    def _may_handle_tokens(self):
        return self.env.su or self.env.user.has_group("base.group_system")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self.env["telegram.message"]._check_not_waiting([("instance_id", "in", self.ids)])

    def unlink(self):
        crons = self._get_crons()
        channels_sudo = self._get_channels_sudo()
        self.env["telegram.secret"]._forget(self)
        result = super().unlink()
        crons._telegram_delete()
        channels_sudo.unlink()
        return result

    # === BUSINESS METHODS === #

    def _get_reply_limit(self):
        """Give since when (UTC) what was sent from a record is what an answer without a quote is
        about."""
        return fields.Datetime.now() - timedelta(days=self.reply_days)

    @api.model
    def _default(self, company=None):
        """Return the instance to write by when nobody chose one: the first of a company.

        A branch without one writes by that of the company it belongs to.

        :param company: the ``res.company``; by default the current one
        :raise UserError: the user operates no instance of that company
        """
        company = company or self.env.company
        instances = self.search(Domain("company_id", "parent_of", company.ids))
        # sudo: res.company - which companies a branch belongs to, also to those who see the branch
        depth = {parent: number for number, parent in enumerate(company.sudo().parent_ids)}
        # The nearest company first, there the own ones first; else in the order of the list.
        instance = instances.sorted(
            lambda instance: (
                -depth[instance.company_id],
                self.env.user not in instance.operator_ids,
            )
        )[:1]
        if not instance:
            raise UserError(
                self.env._(
                    "%s has no Telegram account that you may write by. Ask an administrator to "
                    "connect one under Telegram → Configuration → Instances, with you as operator.",
                    company.name,
                )
            )
        return instance

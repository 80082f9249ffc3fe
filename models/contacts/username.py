# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Usernames of Telegram (@name): one more way to write to a contact first.

GREEN-API checks usernames, but documents no other call that takes one. So a chat of which only the
username is known has it in place of its ID, and its messages wait while the username is looked up
(``telegram.number.check``). Then the chat gets its ID, or is merged into the chat that has it.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ... import const
from ...tools.username import is_username, parse_username
from ..telegram_chat import IN_USERNAME_FORM


class ResPartner(models.Model):
    """Extend ``res.partner`` with the username of the contact at Telegram."""

    _inherit = "res.partner"

    telegram_username = fields.Char(
        index="btree_not_null",
        help="@name, or a link such as t.me/name. Messages can be sent to it if the phone number "
        "is unknown or has no Telegram account.",
    )

    # === ONCHANGE METHODS === #

    @api.onchange("telegram_username")
    def _onchange_telegram_username(self):
        self.telegram_username = self._normalize_telegram_username(self.telegram_username)

    # === CONSTRAINT METHODS === #

    @api.constrains("telegram_username")
    def _check_telegram_username(self):
        for partner in self.filtered("telegram_username"):
            if parse_username(partner.telegram_username) != partner.telegram_username:
                raise ValidationError(
                    self.env._(
                        "“%s” is not a Telegram username. Enter it as @name or t.me/name: 4 to 32 "
                        "Latin letters, digits and underscores, beginning with a letter.",
                        partner.telegram_username,
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _prepare_telegram_username(self, vals):
        """Return the values with the username in its normal form."""
        if not vals.get("telegram_username"):
            return vals
        username = self._normalize_telegram_username(vals["telegram_username"])
        return {**vals, "telegram_username": username}

    @api.model
    def _normalize_telegram_username(self, text):
        """Return a username as @name; a text that is none as it was typed."""
        return parse_username(text, is_bare_allowed=True) or (text or "").strip() or False

    # === ACTION METHODS === #

    def action_check_telegram_username(self):
        """Check whether the username of the contact exists, and display the result."""
        self.ensure_one()
        self.check_access("read")
        instance = self.env["telegram.instance"]._default()
        if not self.telegram_username:
            raise UserError(self.env._("Enter the Telegram username first."))
        account = instance.check_account(self.telegram_username, force=True)
        if account.exists:
            message = self.env._("%s is on Telegram.", self.telegram_username)
        else:
            message = self.env._(
                "No person at Telegram has the username %s.", self.telegram_username
            )
        kind = "success" if account.exists else "warning"
        return instance._display_result(message, account, type=kind)


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: chats that are known by their username only."""

    _inherit = "telegram.chat"

    is_username_form = fields.Boolean(
        "In Username Form",
        compute="_compute_is_username_form",
        help="Only the username of the person is known yet.",
    )
    _username_form_index = models.Index("(instance_id) WHERE telegram_id LIKE '@%'")
    _username_index = models.Index("(instance_id, username) WHERE username IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("telegram_id")
    def _compute_is_username_form(self):
        for chat in self:
            chat.is_username_form = is_username(chat.telegram_id or "")

    # === FINDING === #

    @api.model
    def _get_or_create_for_username(self, instance, username):
        """Return the chat of a username, created if needed.

        A known chat is used if it is the only one with the username.

        :param str username: in normal form
        """
        if not self._find(instance, username):
            # sudo: telegram.chat - operators reach chats through their account
            chats_sudo = self.sudo().with_context(active_test=False)
            domain = self._get_private_domain(instance, "username", [username])
            if len(found_sudo := chats_sudo.search(domain, limit=2)) == 1:
                return found_sudo.with_env(self.env)
        return self._get_or_create(instance, username)

    def _check_is_known(self):
        """Check that GREEN-API can be asked about this chat.

        :raise UserError: only its username is known
        """
        for chat in self.filtered("is_username_form"):
            raise UserError(
                self.env._(
                    "Only the username of %s is known yet. Telegram is asked for it as soon as a "
                    "message is sent. Try again then.",
                    chat.display_name,
                )
            )

    # === LOOKING UP === #

    @api.model
    def _resolve_usernames(self, instance, chat_ids):
        """Store which chats have these usernames, as Telegram says.

        A chat of which only the username was known gets its ID. A username has one owner at a
        time, so another chat has lost it.

        :param dict chat_ids: Telegram ID by username in normal form
        """
        chats_sudo = self.sudo().with_context(active_test=False)  # sudo: reported by GREEN-API
        domain = Domain("instance_id", "=", instance.id)
        for chat in chats_sudo.search(domain & Domain("username", "in", list(chat_ids))):
            chat_id = chat_ids[chat.username]
            if chat.telegram_id == chat_id:
                continue
            if chat.is_username_form:
                chat._resolve_phone_chat(chat_id)
                instance._trigger_send()
            else:
                chat.username = False

    @api.model
    def _update_username_check(self, instance, username, account):
        """Store the result of the check of a username on its chat, creating it if needed.

        :param CheckedAccount account: the result
        :return: the chat, in superuser mode
        """
        chats_sudo = self.sudo()  # sudo: telegram.chat - reported by GREEN-API
        is_person = account.exists and const.is_person_id(account.chat_id)
        self._resolve_usernames(instance, {username: account.chat_id if is_person else username})
        chat = chats_sudo._get_or_create(instance, account.chat_id if is_person else username)
        values = {
            "username": username,
            "number_check_date": fields.Datetime.now(),
            "no_account": not is_person,
        }
        instance._write_despite_rules(chat, values)
        chat.check_ids.unlink()
        chat._link_partners()
        if messages := chat._get_messages_to_look_up():
            messages._count_look_up()
            messages._mark_no_account()
        return chat

    def _get_messages_to_look_up(self):
        """Return the messages that wait until the username of their chat is known."""
        unknown = self.filtered("is_username_form")
        domain = Domain("chat_id", "in", unknown.ids) & Domain("state", "=", "queued")
        return self.env["telegram.message"].sudo().search(domain)  # sudo: of chats looked up

    def _fail_look_up(self, reason):
        """Set the messages of these chats to failed because the username could not be looked up.

        :param str reason: shown to users
        """
        values = {"state": "error", "failure_type": "failed", "failure_reason": reason}
        if messages := self._get_messages_to_look_up():
            messages._count_look_up()
            messages._set_state(values)


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: messages whose recipient is looked up before."""

    _inherit = "telegram.message"

    @api.model
    def _request_look_ups(self, instance):
        """Request the look-up of the usernames to which messages of an account are due."""
        chats_sudo = self.env["telegram.chat"].sudo()  # sudo: telegram.chat - of the queue
        domain = Domain("instance_id", "=", instance.id) & IN_USERNAME_FORM
        unknown_sudo = chats_sudo.with_context(active_test=False).search(domain)
        if not unknown_sudo:
            return
        due = self._get_blocking_domain() & Domain("state", "=", "queued")
        chats_sudo = self.search(due & Domain("chat_id", "in", unknown_sudo.ids)).chat_id
        new_sudo = chats_sudo.filtered(lambda chat: chat.check_ids.state != "waiting")
        if new_sudo:
            self.env["telegram.number.check"]._request(new_sudo)

    def _count_look_up(self):
        """Count a look-up that has failed as an attempt to send, which a user may repeat."""
        for message in self:
            message.attempts += 1

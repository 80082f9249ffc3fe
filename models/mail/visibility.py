# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Access to the chats of an account: its operators, restricted by *Chat Visibility*.

The senders of an account write from records, and see only what they have sent. The supervisor reads
all of its chats. Reading is not writing: every method that writes calls ``_check_operated``.

The record rules in ``security/telegram_security.xml`` apply it to each user.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.access import MANAGER, USER

# Of users, for the record rules.
ACCOUNT_FIELDS = ("telegram_operated_ids", "telegram_supervised_ids", "telegram_sender_account_ids")


class TelegramInstance(models.Model):
    """Compute who operates an account."""

    _inherit = "telegram.instance"

    visibility = fields.Selection(
        [("all", "All Operators"), ("own", "Salesperson of the Customer")],
        "Chat Visibility",
        default="all",
        required=True,
        tracking=True,
        help="All Operators: each operator sees all chats of the account.\n"
        "Salesperson of the Customer: an operator sees the chats of their own customers and of "
        "these customers' companies, and unassigned chats: unknown senders, contacts without a "
        "salesperson (or whose salesperson does not use this account), and groups. Administrators "
        "see all chats.\n"
        "A message of such a customer does not appear on the contact, which all users can open. "
        "It appears there only if it answers a message that was sent from the contact.",
    )
    sender_ids = fields.Many2many(
        "res.users",
        "telegram_instance_sender_rel",
        string="Senders",
        domain=lambda self: [
            ("share", "=", False),
            # During the installation, the group does not exist yet.
            ("all_group_ids", "in", [self.env["ir.model.data"]._xmlid_to_res_id(USER)]),
        ],
        help="Users who send messages and invoices from records, but see no chats and no "
        "conversations. Of the messages, they see those that they have sent. Answers appear on "
        "the record. Only users with the access right Telegram / User can be chosen.",
    )

    def _clear_access_cache(self):
        """Forget who reads which accounts: Odoo keeps the domains of the record rules of users."""
        self.env["res.users"].invalidate_model(ACCOUNT_FIELDS)
        self.env.registry.clear_cache()

    def _get_operators(self):
        """Return the operators who are active and still have the right to use Telegram."""
        self.ensure_one()
        return self.operator_ids.filtered(lambda user: user.active and user.has_group(USER))

    def _is_operated_by(self, user):
        """Return whether a user may write with this account: operators and administrators may."""
        self.ensure_one()
        if user._is_superuser() or user in self.operator_ids:
            return True
        is_manager = user.has_group(MANAGER)
        return is_manager and self.company_id in user.company_ids

    def _check_operated(self):
        """Check that the current user may write with these accounts.

        :raise AccessError: the user may not; a supervisor may only read
        """
        self.check_access("read")
        for instance in self:
            if not self.env.su and not instance._is_operated_by(self.env.user):
                raise AccessError(instance._get_not_operated_message())

    def _can_send_as(self, user):
        """Return whether a user may send from records as this account: its operators, senders."""
        self.ensure_one()
        return user in self.sender_ids or self._is_operated_by(user)

    def _check_may_send(self):
        """Check that the current user may send messages from records with this account.

        :raise AccessError: the user may not; a supervisor may only read
        """
        self.check_access("read")
        if not self.env.su and not self._can_send_as(self.env.user):
            raise AccessError(self._get_not_operated_message())

    def _get_not_operated_message(self):
        """Return the error for users who may not write with the account."""
        return self.env._(
            "You are not an operator of the Telegram account “%s”, so you cannot write in "
            "its conversations. Ask an administrator to add you as an operator.",
            self.name,
        )

    def _sees_all_chats(self, user):
        """Return whether *Chat Visibility* does not restrict a user who has access."""
        return user == self.supervisor_id or user.has_group(MANAGER)


class TelegramChat(models.Model):
    """Compute which operators see a chat."""

    _inherit = "telegram.chat"

    restricted_user_id = fields.Many2one(
        "res.users",
        "Visible Only To",
        compute="_compute_restricted_user_id",
        store=True,
        index="btree_not_null",
        help="The operator to whom the chat is assigned, else the salesperson of the customer, if "
        "operators of the account see only the chats of their own customers. If empty, all "
        "operators see the chat.",
    )

    is_read_only = fields.Boolean(
        compute="_compute_is_read_only", help="The current user reads the chat as its supervisor."
    )

    @api.depends_context("uid")
    @api.depends("instance_id.operator_ids", "restricted_user_id")
    def _compute_is_read_only(self):
        # It is the same for all chats of an account that one operator sees, or all do.
        by_place = self.grouped(lambda chat: (chat.instance_id, chat.restricted_user_id))
        for chats in by_place.values():
            chats.is_read_only = not chats[0]._is_operated_by(self.env.user)

    @api.depends(
        "instance_id.visibility",
        "instance_id.operator_ids",
        "user_id.active",
        "partner_id.user_id.active",
        "partner_id.commercial_partner_id.user_id.active",
    )
    def _compute_restricted_user_id(self):
        """Compute the only operator who sees a chat; stored, because every search needs it."""
        for chat in self:
            chat.restricted_user_id = self._get_restricted_user(
                chat.instance_id, chat.partner_id, chat.user_id
            )

    # === WHO SEES A CHAT === #

    @api.model
    def _get_restricted_user(self, instance, partner, assignee=None):
        """Return the only operator who sees the chats of a contact; empty if all operators do.

        :param assignee: the ``res.users`` to whom the chat is assigned, before the salesperson
        """
        nobody = self.env["res.users"]
        if instance.visibility != "own":
            return nobody
        operators = instance._get_operators()
        for user in (assignee, partner._telegram_get_salesperson()):
            if user and user in operators:
                return user
        return nobody

    def _update_restricted_users(self, users):
        """Compute anew who sees the chats of these users, whose rights have changed."""
        salesperson = Domain("user_id", "in", users.ids)
        salesperson |= Domain("commercial_partner_id.user_id", "in", users.ids)
        domain = Domain("user_id", "in", users.ids) | Domain("partner_id", "any", salesperson)
        # sudo: telegram.chat - of all operators
        chats_sudo = self.sudo().with_context(active_test=False)
        chats_sudo = chats_sudo.search(domain & Domain("instance_id.visibility", "=", "own"))
        self.env.add_to_compute(self._fields["restricted_user_id"], chats_sudo)

    @api.model
    def _is_contact_visible(self, instance, partner):
        """Return whether the current user may see the chats of a contact with an account."""
        # sudo: res.partner, telegram.chat, telegram.instance - salesperson, assignee, operators
        chat_sudo = self._find_by_partner(instance, partner).get(partner.id, self.browse()).sudo()
        only_user = self._get_restricted_user(instance.sudo(), partner.sudo(), chat_sudo.user_id)
        user = self.env.user
        if self.env.su or not only_user or only_user == user:
            return True
        return instance.sudo()._sees_all_chats(user)  # sudo: res.users - the supervisor

    def _get_operators(self):
        """Return the operators of the account who may see this chat."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.instance, res.users - the operators
        instance_sudo, only_user = chat_sudo.instance_id, chat_sudo.restricted_user_id
        operators = instance_sudo._get_operators()
        if not only_user:
            return operators
        return operators.filtered(
            lambda user: user == only_user or instance_sudo._sees_all_chats(user)
        )

    def _is_operated_by(self, user):
        """Return whether a user may write in this chat."""
        self.ensure_one()
        if not self.instance_id._is_operated_by(user):
            return False
        # Odoo itself is archived, so it is none of those who see the chat, even as an operator.
        is_operator = user in self.instance_id.operator_ids and not user._is_superuser()
        return not is_operator or user in self._get_operators()

    def _check_operated(self):
        """Check that the current user may write in these chats.

        :raise AccessError: the user may not; a supervisor may only read
        """
        self.check_access("read")
        for chat in self:
            if not self.env.su and not chat._is_operated_by(self.env.user):
                raise AccessError(chat.instance_id._get_not_operated_message())


class TelegramMessage(models.Model):
    """Check who may change a message."""

    _inherit = "telegram.message"

    is_read_only = fields.Boolean(
        compute="_compute_is_read_only", help="The current user may not change the message."
    )

    @api.depends_context("uid")
    @api.depends("chat_id.is_read_only", "instance_id.sender_ids", "author_id", "direction")
    def _compute_is_read_only(self):
        # sudo: telegram.chat - senders see their messages, and no chats
        for message in self:
            message.is_read_only = not message._is_own_of_sender() and (
                message.sudo().chat_id.is_read_only
            )

    def _check_operated(self):
        """Check that the current user may write in the chats of these messages.

        Senders may change what they have sent themselves.

        :raise AccessError: the user may not; a supervisor may only read
        """
        self.check_access("read")
        own = self.filtered(lambda message: message._is_own_of_sender())
        (self - own).chat_id._check_operated()

    def _is_own_of_sender(self):
        """Return whether the current user has sent the message as a sender of the account."""
        self.ensure_one()
        user = self.env.user
        return (
            self.direction == "outgoing"
            and self.author_id == user.partner_id
            and user in self.instance_id.sender_ids
        )


class ResUsers(models.Model):
    """Extend users with the accounts that they read, for the record rules."""

    _inherit = "res.users"

    telegram_operated_ids = fields.Many2many(
        "telegram.instance",
        string="Operated Telegram Accounts",
        context={"active_test": False},
        compute="_compute_telegram_accounts",
        compute_sudo=True,
        exportable=False,
    )
    telegram_supervised_ids = fields.Many2many(
        "telegram.instance",
        string="Supervised Telegram Accounts",
        context={"active_test": False},
        compute="_compute_telegram_accounts",
        compute_sudo=True,
        exportable=False,
    )
    telegram_sender_account_ids = fields.Many2many(
        "telegram.instance",
        string="Telegram Accounts for Sending",
        context={"active_test": False},
        compute="_compute_telegram_accounts",
        compute_sudo=True,
        exportable=False,
    )

    @api.depends("all_group_ids")
    def _compute_telegram_accounts(self):
        # Archived accounts, too: their chats can be read. The fields' context keeps them.
        instances = self.env["telegram.instance"].with_context(active_test=False)
        for user in self:
            user.telegram_operated_ids = instances.search([("operator_ids", "in", user.ids)])
            user.telegram_supervised_ids = instances.search([("supervisor_id", "in", user.ids)])
            user.telegram_sender_account_ids = instances.search([("sender_ids", "in", user.ids)])

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.actions import get_notification_action

ONCE_DAYS_MAX = 365


class IrActionsServer(models.Model):
    """Add *Send Telegram* to the server actions.

    Such an action works in Action menus, automation rules and scheduled actions. It only records
    for which records a message is wanted (``telegram.automatic.message``). A scheduled action
    composes the messages later, so a missing phone number never stops the user's own work.
    """

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("telegram", "Send Telegram"), ("followers",)],
        ondelete={"telegram": "cascade"},
    )
    telegram_template_id = fields.Many2one(
        "telegram.template",
        ondelete="set null",  # see template_use.py
        domain="[('model_id', '=', model_id)]",
    )
    telegram_instance_id = fields.Many2one(
        "telegram.instance",
        "Telegram Account",
        ondelete="restrict",
        help="Leave empty to use the default account of the record's company.",
    )
    telegram_recipient = fields.Selection(
        [("partner", "Contact of the Record"), ("group", "Group of the Record")],
        default="partner",
        help="A group is used if exactly one is linked to the record.",
    )
    telegram_once = fields.Selection(
        [
            ("record", "Once per record"),
            ("partner", "Once per contact within some days"),
            ("always", "Every time"),
        ],
        "Send",
        default="record",
        help="How often this action may write. A message that was left out does not count.",
    )
    telegram_once_days = fields.Integer(
        "Days", default=7, help="Number of days in which a contact gets one message."
    )
    telegram_is_answer = fields.Boolean(
        "Counts as an Answer",
        help="A chat that waits for an answer waits no longer when the message is sent.",
    )
    telegram_is_logged = fields.Boolean(
        "Show in Chatter",
        default=True,
        help="The message is a note on the record. Otherwise it is only in the conversation and "
        "in the list of messages.",
    )
    telegram_user_id = fields.Many2one(
        "res.users",
        "Written By",
        ondelete="restrict",
        domain=[("share", "=", False)],
        help="The messages are written with the access rights of this user, who must be able to "
        "read the records and use the Telegram account. If empty, it is the creator of the action.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state")
    def _compute_available_model_ids(self):  # pylint: disable=missing-return
        """Offer the models that have a chatter."""
        ours = self.filtered(lambda action: action.state == "telegram")
        if ours:
            ours.available_model_ids = self.env["ir.model"].search(
                [("is_mail_thread", "=", True), ("transient", "=", False)]
            )
        super(IrActionsServer, self - ours)._compute_available_model_ids()

    # No computed fields: Odoo would compute them once more while the addon is uninstalled.

    @api.onchange("model_id", "state")
    def _onchange_telegram(self):
        """Remove a template of another model, and set the user who writes."""
        if self.state != "telegram" or self.telegram_template_id.model_id != self.model_id:
            self.telegram_template_id = False
        if self.state == "telegram" and not self.telegram_user_id:
            self.telegram_user_id = self.env.user

    # === CONSTRAINT METHODS === #

    @api.constrains("state", "telegram_once", "telegram_once_days")
    def _check_telegram_once_days(self):
        for action in self.filtered(lambda action: action.state == "telegram"):
            is_valid = 1 <= action.telegram_once_days <= ONCE_DAYS_MAX
            if action.telegram_once == "partner" and not is_valid:
                raise ValidationError(
                    self.env._("Enter a number of days from 1 to %s.", ONCE_DAYS_MAX)
                )

    # === BUSINESS METHODS === #

    def _get_telegram_user(self):
        """Return the user with whose access rights the messages are written."""
        self.ensure_one()
        return self.telegram_user_id or self.create_uid

    def _get_telegram_user_problem(self, company):
        """Return why the author cannot write about records of a company; empty if they can.

        :param company: the ``res.company``
        :return: str, a sentence for users
        """
        user = self._get_telegram_user()
        if not user.active or user.share:
            return self.env._(
                "%s, who writes the messages, is archived or no internal user. Choose another "
                "user in Written By.",
                user.name,
            )
        if company not in user.company_ids:
            return self._get_no_access_message()
        return ""

    def _get_no_access_message(self):
        """Return that the author cannot read a record, as a sentence for users."""
        return self.env._(
            "%s, who writes the messages, has no access to the record.",
            self._get_telegram_user().name,
        )

    def _name_depends(self):
        return [*super()._name_depends(), "telegram_template_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "telegram" and self.telegram_template_id:
            return self.env._(
                "Send %(template_name)s", template_name=self.telegram_template_id.name
            )
        return super()._generate_action_name()

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "telegram_template_id",
            "telegram_second_channel",
            "telegram_mail_template_id",
        ]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state == "telegram":
            warnings += self._get_telegram_warnings()
        return warnings

    def _get_telegram_warnings(self):
        """Return what keeps this action from sending, as sentences."""
        self.ensure_one()
        _ = self.env._
        # sudo: ir.model - what kind of model it is
        model = self.sudo().model_id
        template = self.telegram_template_id
        if model and (model.transient or not model.is_mail_thread):
            yield _("“%s” has no chatter to send messages from. Choose another model.", model.name)
        if not template:
            yield _("Choose a Telegram template.")
        elif self._get_telegram_user()._is_superuser():
            yield _("Choose the user who writes the messages in Written By.")
        elif template.model_id != self.model_id:
            yield _("The template “%s” belongs to another model. Choose another.", template.name)
        if problem := self._get_second_channel_warning():
            yield problem

    def _run_action_telegram_multi(self, eval_context=None):
        """Record that messages are wanted; ``telegram.automatic.message`` composes them later.

        :return: an action that displays how many, to a user who has chosen it in the Action menu
        """
        records = eval_context.get("records") or eval_context.get("record")
        if records:
            records |= records  # each of them once
        if not self.telegram_template_id or not records or self._is_recompute():
            return False
        count = self.env["telegram.automatic.message"]._request(self, records)
        message = self.env._("Messages that will be written: %s.", count)
        if repeated := len(records) - count:
            message += " " + self.env._(
                "Records for which this action has already run: %s.", repeated
            )
        return get_notification_action(message)

# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..client import RateLimiter
from ..tools.actions import get_dialog_action
from .telegram_composer_recipients import LEFT_OUT_LINE, RECIPIENT_LINE

PREVIEW_LINES = 20  # members that the preview lists one by one
CHECK_LIMIT = 10  # phone numbers per click: Telegram restricts accounts that check many


class TelegramGroupWizardMixin(models.AbstractModel):
    """Shared by the dialogs in which users choose the members of a group."""

    _name = "telegram.group.wizard.mixin"
    _inherit = "telegram.wizard.mixin"
    _description = "Members of a Telegram Group"

    instance_id = fields.Many2one("telegram.instance", "Telegram Account", required=True)
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    chat_ids = fields.Many2many(
        "telegram.chat",
        string="Chats",
        domain="[('instance_id', '=', instance_id), ('chat_type', 'in', ('user', 'bot'))]",
        help="Chats that are not linked to a contact.",
    )
    preview = fields.Html("Members to Add", compute="_compute_preview", sanitize=False)
    included_count = fields.Integer("Members Included", compute="_compute_preview")
    left_out_count = fields.Integer("Members Left Out", compute="_compute_preview")
    unchecked_count = fields.Integer("Numbers Not Checked", compute="_compute_preview")

    # === COMPUTE METHODS === #

    @api.depends("instance_id", "partner_ids", "chat_ids")
    def _compute_preview(self):
        for wizard in self:
            included, left_out = wizard._sort_candidates()
            wizard.included_count = len(included)
            wizard.left_out_count = len(left_out)
            wizard.unchecked_count = sum(each.reason == "unchecked" for each in left_out)
            wizard.preview = wizard._get_preview(included, left_out)

    # === ACTION METHODS === #

    def action_check_numbers(self):
        """Check the phone numbers that are not checked yet, and reopen the dialog.

        Only some numbers are checked per click, because every plan has a quota.
        """
        self._check_access_to_all()
        _included, left_out = self._sort_candidates()
        unchecked = [each for each in left_out if each.reason == "unchecked"][:CHECK_LIMIT]
        pace = RateLimiter()
        for candidate in unchecked:
            time.sleep(pace.reserve("checkAccount"))
            # sudo: telegram.chat - the phone number of a contact that the user has chosen
            self.instance_id.check_account(candidate.address or candidate.chat.sudo().phone)
        return self._reopen()

    # === BUSINESS METHODS === #

    def _get_group(self):
        """Return the group to add members to; empty for a new one."""
        return self.env["telegram.chat"]

    def _sort_candidates(self):
        """Return two lists of GroupCandidate: who can be added, and who cannot."""
        self.ensure_one()
        if not self.instance_id:
            return [], []
        candidates = self.env["telegram.chat"]._check_group_candidates(
            self.instance_id, self.partner_ids._origin, self.chat_ids._origin, self._get_group()
        )
        included = [each for each in candidates if not each.reason]
        return included, [each for each in candidates if each.reason]

    def _get_members(self):
        """Return the chats of the candidates who can be added, and a list of the others.

        :raise UserError: none is chosen, or none can be added
        """
        included, left_out = self._sort_candidates()
        if not included and not left_out:
            raise UserError(self.env._("Choose at least one contact or chat."))
        if not included:
            lines = self._get_left_out_lines(left_out)
            raise UserError("\n".join([self.env._("None of these members can be added:"), *lines]))
        return self.env["telegram.chat"].union(*(each.chat for each in included)), left_out

    def _get_left_out_lines(self, left_out):
        """Return a line with name and reason for each candidate who cannot be added."""
        return self.env["telegram.chat"]._get_left_out_lines(left_out)

    def _get_preview(self, included, left_out):
        """Return who can be added, and who cannot and why, as HTML."""
        if not included and not left_out:
            return False
        chats = self.env["telegram.chat"]
        reasons = chats._get_group_reasons()
        # Those who are left out come first: the user has to know them.
        lines = [
            LEFT_OUT_LINE % (each.record.display_name, chats._get_reason_text(each, reasons))
            for each in left_out[:PREVIEW_LINES]
        ]
        lines += [
            RECIPIENT_LINE % (each.record.display_name, "") for each in included[:PREVIEW_LINES]
        ]
        rest = len(included) + len(left_out) - len(lines)
        if rest:
            text = self.env._(
                "… and %(rest)s more; %(count)s will be added.", rest=rest, count=len(included)
            )
            lines.append(Markup("<div class='text-muted'>%s</div>") % text)
        return Markup().join(lines)

    def _reopen(self):
        """Return an action that shows the dialog again with its current values."""
        title = self.env["ir.model"]._get(self._name).name
        return get_dialog_action(self._name, title, res_id=self.id)

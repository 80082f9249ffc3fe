# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const
from ..client.parsing import clean_title
from ..models.connection.user_requests import is_unsure
from ..tools.transactions import write_in_own_transaction


class TelegramGroupCreate(models.TransientModel):
    """The dialog that creates a group.

    GREEN-API is called once. If the outcome is unknown, the user first has to search for the
    group before creating it again.
    """

    _name = "telegram.group.create"
    _description = "Create Group"
    _inherit = ["telegram.group.wizard.mixin", "telegram.once.mixin"]

    name = fields.Char("Group Name", required=True)
    name_limit = fields.Char(compute="_compute_name_limit")
    group_type = fields.Selection(
        [("group", "Group"), ("supergroup", "Supergroup")],
        default="group",
        required=True,
        help="A supergroup can have more members, and new members see earlier messages.",
    )
    auto_delete_days = fields.Integer(
        "Auto-Delete Messages (days)",
        help="Days after which Telegram deletes messages, up to 365. 0 keeps them.",
    )
    record = fields.Reference(
        "_selection_record",
        "Linked Record",
        help="Messages of the group are also shown in the chatter of this record.",
    )
    is_unsure = fields.Boolean(
        "Outcome Unknown", readonly=True, help="Whether the group was created is not known."
    )
    existing_ids = fields.Many2many(
        "telegram.chat",
        "telegram_group_create_existing_rel",
        string="Existing Groups",
        readonly=True,
        help="Groups of this name that existed before.",
    )
    is_searched = fields.Boolean("Searched", readonly=True)
    problem = fields.Text(readonly=True)

    @api.model
    def default_get(self, fields):
        """Return the members from the list in which the dialog was opened."""
        values = super().default_get(fields)
        context = self.env.context
        ids = context.get("active_ids") or []
        chats = self.env["telegram.chat"]
        if context.get("active_model") == "res.partner":
            values.setdefault("partner_ids", [Command.set(ids)])
        elif context.get("active_model") == chats._name:
            values.setdefault("chat_ids", [Command.set(ids)])
            chats = chats.browse(ids)
        if "instance_id" in fields and not values.get("instance_id"):
            instance = chats[:1].instance_id or self.env["telegram.instance"]._default()
            values["instance_id"] = instance.id
        return values

    @api.model
    def _selection_record(self):
        return self.env["telegram.link.record"]._selection_record()

    @api.depends("name")
    def _compute_name_limit(self):
        for wizard in self:
            length = len(wizard.name or "")
            wizard.name_limit = length > const.GROUP_NAME_MAX_LENGTH and self.env._(
                "The name has %(length)s characters; the maximum is %(limit)s.",
                length=length,
                limit=const.GROUP_NAME_MAX_LENGTH,
            )

    # === ACTION METHODS === #

    def action_create(self):
        """Create the group and open it."""
        self._check_access_to_all()
        try:
            return self._call_once("action_create", self._create_group)
        except UserError as error:
            if not is_unsure(error):
                raise
            return self._ask_to_find(
                self.env._(
                    "The response of GREEN-API was lost, so the group may exist already. Click "
                    "Find Group before you try again."
                )
            )

    def action_find_group(self):
        """Search the chats of the account for a group that was created after all."""
        self.ensure_one()
        groups = self.instance_id.find_groups(self.name, self.existing_ids)
        if groups:
            action = self._open(groups[:1])
            write_in_own_transaction(self, lambda own: own._store_press("action_create", action))
            return action
        if not self._hold_calls():
            problem = self.env._(
                "The group is still being created. Wait a minute, then click Find Group again."
            )
            return self._store_and_reopen({"problem": problem})
        problem = self.env._(
            "The account has no new group of this name. It may take a minute to appear. Click "
            "Find Group again, or create the group."
        )
        write_in_own_transaction(self, lambda own: own._forget_press("action_create"))
        return self._store_and_reopen({"is_searched": True, "problem": problem})

    # === BUSINESS METHODS === #

    def _create_group(self):
        """Create the group, and return an action that opens it."""
        chats, left_out = self._get_members()
        if self.record:
            self.env["telegram.message"]._check_may_show_on(self.record, self.instance_id)
        existing = [Command.set(self._find_existing().ids)]
        write_in_own_transaction(self, lambda own: own.write({"existing_ids": existing}))
        group, result = self.instance_id._create_group(
            self.name, chats, self.group_type == "supergroup", self.auto_delete_days or None
        )
        return self._open(group, left_out, result)

    def _process_unfinished_press(self, problem=None):
        """Ask to find the group that an earlier click may have created."""
        if self.is_unsure:
            raise UserError(
                self.env._("The group may already exist. Click Find Group before you try again.")
            )
        return self._ask_to_find(
            self.env._(
                "The group is being created. If it does not appear within a minute, click Find "
                "Group."
            )
        )

    def _ask_to_find(self, problem):
        """Show the dialog again with a problem, and with a button that finds the group."""
        return self._store_and_reopen({"is_unsure": True, "is_searched": False, "problem": problem})

    def _find_existing(self):
        """Return the groups of this name that already exist."""
        domain = [("instance_id", "=", self.instance_id.id), ("name", "=", clean_title(self.name))]
        return self.env["telegram.chat"].with_context(active_test=False).search(domain)

    def _store_and_reopen(self, values):
        """Store values in a separate transaction, and show the dialog again."""
        write_in_own_transaction(self, lambda wizard: wizard.write(values))
        return self._reopen()

    def _open(self, group, left_out=(), result=None):
        """Link the group to the record and open it.

        :param group: the ``telegram.chat``, visible in the next transaction only
        :param list left_out: GroupCandidate who were not added
        :param result: the client's CreatedGroup
        """
        if record := self.record:
            values = {"res_model": record._name, "res_id": record.id}
            write_in_own_transaction(group, lambda group: group.write(values))
        lines = [self.env._("The group “%s” was created.", self.name)]
        if left_out:
            lines += [self.env._("Not added:"), *self._get_left_out_lines(left_out)]
        action = {
            "type": "ir.actions.act_window",
            "res_model": "telegram.chat",
            "res_id": group.id,
            "views": [[False, "form"]],
            "target": "current",
        }
        return self.instance_id._display_result(
            "\n".join(lines), result, type="warning" if left_out else "success", next=action
        )

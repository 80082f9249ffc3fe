# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const
from ..models.groups.creation import is_unsure
from ..tools.transactions import write_in_own_transaction


class TelegramGroupCreate(models.TransientModel):
    """The dialog that makes a group. The service is asked once; where it is not known whether it
    made one, the dialog looks before it lets a person try again.
    """

    _name = "telegram.group.create"
    _description = "Create a Telegram Group"
    _inherit = "telegram.group.people"

    name = fields.Char("Group Name", required=True)
    name_limit = fields.Char(compute="_compute_name_limit")
    group_type = fields.Selection(
        [("group", "Group"), ("supergroup", "Supergroup")],
        "Kind",
        default="group",
        required=True,
        help="A supergroup may become large; whoever joins it later sees what was said before.",
    )
    auto_delete_days = fields.Integer(
        "Messages Vanish After", help="Days, up to 365. 0: they stay for ever."
    )
    record = fields.Reference(
        "_selection_record",
        "About the Record",
        help="What is written in the group stands in the chatter of this record, too.",
    )
    is_unsure = fields.Boolean(
        readonly=True, help="It is not known whether the service made the group."
    )
    known_ids = fields.Many2many(
        "telegram.chat",
        "telegram_group_create_known_rel",
        readonly=True,
        help="The groups of this name that were there before.",
    )
    has_looked = fields.Boolean(readonly=True)
    problem = fields.Text(readonly=True)

    @api.model
    def _selection_record(self):
        return self.env["telegram.link.record"]._selection_record()

    @api.model
    def default_get(self, fields):
        """Take the people from where the dialog was opened."""
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

    @api.depends("name")
    def _compute_name_limit(self):
        for wizard in self:
            over = len(wizard.name or "") - const.GROUP_NAME_MAX_LENGTH
            wizard.name_limit = over > 0 and self.env._(
                "%(over)s characters too many: Telegram takes up to %(limit)s.",
                over=over,
                limit=const.GROUP_NAME_MAX_LENGTH,
            )

    # === ACTION METHODS === #

    def action_create(self):
        """Make the group and open it."""
        self._check_access_to_all()
        if self.is_unsure and not self.has_looked:
            raise UserError(self.env._("Look first whether the group is there already."))
        chats, left_out = self._get_people()
        if self.record:
            self.env["telegram.message"]._check_may_show_on(self.record, self.instance_id)
        known = self._find_known()
        try:
            group, answer = self.instance_id._create_group(
                self.name, chats, self.group_type == "supergroup", self.auto_delete_days or None
            )
        except UserError as error:
            if not is_unsure(error):
                raise
            problem = self.env._(
                "The group may have been made or not: the service's answer was lost. Press “Look "
                "for the group” before you create it again."
            )
            values = {"is_unsure": True, "has_looked": False, "problem": problem}
            return self._reopen({**values, "known_ids": [Command.set(known.ids)]})
        return self._open(group, left_out, answer)

    def action_look(self):
        """Look among the account's chats whether the group was made after all."""
        self.ensure_one()
        groups = self.instance_id.find_groups(self.name.strip(), self.known_ids)
        if groups:
            return self._open(groups[:1])
        problem = self.env._(
            "The account has no new group of this name. It may take a minute to appear: look once "
            "more, or create it."
        )
        return self._reopen({"has_looked": True, "problem": problem})

    # === HELPERS === #

    def _find_known(self):
        """Return the groups of this name that are there already."""
        domain = [("instance_id", "=", self.instance_id.id), ("name", "=", self.name.strip())]
        return self.env["telegram.chat"].with_context(active_test=False).search(domain)

    def _reopen(self, values):
        """Keep how far it is, and show the dialog once more."""
        write_in_own_transaction(self, lambda wizard: wizard.write(values))
        return self._reopen()

    def _open(self, group, left_out=(), answer=None):
        """Tie the group to the record and open it.

        :param group: the ``telegram.chat``, which only the next transaction sees
        :param answer: of the service
        """
        if record := self.record:
            place = {"res_model": record._name, "res_id": record.id}
            write_in_own_transaction(group, lambda group: group.write(place))
        message = self.env._("The group “%s” is there.", self.name)
        if left_out:
            message = "\n".join(
                [message, self.env._("Not added:"), *self._get_left_out_lines(left_out)]
            )
        action = {
            "type": "ir.actions.act_window",
            "res_model": "telegram.chat",
            "res_id": group.id,
            "views": [[False, "form"]],
            "target": "current",
        }
        kind = "warning" if left_out else "success"
        return self.instance_id._display_result(message, answer, type=kind, next=action)

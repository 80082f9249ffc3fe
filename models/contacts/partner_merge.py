# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models

# The fields with the model and the ID of any record, and the models that have them.
REFERRING = (
    ("telegram.message", "res_model", "res_id"),
    ("telegram.chat", "res_model", "res_id"),
    ("telegram.chat", "topic_model", "topic_id"),
    ("telegram.automatic.message", "res_model", "res_id"),
    ("telegram.mailing.recipient", "res_model", "res_id"),
)
# What an action or a mailing may do once per record: the state that remains of two.
PRECEDENCE = {
    "telegram.automatic.message": ("composed", "other_channel", "skipped", "waiting", "left_out"),
    "telegram.mailing.recipient": ("composed", "waiting", "left_out", "canceled"),
}


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Move messages, chats and conversations when contacts are merged.

    Odoo moves the references of its own models, and the other fields by SQL.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields_generic(  # pylint: disable=missing-return
        self, referenced_model, src_records, dst_record, additional_update_records=None
    ):
        """Move what refers to the merged records to the remaining one.

        A person to whom an automation or a mailing has written under one of the records gets
        nothing under the other one.
        """
        super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record, additional_update_records
        )
        for name, model_field, id_field in REFERRING:
            # sudo: messages, chats, automatic messages, recipients - they follow their record
            rows_sudo = self.env[name].sudo().with_context(active_test=False)
            involved = src_records.ids + dst_record.ids
            rows_sudo = rows_sudo.search(
                [(model_field, "=", referenced_model), (id_field, "in", involved)], order="id"
            )
            if name in PRECEDENCE:
                rows_sudo -= self._telegram_unlink_repeated(rows_sudo)
            rows_sudo.write({id_field: dst_record.id})

    @api.model
    def _telegram_unlink_repeated(self, rows):
        """Delete the rows of which only one may refer to the remaining record.

        The messages that were sent stay.

        :return: the rows that are deleted
        """
        if rows._name == "telegram.mailing.recipient":
            groups = rows.grouped("mailing_id")
        else:
            once = rows.filtered("is_once")
            groups = once.grouped(lambda message: (message.action_id, message.number))
        repeated = rows.browse()
        for same in groups.values():
            repeated |= same.sorted(lambda row: PRECEDENCE[row._name].index(row.state))[1:]
        repeated.unlink()
        return repeated

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):  # pylint: disable=missing-return
        """Update who sees the chats of the remaining contact, which were moved by SQL."""
        users = [partner._telegram_get_salesperson() for partner in src_partners]
        super()._update_reference_fields(src_partners, dst_partner)
        self.env.invalidate_all()
        # sudo: telegram.chat - the conversations follow the contact, for every user
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats_sudo = chats_sudo.search([("partner_id", "=", dst_partner.id)])
        users = self.env["res.users"].union(*users)
        chats_sudo._follow_salesperson({chat: chat.user_id & users for chat in chats_sudo})
        self.env.add_to_compute(chats_sudo._fields["restricted_user_id"], chats_sudo)
        chats_sudo._update_channels()
        chats_sudo._update_channel_members()

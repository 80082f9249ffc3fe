# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models

# Models whose rows may refer to the remaining record once only. They move their rows themselves.
ONCE = ("telegram.automatic.message", "telegram.mailing.recipient")
# The fields with the model and the ID of any record, and the other models that have them.
REFERRING = (
    ("telegram.message", "res_model", "res_id"),
    ("telegram.chat", "res_model", "res_id"),
    ("telegram.chat", "created_res_model", "created_res_id"),
)


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
        involved = src_records.ids + dst_record.ids
        for name in ONCE:
            rows_sudo = self.env[name].sudo()  # sudo: they follow their record
            domain = [("res_model", "=", referenced_model), ("res_id", "in", involved)]
            rows_sudo.search(domain, order="id")._move_to_record(dst_record)
        for name, model_field, id_field in REFERRING:
            # sudo: messages, chats - they follow their record
            rows_sudo = self.env[name].sudo().with_context(active_test=False)
            domain = [(model_field, "=", referenced_model), (id_field, "in", src_records.ids)]
            rows_sudo.search(domain).write({id_field: dst_record.id})

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):  # pylint: disable=missing-return
        """Update who sees the chats of the remaining contact, which were moved by SQL."""
        users = [partner._telegram_get_salesperson() for partner in src_partners]
        super()._update_reference_fields(src_partners, dst_partner)
        self.env.invalidate_all()
        # sudo: telegram.automatic.message - they follow the contact
        self.env["telegram.automatic.message"].sudo()._process_merged_contact(dst_partner)
        # sudo: telegram.chat - the conversations follow the contact, for every user
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats_sudo = chats_sudo.search([("partner_id", "=", dst_partner.id)])
        users = self.env["res.users"].union(*users)
        if dst_partner.telegram_opted_out:
            chats_sudo.opted_out = True  # a person who wants no mailings wants none anywhere
        chats_sudo._follow_salesperson({chat: chat.user_id & users for chat in chats_sudo})
        self.env.add_to_compute(chats_sudo._fields["restricted_user_id"], chats_sudo)
        chats_sudo._update_channels()
        chats_sudo._update_channel_members()

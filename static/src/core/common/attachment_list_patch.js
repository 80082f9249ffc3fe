import { AttachmentList } from "@mail/core/common/attachment_list";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

function getTelegramMessage(message) {
    return message?.telegram_message ? message : undefined;
}

patch(AttachmentList.prototype, {
    /** Return the message of Telegram whose files these are, or undefined. */
    get telegramMessage() {
        return this.env.inComposer ? undefined : getTelegramMessage(this.env.message);
    },

    /** Say that a file that is removed from a message is not removed for the customer. */
    onClickUnlink(attachment) {
        // The list of a record's files is in no message.
        const message = this.telegramMessage ?? getTelegramMessage(attachment.message);
        if (!message || this.env.inComposer) {
            return super.onClickUnlink(...arguments);
        }
        const { name } = attachment;
        this.dialog.add(ConfirmationDialog, {
            title: _t("Delete File"),
            body: message.telegram_message.is_own
                ? _t(
                      "“%(name)s” is deleted in Odoo only. The customer keeps it. To delete it for the customer, too, delete the message.",
                      { name }
                  )
                : _t("“%(name)s” is deleted in Odoo only. It stays in the customer's chat.", {
                      name,
                  }),
            confirmLabel: _t("Delete in Odoo"),
            cancel: () => {},
            confirm: () => this.onConfirmUnlink(attachment),
        });
    },

    /** A message that waits cannot be sent without its file: it is canceled as a whole. */
    get showDelete() {
        return !this.telegramMessage?.isTelegramWaiting && super.showDelete;
    },
});

import { Attachment } from "@mail/core/common/attachment_model";

import { patch } from "@web/core/utils/patch";

patch(Attachment.prototype, {
    /**
     * Offer no removal of a file in a Telegram conversation: it would stay with the customer.
     * Deleting the message removes both. On records, a dialog says what stays.
     */
    get isDeletable() {
        const { message } = this;
        const isInConversation = message?.telegram_message && message.thread?.isTelegram;
        return !isInConversation && super.isDeletable;
    },
});

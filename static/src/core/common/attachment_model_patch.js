import { Attachment } from "@mail/core/common/attachment_model";
import { fields } from "@mail/core/common/record";
// The order of the patches: the getter below replaces Odoo's.
import "@mail/discuss/voice_message/common/attachment_model_patch";

import { patch } from "@web/core/utils/patch";

patch(Attachment.prototype, {
    setup() {
        super.setup(...arguments);
        /** Whether this browser cannot play the voice message, such as Safari one of Telegram. */
        this.isVoiceUnreadable = fields.Attr(false);
    },

    get voice() {
        return !this.isVoiceUnreadable && super.voice;
    },

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

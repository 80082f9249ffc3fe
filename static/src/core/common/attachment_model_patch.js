import { Attachment } from "@mail/core/common/attachment_model";

import { patch } from "@web/core/utils/patch";

patch(Attachment.prototype, {
    /**
     * Offer no removal of a file that was sent: it would stay with the customer. Deleting the
     * message removes both.
     */
    get isDeletable() {
        return !this.message?.telegram_message && super.isDeletable;
    },
});

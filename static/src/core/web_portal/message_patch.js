import "@mail/core/web_portal/message_patch";

import { Message } from "@mail/core/common/message";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * Show quotations of Telegram: Odoo hides them, as it hides the quoted text below an e-mail.
     *
     * @override
     */
    insertEllipsisbtn() {
        if (this.message.message_type === "telegram" || this.message.thread?.isTelegram) {
            return;
        }
        super.insertEllipsisbtn(...arguments);
    },
});

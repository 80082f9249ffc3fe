import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Message} */
const messagePatch = {
    setup() {
        super.setup(...arguments);
        /** @type {string|false|undefined} state of the telegram.message that it shows */
        this.telegram_state = undefined;
    },

    /** Who is no contact is named only; the address is what an e-mail to colleagues comes from. */
    get authorName() {
        const name = super.authorName;
        if (this.message_type !== "telegram" || this.author || !name) {
            return name;
        }
        return name.replace(/\s*<[^<>]*>$/, "").replace(/^"(.*)"$/, "$1");
    },

    /** The service cannot send reactions: they would stay here, unseen by the customer. */
    canAddReaction() {
        return !this.thread?.isTelegram && super.canAddReaction(...arguments);
    },
};
patch(Message.prototype, messagePatch);

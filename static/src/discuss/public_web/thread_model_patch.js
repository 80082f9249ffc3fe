import { Thread } from "@mail/core/common/thread_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Thread} */
const threadPatch = {
    _computeDiscussAppCategory() {
        return this.isTelegram
            ? this.store.discuss.telegramCategory
            : super._computeDiscussAppCategory();
    },

    /** A customer with a salesperson among the operators rings that one only. */
    async notifyMessageToUser() {
        const responsible = this.isTelegram && this.telegram_responsible_id;
        if (responsible && responsible.notEq(this.store.self_partner)) {
            return;
        }
        return super.notifyMessageToUser(...arguments);
    },

    setAsDiscussThread() {
        super.setAsDiscussThread(...arguments);
        if (this.isTelegram && this.store.env.services.ui.isSmall) {
            this.store.discuss.activeTab = "telegram";
        }
    },
};
patch(Thread.prototype, threadPatch);

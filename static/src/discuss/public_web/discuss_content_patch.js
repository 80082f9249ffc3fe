import { DiscussContent } from "@mail/core/public_web/discuss_content";

import { patch } from "@web/core/utils/patch";

patch(DiscussContent.prototype, {
    /** Who else operates the account is there on demand; the customer is what matters. */
    actionPanelAutoOpenFn() {
        if (!this.thread?.isTelegram) {
            super.actionPanelAutoOpenFn(...arguments);
        }
    },

    get showThreadAvatar() {
        return this.thread.isTelegram || super.showThreadAvatar;
    },
});

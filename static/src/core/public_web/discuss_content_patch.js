import { DiscussContent } from "@mail/core/public_web/discuss_content";

import { patch } from "@web/core/utils/patch";

patch(DiscussContent.prototype, {
    /** Open no member list automatically: the operators matter less than the conversation. */
    actionPanelAutoOpenFn() {
        if (!this.thread?.isTelegram) {
            super.actionPanelAutoOpenFn(...arguments);
        }
    },

    get showThreadAvatar() {
        return this.thread.isTelegram || super.showThreadAvatar;
    },
});

import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";
import { compareDatetime } from "@mail/utils/common/misc";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Thread} */
const threadPatch = {
    setup() {
        super.setup(...arguments);
        /** @type {boolean|undefined} whether the contact has no e-mail address, but is on Telegram */
        this.telegram_is_proposed = undefined;
        this.telegramScheduledMessages = fields.Many("telegram.message", {
            sort: (a, b) => compareDatetime(a.scheduled_date, b.scheduled_date) || a.id - b.id,
            inverse: "thread",
        });
    },
};
patch(Thread.prototype, threadPatch);

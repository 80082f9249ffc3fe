import { Chatter } from "@mail/chatter/web_portal/chatter";
// The methods it adds are patched below.
import "@mail/chatter/web/chatter_patch";
import { Thread } from "@mail/core/common/thread";
import { compareDatetime } from "@mail/utils/common/misc";

import { patch } from "@web/core/utils/patch";

patch(Chatter.prototype, {
    /** Add those of Telegram to Odoo's scheduled messages. */
    get scheduledMessages() {
        const ours = this.state.thread?.telegramScheduledMessages ?? [];
        return [...super.scheduledMessages, ...ours].sort((a, b) =>
            compareDatetime(a.scheduled_date, b.scheduled_date)
        );
    },
});

patch(Thread.prototype, {
    /** Leave out the messages that the chatter shows as scheduled. */
    get orderedMessages() {
        const messages = super.orderedMessages;
        return this.env.inChatter
            ? messages.filter((message) => !message.isTelegramScheduled)
            : messages;
    },
});

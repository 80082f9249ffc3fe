import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Message} */
const messagePatch = {
    setup() {
        super.setup(...arguments);
        /** @type {string|false|undefined} state of the telegram.message shown by this message */
        this.telegram_state = undefined;
        /** @type {{id: number, is_card: boolean, is_own: boolean, is_text: boolean, quote: Object|false}|false|undefined} */
        this.telegram_message = undefined;
    },

    /**
     * Return only the name of an author without a contact. The address is that of the company,
     * which sends the e-mails to colleagues.
     */
    get authorName() {
        const name = super.authorName;
        if (this.message_type !== "telegram" || this.author || !name) {
            return name;
        }
        return name.replace(/\s*<[^<>]*>$/, "").replace(/^"(.*)"$/, "$1");
    },

    /** Return whether this message of a conversation was sent by the account, not by the customer. */
    get isSentByTelegram() {
        const { isNote, message_type, telegram_state, thread } = this;
        const isWritten = message_type === "comment" && !isNote && thread?.isTelegram;
        return Boolean(isWritten || (telegram_state && telegram_state !== "received"));
    },

    /** Return whether this is a note for colleagues in the conversation of a Telegram chat. */
    get isTelegramNote() {
        return Boolean(this.isNote && this.thread?.isTelegram);
    },

    /** Return whether the message waits for its date, and is shown at the top of the chatter. */
    get isTelegramScheduled() {
        return this.notification_ids.some((notification) => notification.isTelegramScheduled);
    },

    /** Return whether the message has not been sent to Telegram yet. */
    get isTelegramWaiting() {
        const states = this.notification_ids
            .filter((notification) => notification.isTelegram)
            .map((notification) => notification.telegramState);
        return [this.telegram_state, ...states].some((state) =>
            ["queued", "sending"].includes(state)
        );
    },

    /**
     * Return the color of what one writes oneself for what a colleague has written, too. A note looks
     * like one in which somebody is mentioned.
     */
    get bubbleColor() {
        if (this.isTelegramNote) {
            return "orange";
        }
        const color = super.bubbleColor;
        const isOurs = this.thread?.isTelegram && this.isSentByTelegram;
        return isOurs && color === "blue" ? "green" : color;
    },

    /** Hide reactions: GREEN-API cannot send them, so the customer would not see them. */
    canAddReaction() {
        const isTelegram = this.thread?.isTelegram || this.message_type === "telegram";
        return !isTelegram && super.canAddReaction(...arguments);
    },
};
patch(Message.prototype, messagePatch);

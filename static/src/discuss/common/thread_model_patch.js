import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";

import { patch } from "@web/core/utils/patch";
import { imageUrl } from "@web/core/utils/urls";

/** @type {import("models").Thread} */
const threadPatch = {
    setup() {
        super.setup(...arguments);
        /** @type {string|false|undefined} */
        this.telegram_chat_type = undefined;
        /** @type {string|false|undefined} which picture Telegram has of the chat */
        this.telegram_picture_key = undefined;
        this.telegram_partner_id = fields.One("res.partner");
        this.telegram_responsible_id = fields.One("res.partner");
    },

    /** Whether this is the conversation of a Telegram chat. */
    get isTelegram() {
        return this.channel_type === "telegram";
    },

    get allowedToUnpinChannelTypes() {
        return [...super.allowedToUnpinChannelTypes, "telegram"];
    },

    get avatarUrl() {
        if (!this.isTelegram) {
            return super.avatarUrl;
        }
        if (this.telegram_picture_key) {
            return imageUrl("discuss.channel", this.id, "avatar_128", {
                unique: this.telegram_picture_key,
            });
        }
        return this.telegram_partner_id?.avatarUrl ?? this.store.DEFAULT_AVATAR;
    },

    computeCorrespondent() {
        // The members are colleagues; the customer is none of them.
        return this.isTelegram ? undefined : super.computeCorrespondent();
    },

    get hasMemberList() {
        return this.isTelegram || super.hasMemberList;
    },

    get isChatChannel() {
        return this.isTelegram || super.isChatChannel;
    },
};
patch(Thread.prototype, threadPatch);

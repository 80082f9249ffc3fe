import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";
// The methods they add are patched below.
import "@mail/core/public_web/thread_model_patch";
import "@mail/discuss/core/common/thread_model_patch";
import "@mail/discuss/core/public_web/thread_model_patch";

import { patch } from "@web/core/utils/patch";
import { imageUrl } from "@web/core/utils/urls";

/** @type {import("models").Thread} */
const threadPatch = {
    setup() {
        super.setup(...arguments);
        const { compute: getFirstUnread } = this.firstUnreadMessage; // Odoo's definition
        this.firstUnreadMessage = fields.One("mail.message", {
            compute() {
                const first = getFirstUnread.call(this);
                return first && this.isTelegram ? this.getFirstReceived(first) : first;
            },
            inverse: "threadAsFirstUnread",
        });
        /** @type {number|false|undefined} id of the telegram.chat */
        this.telegram_chat_id = undefined;
        /** @type {string|false|undefined} */
        this.telegram_chat_type = undefined;
        /** @type {string|false|undefined} key of the picture that the chat has in Telegram */
        this.telegram_picture_key = undefined;
        /** @type {boolean|undefined} whether the customer waits for an answer */
        this.telegram_is_waiting = undefined;
        /** @type {string|false|undefined} why the user can read here only, such as a supervisor */
        this.telegram_read_only_reason = undefined;
        /** @type {{ id: number, name: string, record: string }[]} templates for the composer */
        this.telegramQuickAnswers = [];
        this.telegram_instance_id = fields.One("telegram.instance");
        this.telegram_partner_id = fields.One("res.partner");
        this.telegram_responsible_id = fields.One("res.partner");
        /** @type {{ id: number, name: string }|false|undefined} partner of the assignee */
        this.telegram_assignee = undefined;
        /** Name of the account, if the customer has conversations with several accounts. */
        this.telegramAccountName = fields.Attr(undefined, {
            compute() {
                return this._computeTelegramAccountName();
            },
        });
    },

    /** Return whether this is the conversation of a Telegram chat. */
    get isTelegram() {
        return this.channel_type === "telegram";
    },

    /** Return whether this is the conversation of a Telegram group. */
    get isTelegramGroup() {
        return this.isTelegram && ["group", "supergroup"].includes(this.telegram_chat_type);
    },

    /** Return whether this is the conversation with a person who is no contact yet. */
    get isTelegramStranger() {
        const isPerson = ["user", "bot"].includes(this.telegram_chat_type);
        return (
            !this.telegram_read_only_reason &&
            Boolean(this.telegram_chat_id && isPerson && !this.telegram_partner_id)
        );
    },

    /** Return whether a colleague has the chat. */
    get isTelegramOfColleague() {
        const assignee = this.isTelegram && this.telegram_assignee;
        return Boolean(assignee && assignee.id !== this.store.self_partner?.id);
    },

    /** Return whether the customer waits for anybody, and the user may take the chat. */
    get isTelegramFree() {
        return Boolean(this.telegram_is_waiting && this.self_member_id && !this.telegram_assignee);
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

    get displayName() {
        const account = this.isTelegram && this.telegramAccountName;
        return account ? `${super.displayName} · ${account}` : super.displayName;
    },

    _computeTelegramAccountName() {
        const { telegram_instance_id: account, telegram_partner_id: partner } = this;
        // By the contact, because all conversations together may be thousands.
        const hasOther = partner?.telegramThreads.some((other) =>
            account?.notEq(other.telegram_instance_id)
        );
        return hasOther ? account.name : undefined;
    },

    /** Return the first news from a message on: what the account has sent is unread for nobody. */
    getFirstReceived(first) {
        return this.messages.find(
            (message) =>
                message.id >= first.id &&
                !(message.isNotification || message.is_transient || message.isSentByTelegram)
        );
    },

    computeCorrespondent() {
        // The members are colleagues; the customer is not one of them.
        return this.isTelegram ? undefined : super.computeCorrespondent();
    },

    get hasMemberList() {
        return this.isTelegram || super.hasMemberList;
    },

    get isChatChannel() {
        return this.isTelegram || super.isChatChannel;
    },

    _computeDiscussAppCategory() {
        return this.isTelegram
            ? this.store.discuss.telegramCategory
            : super._computeDiscussAppCategory();
    },

    /** Notify only the salesperson of the customer, where one is among the operators. */
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

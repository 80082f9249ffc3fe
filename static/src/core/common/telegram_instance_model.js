import { Record } from "@mail/core/common/record";

/** The Telegram account of a conversation. */
export class TelegramInstance extends Record {
    static _name = "telegram.instance";
    static id = "id";

    /** @type {number} */
    id;
    /** @type {string} */
    name;
    /** @type {boolean} */
    is_archived;
    /** @type {boolean} whether the account is signed in and sends */
    is_ready;
}

TelegramInstance.register();

import { fields, Record } from "@mail/core/common/record";
import { htmlToTextContentInline } from "@mail/utils/common/format";

import { pressButton } from "../../utils/press_button";

/** A Telegram message that waits for its date, for Odoo's list of scheduled messages. */
export class TelegramScheduledMessage extends Record {
    static _name = "telegram.message";
    static id = "id";

    /** @type {number} */
    id;
    author_id = fields.One("res.partner");
    body = fields.Html("");
    /** @type {boolean} whether the user may send, edit and cancel it */
    can_change;
    scheduled_date = fields.Datetime();
    thread = fields.One("Thread");

    attachment_ids = []; // the body names the file
    is_note = false;
    isTelegram = true;

    get deletable() {
        return this.can_change;
    }

    get editable() {
        return this.can_change;
    }

    get isSelfAuthored() {
        return Boolean(this.author_id?.eq(this.store.self));
    }

    get textContent() {
        return htmlToTextContentInline(this.body);
    }

    async cancel() {
        await this.perform("action_cancel");
    }

    edit() {
        const { services } = this.store.env;
        return new Promise((resolve, reject) => {
            pressButton(services, "telegram.message", this.id, "action_edit", {
                onClose: resolve,
            }).catch(reject);
        });
    }

    async send() {
        await this.perform("action_send_now");
    }

    /** Call a method of the message. If it was sent meanwhile, the error says so. */
    perform(method) {
        return this.store.env.services.orm.call("telegram.message", method, [[this.id]]);
    }
}

TelegramScheduledMessage.register();

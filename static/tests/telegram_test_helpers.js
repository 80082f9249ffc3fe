import { mailModels } from "@mail/../tests/mail_test_helpers";
import { mailDataHelpers } from "@mail/../tests/mock_server/mail_mock_server";
import {
    Command,
    defineModels,
    fields,
    makeKwArgs,
    models,
    serverState,
} from "@web/../tests/web_test_helpers";

/** Mock the fields that models/discuss_channel.py adds. */
class DiscussChannel extends mailModels.DiscussChannel {
    telegram_chat_type = fields.Char();
    telegram_partner_id = fields.Many2one({ relation: "res.partner" });
    telegram_picture_key = fields.Char();
    telegram_responsible_id = fields.Many2one({ relation: "res.partner" });

    _to_store(store) {
        super._to_store(...arguments);
        const { Store } = mailDataHelpers;
        for (const channel of this.filter(({ channel_type }) => channel_type === "telegram")) {
            const partner = this.env["res.partner"].browse(channel.telegram_partner_id);
            const responsible = this.env["res.partner"].browse(channel.telegram_responsible_id);
            store._add_record_fields(this.browse(channel.id), {
                telegram_chat_type: channel.telegram_chat_type,
                telegram_picture_key: channel.telegram_picture_key,
                telegram_partner_id: Store.one(partner, makeKwArgs({ fields: ["name"] })),
                telegram_responsible_id: Store.one(responsible, makeKwArgs({ fields: ["name"] })),
            });
        }
    }
}

/** Mock the fields that models/mail_message.py adds. */
class MailMessage extends mailModels.MailMessage {
    telegram_message = fields.Char();
    telegram_state = fields.Char();

    get _to_store_defaults() {
        return [...super._to_store_defaults, "telegram_message", "telegram_state"];
    }
}

/** Mock the fields that models/mail_notification.py adds. */
class MailNotification extends mailModels.MailNotification {
    telegram_is_edited = fields.Boolean();
    telegram_message_id = fields.Integer();
    telegram_state = fields.Char();
    telegram_waiting_reason = fields.Char();

    get _to_store_defaults() {
        return [
            ...super._to_store_defaults,
            "failure_reason",
            "telegram_is_edited",
            "telegram_message_id",
            "telegram_state",
            "telegram_waiting_reason",
        ];
    }
}

class TelegramSignIn extends models.Model {
    _name = "telegram.sign.in";

    _views = { form: `<form><widget name="telegram_sign_in"/></form>` };
}

export function defineTelegramModels() {
    return defineModels({
        ...mailModels,
        DiscussChannel,
        MailMessage,
        MailNotification,
        TelegramSignIn,
    });
}

// As in models/telegram_message.py, _prepare_notification_values.
const STATUS_OF_STATE = {
    queued: "ready",
    sending: "process",
    sent: "pending",
    delivered: "sent",
    read: "sent",
    canceled: "canceled",
};

/**
 * Create a message that the user sent to a contact by Telegram.
 *
 * @param {Object} pyEnv the mock server's environment
 * @param {string} telegram_state
 * @param {Object} [values] further values of the notification
 * @returns {{ partnerId: number, messageId: number, notificationId: number }}
 */
export function createTelegramMessage(pyEnv, telegram_state, values = {}) {
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa", partner_share: true });
    const messageId = pyEnv["mail.message"].create({
        author_id: serverState.partnerId,
        body: "Your order is packed.",
        message_type: "telegram",
        model: "res.partner",
        res_id: partnerId,
    });
    const notificationId = pyEnv["mail.notification"].create({
        author_id: serverState.partnerId,
        mail_message_id: messageId,
        notification_status: STATUS_OF_STATE[telegram_state] ?? "exception",
        notification_type: "telegram",
        res_partner_id: partnerId,
        telegram_message_id: 100 + messageId,
        telegram_state,
        ...values,
    });
    return { partnerId, messageId, notificationId };
}

/**
 * Create the conversation of a customer's chat, with the user and a colleague as members.
 *
 * @param {Object} pyEnv the mock server's environment
 * @param {Object} [values] further values of the channel
 * @returns {{ channelId: number, partnerId: number, colleagueId: number, userId: number }}
 */
export function createConversation(pyEnv, values = {}) {
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa" });
    const colleagueId = pyEnv["res.partner"].create({ name: "Colleague" });
    const userId = pyEnv["res.users"].create({ partner_id: colleagueId });
    const channelId = pyEnv["discuss.channel"].create({
        name: "Vasilisa (Azure)",
        channel_type: "telegram",
        channel_member_ids: [
            Command.create({ partner_id: serverState.partnerId }),
            Command.create({ partner_id: colleagueId }),
        ],
        telegram_chat_type: "user",
        telegram_partner_id: partnerId,
        ...values,
    });
    return { channelId, partnerId, colleagueId, userId };
}

import { mailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, serverState } from "@web/../tests/web_test_helpers";

/** As models/mail_notification.py. */
class MailNotification extends mailModels.MailNotification {
    telegram_message_id = fields.Integer();
    telegram_state = fields.Char();

    get _to_store_defaults() {
        const telegramFields = ["failure_reason", "telegram_message_id", "telegram_state"];
        return [...super._to_store_defaults, ...telegramFields];
    }
}

class TelegramSignIn extends models.Model {
    _name = "telegram.sign.in";

    _views = { form: `<form><widget name="telegram_sign_in"/></form>` };
}

export function defineTelegramModels() {
    return defineModels({ ...mailModels, MailNotification, TelegramSignIn });
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
 * Make a message that the user wrote to a contact by Telegram.
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

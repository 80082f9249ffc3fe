import { messageActionsRegistry, registerMessageAction } from "@mail/core/common/message_actions";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

import { pressButton } from "../../utils/press_button";

/**
 * Call a method of the telegram.message that a message shows, and perform the action it returns.
 *
 * @param {{ message: import("models").Message, store: import("models").Store }} params of an action
 * @param {string} method
 */
function perform({ message, store }, method) {
    const { telegram_message, thread } = message;
    return pressButton(store.env.services, "telegram.message", telegram_message.id, method, {
        onClose: () => thread?.fetchNewMessages(),
    });
}

/** Return whether the user may do something with the Telegram message of a message. */
function isAllowed({ message, store }) {
    const isReadOnly = Boolean(message.thread?.telegram_read_only_reason);
    return Boolean(store.is_telegram_user && message.telegram_message && !isReadOnly);
}

function confirmDeletion(store, confirm) {
    store.env.services.dialog.add(ConfirmationDialog, {
        body: _t("The message is deleted for the customer, too. Do you want to delete it?"),
        confirmLabel: _t("Delete"),
        confirm,
        cancel: () => {},
    });
}

function isOwn(params) {
    const { message } = params;
    // Discuss has actions of its own for what was written there.
    return (
        isAllowed(params) && message.telegram_message.is_own && message.message_type === "telegram"
    );
}

registerMessageAction("telegram-reply", {
    condition: (params) => isAllowed(params) && !params.thread?.isTelegram,
    icon: "fa fa-reply",
    name: _t("Reply in Telegram"),
    onSelected: (params) => perform(params, "action_reply"),
    sequence: 15,
});
registerMessageAction("telegram-edit", {
    condition: (params) => isOwn(params) && params.message.telegram_message.is_text,
    icon: "fa fa-pencil",
    name: _t("Edit in Telegram"),
    onSelected: (params) => perform(params, "action_edit"),
    sequence: 56,
});
registerMessageAction("telegram-card", {
    condition: (params) => isAllowed(params) && params.message.telegram_message.is_card,
    icon: "fa fa-user-plus",
    name: _t("Create or Link Contact"),
    onSelected: (params) => perform(params, "action_save_card"),
    sequence: 14,
});
registerMessageAction("telegram-forward", {
    condition: isAllowed,
    icon: "fa fa-share",
    name: _t("Forward in Telegram"),
    onSelected: (params) => perform(params, "action_forward"),
    sequence: 73,
});
registerMessageAction("telegram-open", {
    condition: ({ message, store }) => Boolean(store.is_telegram_user && message.telegram_message),
    icon: "fa fa-telegram",
    name: _t("Open Telegram Message"),
    onSelected: ({ message, store }) =>
        store.env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "telegram.message",
            res_id: message.telegram_message.id,
            views: [[false, "form"]],
        }),
    sequence: 112,
});
registerMessageAction("telegram-delete", {
    condition: isOwn,
    icon: "fa fa-trash",
    name: _t("Delete in Telegram"),
    onSelected: (params) => confirmDeletion(params.store, () => perform(params, "action_delete")),
    sequence: 121,
});

patch(messageActionsRegistry.get("delete"), {
    /** Say that a message written in Discuss is deleted for the customer, too. */
    onSelected(params) {
        const { message, owner, store } = params;
        if (!isAllowed(params) || !message.thread?.isTelegram) {
            return super.onSelected(params);
        }
        return confirmDeletion(store, () =>
            message.remove({ removeFromThread: owner.shouldHideFromMessageListOnDelete })
        );
    },
});

patch(messageActionsRegistry.get("reply-to"), {
    /** Leave the reply to a Telegram message in a chatter to the action above; supervisors read. */
    condition({ message, thread }) {
        const isTelegram = message.message_type === "telegram" && !thread?.isTelegram;
        return !isTelegram && !thread?.telegram_read_only_reason && super.condition(...arguments);
    },
});

import { registerThreadAction } from "@mail/core/common/thread_actions";

import { _t } from "@web/core/l10n/translation";

import { pressButton } from "../../utils/press_button";

/** On a phone, close the conversation: it covers the page that was opened. */
async function showPage({ owner, store }) {
    if (store.env.services.ui.isSmall) {
        await owner.props.chatWindow?.close();
    }
}

/** Do what a button of the conversation does on the server. */
function pressChannelButton(name, { store, thread }) {
    return pressButton(store.env.services, "discuss.channel", thread.id, name);
}

/** Do what a button of the chat does. */
function pressChatButton(name, { store, thread }) {
    return pressButton(store.env.services, "telegram.chat", thread.telegram_chat_id, name);
}

// The form of the chat shows the contact, the phone number and the records; of a group, its members.
registerThreadAction("telegram-chat", {
    condition: ({ thread }) => thread?.isTelegram,
    icon: ({ thread }) =>
        thread.isTelegramGroup ? "oi oi-fw oi-users" : "fa fa-fw fa-address-card-o",
    name: ({ thread }) => (thread.isTelegramGroup ? _t("Group Members") : _t("Chat and Contact")),
    async open(params) {
        await pressChannelButton("action_open_telegram_chat", params);
        await showPage(params);
    },
    sequence: 15,
    sequenceGroup: 20,
});

/** Return whether the user may write in the Telegram conversation; a supervisor only reads. */
function canWrite({ thread }) {
    return Boolean(thread?.isTelegram && !thread.telegram_read_only_reason);
}

registerThreadAction("telegram-create-record", {
    condition: canWrite,
    icon: "fa fa-fw fa-plus-square-o",
    name: _t("Create Record"),
    open: (params) => pressChannelButton("action_telegram_create_record", params),
    sequence: 16,
    sequenceGroup: 20,
});

registerThreadAction("telegram-link-record", {
    condition: canWrite,
    icon: "fa fa-fw fa-link",
    name: _t("Link to Record"),
    open: (params) => pressChannelButton("action_telegram_link_record", params),
    sequence: 17,
    sequenceGroup: 20,
});

registerThreadAction("telegram-hand-over", {
    condition: canWrite,
    icon: "fa fa-fw fa-share",
    name: _t("Hand Over"),
    open: (params) => pressChatButton("action_hand_over", params),
    sequence: 18,
    sequenceGroup: 20,
});

registerThreadAction("telegram-no-answer-needed", {
    condition: (params) => canWrite(params) && params.thread.telegram_is_waiting,
    icon: "fa fa-fw fa-check",
    name: _t("No Answer Needed"),
    open: (params) => pressChatButton("action_no_answer_needed", params),
    sequence: 19,
    sequenceGroup: 20,
});

registerThreadAction("telegram-contact", {
    condition: ({ thread }) => Boolean(thread?.isTelegram && thread.telegram_partner_id),
    icon: "fa fa-fw fa-user",
    name: _t("Open Contact"),
    async open(params) {
        const page = {
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: params.thread.telegram_partner_id.id,
            views: [[false, "form"]],
        };
        await params.store.env.services.action.doAction(page);
        await showPage(params);
    },
    sequence: 14,
    sequenceGroup: 20,
});

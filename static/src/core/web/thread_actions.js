import { registerThreadAction } from "@mail/core/common/thread_actions";

import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

/** Open a page, and on a phone close the conversation, which covers it there. */
async function openPage(page, { owner, store }) {
    const { action, ui } = store.env.services;
    await action.doAction(page);
    if (ui.isSmall) {
        await owner.props.chatWindow?.close();
    }
}

// The form of the chat shows the contact, the phone number and the records; of a group, its members.
registerThreadAction("telegram-chat", {
    condition: ({ thread }) => thread?.isTelegram,
    icon: ({ thread }) =>
        thread.isTelegramGroup ? "oi oi-fw oi-users" : "fa fa-fw fa-address-card-o",
    name: ({ thread }) => (thread.isTelegramGroup ? _t("Group Members") : _t("Chat and Contact")),
    async open(params) {
        const { orm } = params.store.env.services;
        const args = [params.thread.id];
        await openPage(
            await orm.call("discuss.channel", "action_open_telegram_chat", args),
            params
        );
    },
    sequence: 15,
    sequenceGroup: 20,
});

/** Open a dialog of the server about the conversation. */
async function openDialog(method, { store, thread }) {
    const { action, orm } = store.env.services;
    await action.doAction(await orm.call("discuss.channel", method, [thread.id]));
}

/** Return whether the user may write in the Telegram conversation; a supervisor only reads. */
function canWrite({ thread }) {
    return Boolean(thread?.isTelegram && !thread.telegram_read_only_reason);
}

registerThreadAction("telegram-create-record", {
    condition: canWrite,
    icon: "fa fa-fw fa-plus-square-o",
    name: _t("Create Record"),
    open: (params) => openDialog("action_telegram_create_record", params),
    sequence: 16,
    sequenceGroup: 20,
});

registerThreadAction("telegram-link-record", {
    condition: canWrite,
    icon: "fa fa-fw fa-link",
    name: _t("Link to Record"),
    open: (params) => openDialog("action_telegram_link_record", params),
    sequence: 17,
    sequenceGroup: 20,
});

/** Do what a button of the chat does. */
function pressButton(name, { store, thread }) {
    return store.env.services.action.doActionButton({
        type: "object",
        name,
        resModel: "telegram.chat",
        resId: thread.telegram_chat_id,
        context: user.context, // with the language
    });
}

registerThreadAction("telegram-hand-over", {
    condition: canWrite,
    icon: "fa fa-fw fa-share",
    name: _t("Hand Over"),
    open: (params) => pressButton("action_hand_over", params),
    sequence: 18,
    sequenceGroup: 20,
});

registerThreadAction("telegram-no-answer-needed", {
    condition: (params) => canWrite(params) && params.thread.telegram_is_waiting,
    icon: "fa fa-fw fa-check",
    name: _t("No Answer Needed"),
    open: (params) => pressButton("action_no_answer_needed", params),
    sequence: 19,
    sequenceGroup: 20,
});

registerThreadAction("telegram-contact", {
    condition: ({ thread }) => Boolean(thread?.isTelegram && thread.telegram_partner_id),
    icon: "fa fa-fw fa-user",
    name: _t("Open Contact"),
    open(params) {
        const page = {
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: params.thread.telegram_partner_id.id,
            views: [[false, "form"]],
        };
        return openPage(page, params);
    },
    sequence: 14,
    sequenceGroup: 20,
});

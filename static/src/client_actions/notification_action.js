import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { TelegramResponseDialog } from "../components/response_dialog/response_dialog";

/**
 * Client action: display a notification with buttons.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {Object} action
 * @param {Object} action.params
 * @param {string} action.params.message
 * @param {string} [action.params.title]
 * @param {"success"|"info"|"warning"|"danger"} action.params.type
 * @param {boolean} [action.params.sticky] whether it stays until it is closed
 * @param {string|false} [action.params.raw] a response of GREEN-API; adds a button that shows it
 * @param {number[]} [action.params.message_ids] adds a button that lists these messages
 * @param {Object} [action.params.view] adds a button that opens this action
 * @param {Object} [action.params.next] the action to execute afterwards
 */
export function notificationAction(env, { params }) {
    const { message, message_ids, next, raw, sticky, title, type, view } = params;
    const buttons = [];
    if (raw) {
        buttons.push({
            name: _t("Response"),
            onClick: () => env.services.dialog.add(TelegramResponseDialog, { title, raw }),
        });
    }
    if (message_ids) {
        buttons.push({
            name: _t("View Messages"),
            onClick: () => {
                close();
                openMessages(env, message_ids);
            },
        });
    }
    if (view) {
        buttons.push({
            name: _t("View"),
            onClick: () => {
                close();
                env.services.action.doAction(view);
            },
        });
    }
    const close = env.services.notification.add(message, {
        buttons,
        className: "o-telegram-Notification",
        sticky,
        title,
        type,
    });
    return next;
}

function openMessages(env, messageIds) {
    return env.services.action.doAction({
        type: "ir.actions.act_window",
        name: _t("Messages"),
        res_model: "telegram.message",
        views: [
            [false, "list"],
            [false, "kanban"],
            [false, "form"],
        ],
        domain: [["id", "in", messageIds]],
    });
}

registry.category("actions").add("telegram_green_api.notification", notificationAction);

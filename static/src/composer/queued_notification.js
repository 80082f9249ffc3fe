import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Client action: say how many messages were queued and who gets none, with a button that lists
 * the messages.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {{ params: { message: string, is_complete: boolean, message_ids: number[] } }} action
 */
function showQueued(env, { params }) {
    const close = env.services.notification.add(params.message, {
        type: params.is_complete ? "success" : "warning",
        sticky: !params.is_complete,
        className: "o-telegram-queued",
        buttons: [
            {
                name: _t("Show the messages"),
                onClick: () => {
                    close();
                    env.services.action.doAction({
                        type: "ir.actions.act_window",
                        name: _t("Messages"),
                        res_model: "telegram.message",
                        views: [
                            [false, "list"],
                            [false, "kanban"],
                            [false, "form"],
                        ],
                        domain: [["id", "in", params.message_ids]],
                    });
                },
            },
        ],
    });
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("telegram_green_api.queued", showQueued);

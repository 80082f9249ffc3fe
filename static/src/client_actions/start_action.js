import { registry } from "@web/core/registry";

import { TelegramStartDialog } from "../components/start_dialog/start_dialog";

/**
 * Client action: open the guided start, and reload the page afterwards to show its result.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {{ params?: { instance_id?: number, is_test?: boolean } }} action
 */
export function startAction(env, action) {
    let next = { type: "ir.actions.client", tag: "soft_reload" };
    env.services.dialog.add(
        TelegramStartDialog,
        {
            instanceId: action.params?.instance_id,
            isTest: action.params?.is_test,
            onLeave: (chosen) => {
                next = chosen;
            },
        },
        { onClose: () => env.services.action.doAction(next) }
    );
}

registry.category("actions").add("telegram_green_api.start", startAction);

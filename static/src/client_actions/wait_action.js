import { registry } from "@web/core/registry";

import { TelegramWaitingDialog } from "../components/waiting_dialog/waiting_dialog";

/**
 * Client action: open the dialog that receives the waiting messages of an account.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {{ params: { instance_id: number, name: string } }} action
 */
export function waitAction(env, { params }) {
    const { instance_id: instanceId, name } = params;
    env.services.dialog.add(TelegramWaitingDialog, { instanceId, name });
}

registry.category("actions").add("telegram_green_api.wait", waitAction);

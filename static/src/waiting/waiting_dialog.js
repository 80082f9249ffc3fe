import { Component, onMounted, onWillDestroy, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

import { explainError } from "@telegram_green_api/core/web/explain_error";

export const BUSY_PAUSE = 2000; // ms before it is tried again while the receive action runs
export const SHOWN = 200; // notifications that are shown at most, the latest ones

/**
 * Fetches what waits at the service, one notification after the other, until there is nothing
 * more or the person stops it. What was fetched is in the inbox already, and processed.
 */
export class TelegramWaitingDialog extends Component {
    static template = "telegram_green_api.WaitingDialog";
    static components = { Dialog };
    static props = { close: Function, instanceId: Number, name: String };

    setup() {
        this.state = useState({
            isWaiting: false,
            message: "",
            isProblem: false,
            count: 0,
            /** The latest notifications, the last one first: { id, kind, chat, text, json }. */
            taken: [],
            /** Whose JSON is shown. */
            unfolded: new Set(),
        });
        onMounted(() => this.wait());
        onWillDestroy(() => this.abort());
    }

    get title() {
        return _t("Wait for messages: %s", this.props.name);
    }

    /** Fetch until there is nothing more; a call under way is never made twice. */
    async wait() {
        this.state.isWaiting = true;
        this.say(_t("Waiting for messages…"));
        await this.next();
    }

    /** End it at once. What a call under way still fetches is processed like everything else. */
    stop(message = _t("Stopped.")) {
        this.abort();
        this.state.isWaiting = false;
        this.say(message);
    }

    abort() {
        browser.clearTimeout(this.timer);
        this.call?.abort(false); // it neither resolves nor rejects any more
        this.call = null;
    }

    async next() {
        let answer;
        try {
            answer = await this.ask();
        } catch (error) {
            this.fail(this.explain(error));
            return;
        }
        switch (answer.outcome) {
            case "taken":
                this.show(answer);
                return this.next();
            case "busy":
                this.say(_t("The scheduled action is receiving just now. This goes on after it…"));
                this.timer = browser.setTimeout(() => this.next(), BUSY_PAUSE);
                break;
            case "empty":
                this.stop(_t("No messages"));
                break;
            default:
                this.fail(answer.message);
        }
    }

    async ask() {
        const model = "telegram.instance";
        const method = "fetch_notification";
        this.call = rpc(
            `/web/dataset/call_kw/${model}/${method}`,
            { model, method, args: [[this.props.instanceId]], kwargs: {} },
            { silent: true }
        );
        try {
            return await this.call;
        } finally {
            this.call = null;
        }
    }

    show({ kind, chat, text, json }) {
        this.state.count++;
        this.state.taken.unshift({ id: this.state.count, kind, chat, text, json });
        this.state.taken.splice(SHOWN);
        this.say(_t("Waiting for messages…"));
    }

    say(message) {
        this.state.message = message;
        this.state.isProblem = false;
    }

    fail(message) {
        this.stop(message);
        this.state.isProblem = true;
    }

    onToggleJson(id) {
        const { unfolded } = this.state;
        unfolded.has(id) ? unfolded.delete(id) : unfolded.add(id);
    }

    explain(error) {
        return explainError(error, _t("Odoo could not fetch the messages. Its log says why."));
    }
}

registry.category("actions").add("telegram_green_api.wait", (env, action) => {
    const { instance_id: instanceId, name } = action.params;
    env.services.dialog.add(TelegramWaitingDialog, { instanceId, name });
});

import { Component, onMounted, onWillDestroy, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";

import { getErrorMessage } from "../../utils/error_message";
import { usePolling } from "../../utils/polling_hook";

export const BUSY_DELAY = 2000; // ms before the next try while the scheduled action runs
/** Calls in a row without a notification that end it: GREEN-API waits 5 seconds in each. */
export const EMPTY_LIMIT = 6;
export const NOTIFICATIONS_LIMIT = 200; // the latest ones are displayed

/**
 * Fetch the notifications from GREEN-API, until none came for half a minute or the user stops.
 *
 * The server stores and processes each one before the next is fetched.
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
            /** The latest notifications, the newest first: { id, kind, chat, text, json }. */
            notifications: [],
            /** The ids of the notifications whose JSON is displayed. */
            unfolded: new Set(),
        });
        this.polling = usePolling(
            () => this.receive(),
            () => (this.state.isWaiting ? BUSY_DELAY : undefined)
        );
        onMounted(() => this.start());
        onWillDestroy(() => this.abort());
    }

    get title() {
        return _t("Wait for Messages: %s", this.props.name);
    }

    async start() {
        this.state.isWaiting = true;
        this.showMessage(_t("Waiting for messages…"));
        await this.polling.poll();
    }

    /** Stop immediately; the server completes and processes a call under way. */
    stop(message = _t("Stopped")) {
        this.polling.stop();
        this.abort();
        this.state.isWaiting = false;
        this.showMessage(message);
    }

    abort() {
        this.call?.abort(false); // from now on it neither resolves nor rejects
        this.call = null;
    }

    /** Fetch one notification after the other until there is a reason to pause or to stop. */
    async receive() {
        let answer;
        let emptyCount = 0; // since the last notification
        do {
            try {
                answer = await this.fetchNotification();
            } catch (error) {
                this.fail(this.getErrorMessage(error));
                return;
            }
            if (answer.outcome === "taken") {
                this.addNotification(answer);
                emptyCount = 0;
            } else if (answer.outcome === "empty") {
                emptyCount++;
            }
        } while (
            answer.outcome === "taken" ||
            (answer.outcome === "empty" && emptyCount < EMPTY_LIMIT)
        );
        if (answer.outcome === "busy") {
            this.showMessage(_t("The scheduled action is running. Waiting for it to finish…"));
        } else if (answer.outcome === "empty") {
            this.stop(this.state.count ? _t("No more messages") : _t("No messages"));
        } else {
            this.fail(answer.message);
        }
    }

    async fetchNotification() {
        const model = "telegram.instance";
        const method = "fetch_notification";
        this.call = rpc(
            `/web/dataset/call_kw/${model}/${method}`,
            { model, method, args: [[this.props.instanceId]], kwargs: { context: user.context } },
            { silent: true }
        );
        try {
            return await this.call;
        } finally {
            this.call = null;
        }
    }

    addNotification({ kind, chat, text, json }) {
        this.state.count++;
        this.state.notifications.unshift({ id: this.state.count, kind, chat, text, json });
        this.state.notifications.splice(NOTIFICATIONS_LIMIT);
        this.showMessage(_t("Waiting for messages…"));
    }

    showMessage(message) {
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

    getErrorMessage(error) {
        return getErrorMessage(
            error,
            _t("The messages could not be received. See the server log for details.")
        );
    }
}

import { Component, onMounted, onWillDestroy, status, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

export const LOOK_PAUSE = 2000; // ms between two looks at the message
export const STARTING_PAUSE = 6000; // ms until it is tried again while the instance restarts

const GOES_ON = ["starting", "queued", "sent"];

/** Sends a message to the account itself, and follows it until it has come back. */
export class TelegramStartTest extends Component {
    static template = "telegram_green_api.StartTest";
    static props = { startId: Number, explain: Function, onProven: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ status: "", message: "" });
        onMounted(() => this.ask("send_test"));
        onWillDestroy(() => browser.clearTimeout(this.timer));
    }

    /** The way of the message: what is done, what is going on, what is to come. */
    get places() {
        const { status: now } = this.state;
        const reached = { sent: 1, proven: 2 }[now] ?? 0;
        const isFailed = now === "failed";
        return [_t("Odoo sends it"), _t("Telegram has it, and the service reports it")].map(
            (name, index) => ({
                name,
                isDone: index < reached,
                isGoingOn: index === reached && !isFailed,
                isFailed: index === reached && isFailed,
            })
        );
    }

    /** @param {"send_test"|"look"} method */
    async ask(method) {
        browser.clearTimeout(this.timer);
        let answer;
        try {
            answer = await this.orm.silent.call("telegram.onboarding", method, [[this.props.startId]]);
        } catch (error) {
            answer = { status: "failed", message: this.props.explain(error) };
        }
        if (status(this) === "destroyed") {
            return;
        }
        Object.assign(this.state, answer);
        if (answer.status === "proven") {
            this.props.onProven();
        } else if (GOES_ON.includes(answer.status)) {
            const isStarting = answer.status === "starting";
            const next = isStarting ? "send_test" : "look";
            const pause = isStarting ? STARTING_PAUSE : LOOK_PAUSE;
            this.timer = browser.setTimeout(() => this.ask(next), pause);
        }
    }
}

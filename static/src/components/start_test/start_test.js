import { Component, markup, onMounted, status, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { usePolling } from "../../utils/polling_hook";

export const DELAY = 2000; // ms between two checks of the message
export const STARTING_DELAY = 6000; // ms before the next try while the instance restarts

/** Send a message to the account itself, and check its status until it has come back. */
export class TelegramStartTest extends Component {
    static template = "telegram_green_api.StartTest";
    static props = {
        startId: Number,
        getErrorMessage: Function,
        /** The message came back; there may be a question about its look. */
        onReceived: Function,
        /** Called with whether all questions are answered, so that they can be saved. */
        onAnswered: Function,
        onProven: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            status: "",
            message: "",
            /** The questions about what the phone shows, see telegram.onboarding. */
            looks: [],
            answers: {},
            failure: "",
        });
        this.polling = usePolling(
            () => this.fetchStatus(),
            () => this.getDelay()
        );
        onMounted(() => this.polling.poll());
        useEffect(
            (isAnswered) => this.props.onAnswered(isAnswered),
            () => [this.isAnswered]
        );
    }

    get isUnderWay() {
        return ["queued", "sent"].includes(this.state.status);
    }

    /** Return the two steps of the message, with the state of each. */
    get steps() {
        const { status: currentStatus } = this.state;
        const stepsDone = { sent: 1, proven: 2 }[currentStatus] ?? 0;
        const isFailed = currentStatus === "failed";
        return [_t("Odoo sends the message"), _t("GREEN-API reports it back to Odoo")].map(
            (name, index) => ({
                name,
                isDone: index < stepsDone,
                isCurrent: index === stepsDone && !isFailed,
                isFailed: index === stepsDone && isFailed,
            })
        );
    }

    /** Fetch the status of the message, or send the message unless it is under way. */
    async fetchStatus() {
        const method = this.isUnderWay ? "check_test" : "send_test";
        let answer;
        try {
            answer = await this.orm.silent.call("telegram.onboarding", method, [
                [this.props.startId],
            ]);
        } catch (error) {
            answer = { status: "failed", message: this.props.getErrorMessage(error) };
        }
        if (status(this) === "destroyed") {
            return;
        }
        this.applyAnswer(answer);
    }

    applyAnswer(answer) {
        Object.assign(this.state, answer);
        if (answer.status !== "proven") {
            return;
        }
        this.props.onReceived();
        if (!answer.looks?.length) {
            this.props.onProven();
        }
    }

    /** Return the questions, without those that do not matter if nothing is formatted. */
    get looks() {
        const isOff = this.state.answers.scope === "off";
        return this.state.looks.filter(({ name }) => name === "scope" || !isOff);
    }

    get isAnswered() {
        const { looks } = this;
        return looks.length > 0 && looks.every(({ name }) => this.state.answers[name]);
    }

    toMarkup(look) {
        return markup(look); // the server has escaped the text
    }

    async onSaveLooks() {
        this.state.failure = "";
        const answers = Object.fromEntries(
            this.looks.map(({ name }) => [name, this.state.answers[name]])
        );
        try {
            const args = [[this.props.startId], answers];
            this.applyAnswer(
                await this.orm.silent.call("telegram.onboarding", "store_looks", args)
            );
        } catch (error) {
            this.state.failure = this.props.getErrorMessage(error);
        }
    }

    getDelay() {
        if (this.state.status === "starting") {
            return STARTING_DELAY;
        }
        return this.isUnderWay ? DELAY : undefined;
    }
}

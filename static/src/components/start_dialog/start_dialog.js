import { Component, onWillDestroy, onWillStart, useRef, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { getErrorMessage } from "../../utils/error_message";
import { TelegramSignIn } from "../sign_in/sign_in";
import { TelegramStartOperators } from "../start_operators/start_operators";
import { TelegramStartTest } from "../start_test/start_test";

export const CONSOLE_URL = "https://console.green-api.com";

// What was typed before a dialog was closed, perhaps by accident; never the token, which is secret.
let typed = {};

/**
 * Guide the user through the setup of an account, until it sends and receives messages.
 *
 * The server stores the current step, so a dialog that was closed continues where it stopped.
 */
export class TelegramStartDialog extends Component {
    static template = "telegram_green_api.StartDialog";
    static components = { Dialog, TelegramSignIn, TelegramStartOperators, TelegramStartTest };
    static props = {
        close: Function,
        instanceId: { type: [Number, Boolean], optional: true },
        /** Whether to test again an account that was already tested. */
        isTest: { type: Boolean, optional: true },
        /** Called with the action to execute when the dialog is closed. */
        onLeave: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            /** The latest answer of the server, see telegram.onboarding. */
            start: null,
            /** "begin", "register", "operators", or a step of the server. */
            step: "",
            failure: "",
            isBusy: false,
            isTested: false,
            /** Whether the questions of the test can be saved. */
            isAnswered: false,
            form: { name: "", id_instance: "", api_url: "", ...typed },
            /** The account with the entered instance ID, if it is connected already. */
            connected: null,
            receiveMode: "polling",
            /** The result of setting the receiving method: { message, isGood }. */
            receiving: null,
        });
        this.tokenRef = useRef("token");
        this.consoleUrl = CONSOLE_URL;
        this.keepToken = _t("Stored. Leave empty to keep it.");
        this.getErrorMessage = this.getErrorMessage.bind(this);
        this.fetchStep = this.fetchStep.bind(this);
        this.onReceived = () => {
            this.state.isTested = true;
        };
        this.onAnswered = (isAnswered) => {
            this.state.isAnswered = isAnswered;
        };
        this.onProven = this.onProven.bind(this);
        this.onOperatorsSaved = () => this.goTo("done");
        onWillDestroy(() => {
            typed = this.state.start?.instance ? {} : { ...this.state.form };
        });
        onWillStart(async () => {
            if (await this.call("start", [this.props.instanceId || false])) {
                this.showStep();
                if (this.props.isTest && this.state.step === "done") {
                    this.goTo("test");
                }
            }
        });
    }

    get title() {
        const { instance } = this.state.start || {};
        return instance ? _t("Connect %s", instance.name) : _t("Connect a Telegram Account");
    }

    get steps() {
        const steps = [
            ["credentials", _t("Credentials")],
            ["sign_in", _t("Sign-In")],
            ["receiving", _t("Receiving")],
            ["test", _t("Test")],
            ["operators", _t("Operators")],
        ];
        const order = steps.map(([key]) => key);
        const { step } = this.state;
        const currentIndex = step === "done" ? steps.length : Math.max(order.indexOf(step), 0);
        return steps.map(([key, name], index) => ({
            key,
            name,
            number: index + 1,
            isDone: index < currentIndex,
            isCurrent: index === currentIndex,
        }));
    }

    /** Return the label of the button that continues the setup of an account. */
    getContinueLabel(account) {
        return _t("Continue with “%s”", account.name);
    }

    get proposedUrl() {
        const digits = this.state.form.id_instance.replace(/\s/g, "");
        return /^\d{4}/.test(digits) ? `https://${digits.slice(0, 4)}.api.green-api.com` : "";
    }

    /** Update the dialog to the step that the server returned. */
    showStep() {
        const { step, instance } = this.state.start;
        if (instance) {
            const { name, id_instance, api_url, receive_mode } = instance;
            Object.assign(this.state.form, { name, id_instance, api_url });
            this.state.receiveMode = receive_mode;
        }
        if (step === "credentials" && instance?.has_api_token) {
            this.state.failure = instance.message; // why GREEN-API refuses the stored ones
        }
        this.state.step = step === "credentials" && !instance ? "begin" : step;
    }

    /** Fetch the current step of the server and go to it. */
    async fetchStep() {
        if (await this.call("get_progress", [[this.state.start.id]])) {
            this.showStep();
        }
    }

    goTo(step) {
        Object.assign(this.state, { step, failure: "", receiving: null, connected: null });
        if (step === "test") {
            this.state.isTested = false;
        }
    }

    /** Continue the setup of an account that was left before its end. */
    async onContinue(instanceId) {
        if (await this.call("start", [instanceId])) {
            this.showStep();
        }
    }

    /** Return the classes of a field, which is marked if its value is malformed. */
    getFieldClass(name) {
        return { "is-invalid": this.state.start.invalid === name };
    }

    /** Test and store the credentials; those of a connected account only if the user says so. */
    async onSubmitCredentials(isReplacing = false) {
        const { name, id_instance, api_url } = this.state.form;
        const input = this.tokenRef.el;
        const args = [[this.state.start.id], name, id_instance, input.value, api_url];
        if (isReplacing) {
            args.push(true);
        }
        this.state.connected = null;
        // The token stays in its field until it is accepted, and goes with the field then.
        if (!(await this.call("connect", args))) {
            return;
        }
        if (this.state.start.connected) {
            this.state.connected = this.state.start.connected;
        } else if (this.state.start.error) {
            this.state.failure = this.state.start.error;
        } else {
            this.showStep();
        }
    }

    async onChooseReceiving() {
        this.state.receiving = null;
        const args = [[this.state.start.id], this.state.receiveMode];
        if (!(await this.call("set_receiving", args))) {
            return;
        }
        const { message, is_good: isGood } = this.state.start;
        this.state.receiving = { message, isGood };
        if (isGood) {
            this.showStep();
        }
    }

    onProven() {
        this.goTo(this.props.isTest ? "done" : "operators");
    }

    onOpenConnected() {
        this.props.onLeave?.({
            type: "ir.actions.act_window",
            res_model: "telegram.instance",
            res_id: this.state.connected.id,
            views: [[false, "form"]],
        });
        this.props.close();
    }

    onOpenPartners() {
        this.props.onLeave?.("telegram_green_api.telegram_api_partner_action");
        this.props.close();
    }

    onFinish() {
        if (!this.props.instanceId) {
            this.props.onLeave?.({
                type: "ir.actions.act_window",
                res_model: "telegram.instance",
                res_id: this.state.start.instance.id,
                views: [[false, "form"]],
            }); // otherwise the dialog was opened from the form of the account
        }
        this.props.close();
    }

    /**
     * Call a method of telegram.onboarding, and store its answer or the error message.
     *
     * @param {string} method
     * @param {any[]} args
     * @returns {Promise<boolean>} whether there was an answer
     */
    async call(method, args) {
        if (this.state.isBusy) {
            return false;
        }
        this.state.isBusy = true;
        this.state.failure = "";
        try {
            this.state.start = await this.orm.silent.call("telegram.onboarding", method, args);
            return true;
        } catch (error) {
            this.state.failure = this.getErrorMessage(error);
            return false;
        } finally {
            this.state.isBusy = false;
        }
    }

    getErrorMessage(error) {
        return getErrorMessage(error, _t("An error occurred. See the server log for details."));
    }
}

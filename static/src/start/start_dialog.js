import { Component, onWillStart, useRef, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { explainError } from "@telegram_green_api/core/web/explain_error";
import { TelegramSignIn } from "../sign_in/sign_in";
import { TelegramStartTest } from "./start_test";

export const CONSOLE_URL = "https://console.green-api.com";

/**
 * The guided start: leads from an id and a token, or from nothing, to an account that sends and
 * receives. How far it is, the server knows; so it goes on where it was closed.
 */
export class TelegramStartDialog extends Component {
    static template = "telegram_green_api.StartDialog";
    static components = { Dialog, TelegramSignIn, TelegramStartTest };
    static props = {
        close: Function,
        instanceId: { type: [Number, Boolean], optional: true },
        /** Whether to test an account once more that was tested already. */
        isTest: { type: Boolean, optional: true },
        /** Called with the action to go on with when the dialog is closed. */
        onLeave: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            /** What the server said last, see telegram.onboarding. */
            start: null,
            /** "begin", "register", or a step of the server. */
            step: "",
            failure: "",
            isBusy: false,
            isTested: false,
            form: { name: "", id_instance: "", api_url: "" },
            receiveMode: "polling",
            /** What came of the way of receiving: { message, isGood }. */
            receiving: null,
        });
        this.tokenRef = useRef("token");
        this.consoleUrl = CONSOLE_URL;
        this.explain = this.explain.bind(this);
        this.goOn = this.goOn.bind(this);
        this.onProven = this.onProven.bind(this);
        onWillStart(async () => {
            if (await this.call("begin", [this.props.instanceId || false])) {
                this.show();
                if (this.props.isTest && this.state.step === "done") {
                    this.go("test");
                }
            }
        });
    }

    get title() {
        const { instance } = this.state.start || {};
        return instance ? _t("Connect %s", instance.name) : _t("Connect a Telegram account");
    }

    get steps() {
        const steps = [
            ["credentials", _t("Id and token")],
            ["sign_in", _t("Sign in")],
            ["receiving", _t("Receiving")],
            ["test", _t("Test")],
        ];
        const order = steps.map(([key]) => key);
        const { step } = this.state;
        const now = step === "done" ? steps.length : Math.max(order.indexOf(step), 0);
        return steps.map(([key, name], index) => ({
            key,
            name,
            number: index + 1,
            isDone: index < now,
            isNow: index === now,
        }));
    }

    get proposedUrl() {
        const digits = this.state.form.id_instance.trim();
        return /^\d{4}/.test(digits) ? `https://${digits.slice(0, 4)}.api.green-api.com` : "";
    }

    /** Go to the step that the server is at. */
    show() {
        const { step, instance } = this.state.start;
        if (instance) {
            const { name, id_instance, api_url, receive_mode } = instance;
            Object.assign(this.state.form, { name, id_instance, api_url });
            this.state.receiveMode = receive_mode;
        }
        this.state.step = step === "credentials" && !instance ? "begin" : step;
    }

    /** Ask the server how far it is, and go there. */
    async goOn() {
        if (await this.call("describe", [[this.state.start.id]])) {
            this.show();
        }
    }

    go(step) {
        Object.assign(this.state, { step, failure: "", receiving: null });
    }

    async onSubmitCredentials() {
        const { name, id_instance, api_url } = this.state.form;
        const input = this.tokenRef.el;
        const args = [[this.state.start.id], name, id_instance, input.value, api_url];
        input.value = ""; // a secret stays nowhere longer than needed
        if (!(await this.call("connect", args))) {
            return;
        }
        if (this.state.start.refusal) {
            this.state.failure = this.state.start.refusal;
        } else {
            this.show();
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
            this.show();
        }
    }

    onProven() {
        this.state.isTested = true;
        this.go("done");
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
            }); // else its form is there
        }
        this.props.close();
    }

    /**
     * Call a method of telegram.onboarding and keep its answer; say why when there is none.
     *
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
            this.state.failure = this.explain(error);
            return false;
        } finally {
            this.state.isBusy = false;
        }
    }

    explain(error) {
        return explainError(error, _t("Something went wrong in Odoo. Its log says what."));
    }
}

/** Open the guided start; afterwards the page shows what has become of the instance. */
export function openStart(env, action) {
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

registry.category("actions").add("telegram_green_api.start", openStart);

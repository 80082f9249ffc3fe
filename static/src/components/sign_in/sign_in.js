import { Component, onMounted, status, useEffect, useRef, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { getErrorMessage } from "../../utils/error_message";
import { usePolling } from "../../utils/polling_hook";

export const DELAY = 4000; // ms between two requests
export const LONG_DELAY = 10000; // ms, while no change is expected soon

/**
 * Sign in to a Telegram account, and display the instructions for each step.
 *
 * The user scans a QR code, which is renewed regularly, or enters a phone number and the code that
 * Telegram sends. With two-step verification, the user also enters the password.
 *
 * It calls the methods of telegram.sign.in: as a widget of its form on the form's record,
 * elsewhere on the record with the id ``resId``.
 */
export class TelegramSignIn extends Component {
    static template = "telegram_green_api.SignIn";
    static props = {
        ...standardWidgetProps,
        record: { ...standardWidgetProps.record, optional: true },
        resId: { type: Number, optional: true },
        onAuthorized: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.passwordRef = useRef("password");
        this.phoneRef = useRef("phone");
        this.codeRef = useRef("code");
        this.state = useState({
            /** The latest answer of the server: { state, message, problem, qr }. */
            answer: null,
            /** The error of the latest call, if it failed. */
            failure: "",
            passwordRefusal: "",
            isSendingPassword: false,
            isByPhone: false,
            /** The phone number that a code was sent to. */
            phone: "",
            phoneRefusal: "",
            isSendingPhone: false,
        });
        this.calls = new Mutex();
        useEffect(
            (input, isSending) => {
                if (input && !isSending) {
                    input.focus();
                }
            },
            () => [this.passwordRef.el, this.state.isSendingPassword, this.state.passwordRefusal]
        );
        useEffect(
            (input, isSending) => {
                if (input && !isSending) {
                    input.focus();
                }
            },
            () => [this.codeRef.el || this.phoneRef.el, this.state.isSendingPhone]
        );
        this.polling = usePolling(
            () => this.fetchState(),
            () => this.getDelay()
        );
        onMounted(() => this.polling.poll());
    }

    get isAuthorized() {
        return this.state.answer?.state === "authorized" && !this.state.answer.problem;
    }

    /** Return whether to ask for the password, also while a call fails: it may be half typed. */
    get isPasswordWanted() {
        return this.state.answer?.state === "pendingPassword";
    }

    /** Return whether a QR code, or a phone number and its code, is the next step. */
    get isSignInWanted() {
        const { answer, failure } = this.state;
        return !failure && answer?.state === "notAuthorized" && !answer.problem;
    }

    /** Return whether to ask for the number or the code, also while a call fails. */
    get isPhoneWanted() {
        return this.state.isByPhone && this.state.answer?.state === "notAuthorized";
    }

    /** Return whether the user has to wait for a step that needs no action. */
    get isWaiting() {
        const { answer, failure } = this.state;
        return !failure && (!answer || (answer.state === "starting" && !answer.problem));
    }

    get qrSource() {
        const { answer, failure } = this.state;
        return !failure && answer?.qr && !this.state.isByPhone
            ? `data:image/png;base64,${answer.qr}`
            : "";
    }

    get message() {
        if (this.state.failure) {
            return this.state.failure;
        }
        if (this.state.answer?.problem) {
            return this.state.answer.message;
        }
        if (this.isPasswordWanted && this.state.passwordRefusal) {
            return ""; // displayed below the field
        }
        if (this.isPasswordWanted) {
            return _t("Enter the password of two-step verification.");
        }
        if (this.isPhoneWanted) {
            return this.state.phone
                ? _t("Telegram is sending a code to %(phone)s, in the app or by SMS.", {
                      phone: this.state.phone,
                  })
                : _t("Enter the phone number of the Telegram account to receive a code.");
        }
        return this.state.answer?.message || _t("Checking the account…");
    }

    /** Fetch the state of the sign-in; sign-in by phone number needs no QR code. */
    async fetchState() {
        await (this.state.isByPhone ? this.call("refresh", false) : this.call("refresh"));
    }

    onChangeMethod() {
        Object.assign(this.state, {
            isByPhone: !this.state.isByPhone,
            phone: "",
            phoneRefusal: "",
        });
        if (!this.state.isByPhone) {
            this.polling.poll();
        }
    }

    async onSubmitPhone() {
        const phone = this.phoneRef.el.value.trim();
        if (phone && (await this.submitByPhone("request_code", phone))) {
            this.state.phone = phone;
        }
    }

    async onSubmitCode() {
        const input = this.codeRef.el;
        const code = input.value.trim();
        input.value = "";
        if (code) {
            await this.submitByPhone("submit_code", code);
        }
    }

    onOtherPhone() {
        this.state.phone = "";
        this.state.phoneRefusal = "";
    }

    /**
     * Submit a phone number or a code. If it is refused, the reason is displayed below the field.
     *
     * @param {"request_code"|"submit_code"} method
     * @param {string} text
     * @returns {Promise<boolean>} whether it was accepted
     */
    async submitByPhone(method, text) {
        if (this.state.isSendingPhone) {
            return false;
        }
        this.state.isSendingPhone = true;
        this.state.phoneRefusal = "";
        const isAnswered = await this.submit(method, text);
        this.state.isSendingPhone = false;
        const isAccepted = isAnswered && this.state.answer.accepted;
        const { message, problem } = this.state.answer || {};
        if (isAnswered && !isAccepted && !problem && this.isPhoneWanted) {
            this.state.phoneRefusal = message;
        }
        return isAccepted;
    }

    async onSubmitPassword() {
        const input = this.passwordRef.el;
        const password = input.value;
        if (!password || this.state.isSendingPassword) {
            return;
        }
        input.value = ""; // a secret is not kept longer than needed
        this.state.isSendingPassword = true;
        this.state.passwordRefusal = "";
        const isAnswered = await this.submit("submit_password", password);
        this.state.isSendingPassword = false;
        if (isAnswered && !this.state.answer.problem && this.isPasswordWanted) {
            this.state.passwordRefusal = this.state.answer.message;
        }
    }

    /** Call a method of the wizard in place of the next scheduled call. */
    submit(method, ...args) {
        return this.polling.poll(() => this.call(method, ...args));
    }

    /**
     * Call a method of the wizard, after the call under way if there is one.
     *
     * @param {"refresh"|"submit_password"|"request_code"|"submit_code"} method
     * @param {...any} args
     * @returns {Promise<boolean>} whether there was an answer
     */
    async call(method, ...args) {
        const isAnswered = await this.calls.exec(() => this.fetchAnswer(method, args));
        if (status(this) === "destroyed") {
            return false;
        }
        if (this.isAuthorized) {
            this.props.onAuthorized?.();
        }
        return isAnswered;
    }

    async fetchAnswer(method, args) {
        if (status(this) === "destroyed") {
            return false;
        }
        try {
            const ids = [await this.getResId()];
            this.state.answer = await this.orm.silent.call("telegram.sign.in", method, [
                ids,
                ...args,
            ]);
            this.state.failure = "";
        } catch (error) {
            this.state.failure = this.getErrorMessage(error);
        }
        return !this.state.failure;
    }

    /** Return the id of the wizard's record, which is saved first if it is new. */
    async getResId() {
        const { record, resId } = this.props;
        if (resId) {
            return resId;
        }
        if (!record.resId) {
            await record.save();
        }
        return record.resId;
    }

    getErrorMessage(error) {
        return getErrorMessage(
            error,
            _t("The account could not be checked. Trying again…"),
            _t("Odoo cannot be reached. Trying again…")
        );
    }

    getDelay() {
        if (this.isAuthorized) {
            return undefined;
        }
        const { answer, failure } = this.state;
        return !failure && (answer?.state === "starting" || answer?.problem) ? LONG_DELAY : DELAY;
    }
}

registry.category("view_widgets").add("telegram_sign_in", { component: TelegramSignIn });

import {
    Component,
    onMounted,
    onWillDestroy,
    status,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { explainError } from "@telegram_green_api/core/web/explain_error";

export const PAUSE = 4000; // ms between two questions to the service
export const LONG_PAUSE = 10000; // ms, where nothing is going to change soon

/**
 * Leads to an authorized Telegram account: shows the QR code, which renews itself, or asks for the
 * phone number and the code that Telegram sends; asks for the password of two-step verification
 * where there is one, and says what to do at each step.
 *
 * For the form of telegram.sign.in, whose methods it calls; elsewhere, ``record`` is an object with
 * the ``resId`` of one.
 */
export class TelegramSignIn extends Component {
    static template = "telegram_green_api.SignIn";
    static props = { ...standardWidgetProps, onAuthorized: { type: Function, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.passwordRef = useRef("password");
        this.phoneRef = useRef("phone");
        this.codeRef = useRef("code");
        this.state = useState({
            /** What the server said last: { state, message, problem, qr }. */
            answer: null,
            /** Why there is no newer answer. */
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
        onMounted(() => this.refresh());
        onWillDestroy(() => browser.clearTimeout(this.timer));
    }

    get isAuthorized() {
        return this.state.answer?.state === "authorized" && !this.state.answer.problem;
    }

    get isPasswordWanted() {
        return this.state.answer?.state === "pendingPassword" && !this.state.answer.problem;
    }

    /** Whether a QR code, or a phone number and its code, would be the next step. */
    get isSignInWanted() {
        const { answer, failure } = this.state;
        return !failure && answer?.state === "notAuthorized" && !answer.problem;
    }

    get isPhoneWanted() {
        return this.state.isByPhone && this.isSignInWanted;
    }

    /** Whether something goes on that ends by itself. */
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
        if (this.isPasswordWanted && this.state.passwordRefusal) {
            return ""; // said at the field
        }
        if (this.isPhoneWanted) {
            return this.state.phone
                ? _t("Telegram sends a code to %(phone)s, in the app or as an SMS.", {
                      phone: this.state.phone,
                  })
                : _t("Enter the phone number of the Telegram account. Telegram sends it a code.");
        }
        return this.state.answer?.message || _t("Asking for the state of the account…");
    }

    /** Ask how far the sign-in is, and go on asking until it is done. */
    async refresh() {
        await (this.state.isByPhone ? this.ask("refresh", false) : this.ask("refresh"));
    }

    onChangeWay() {
        Object.assign(this.state, {
            isByPhone: !this.state.isByPhone,
            phone: "",
            phoneRefusal: "",
        });
        if (!this.state.isByPhone) {
            this.refresh();
        }
    }

    async onSubmitPhone() {
        const phone = this.phoneRef.el.value.trim();
        if (phone && (await this.askByPhone("send_code", phone))) {
            this.state.phone = phone;
        }
    }

    async onSubmitCode() {
        const input = this.codeRef.el;
        const code = input.value.trim();
        input.value = "";
        if (code) {
            await this.askByPhone("give_code", code);
        }
    }

    onOtherPhone() {
        this.state.phone = "";
        this.state.phoneRefusal = "";
    }

    /**
     * @param {"send_code"|"give_code"} method
     * @param {string} text
     * @returns {Promise<boolean>} whether it was accepted; why not is said at the field
     */
    async askByPhone(method, text) {
        if (this.state.isSendingPhone) {
            return false;
        }
        this.state.isSendingPhone = true;
        this.state.phoneRefusal = "";
        const isAnswered = await this.ask(method, text);
        this.state.isSendingPhone = false;
        const isAccepted = isAnswered && this.state.answer.accepted;
        if (isAnswered && !isAccepted && this.isPhoneWanted) {
            this.state.phoneRefusal = this.state.answer.message;
        }
        return isAccepted;
    }

    async onSubmitPassword() {
        const input = this.passwordRef.el;
        const password = input.value;
        if (!password || this.state.isSendingPassword) {
            return;
        }
        input.value = ""; // a secret stays nowhere longer than needed
        this.state.isSendingPassword = true;
        this.state.passwordRefusal = "";
        const isAnswered = await this.ask("send_password", password);
        this.state.isSendingPassword = false;
        if (isAnswered && this.isPasswordWanted) {
            this.state.passwordRefusal = this.state.answer.message;
        }
    }

    /**
     * Call a method of the wizard, after the call under way if there is one.
     *
     * @param {"refresh"|"send_password"|"send_code"|"give_code"} method
     * @param {...any} args
     * @returns {Promise<boolean>} whether there was an answer
     */
    async ask(method, ...args) {
        browser.clearTimeout(this.timer);
        const isAnswered = await this.calls.exec(() => this.call(method, args));
        browser.clearTimeout(this.timer);
        if (status(this) === "destroyed") {
            return false;
        }
        if (this.isAuthorized) {
            this.props.onAuthorized?.();
        } else {
            this.timer = browser.setTimeout(() => this.refresh(), this.getPause());
        }
        return isAnswered;
    }

    async call(method, args) {
        if (status(this) === "destroyed") {
            return false;
        }
        try {
            if (!this.props.record.resId) {
                await this.props.record.save();
            }
            const ids = [this.props.record.resId];
            this.state.answer = await this.orm.silent.call("telegram.sign.in", method, [
                ids,
                ...args,
            ]);
            this.state.failure = "";
        } catch (error) {
            this.state.failure = this.explain(error);
        }
        return !this.state.failure;
    }

    explain(error) {
        return explainError(
            error,
            _t("Odoo could not find out the state of the account. It is tried again."),
            _t("Odoo cannot be reached just now. It is tried again until it works.")
        );
    }

    getPause() {
        const { answer, failure } = this.state;
        return !failure && (answer?.state === "starting" || answer?.problem) ? LONG_PAUSE : PAUSE;
    }
}

registry.category("view_widgets").add("telegram_sign_in", { component: TelegramSignIn });

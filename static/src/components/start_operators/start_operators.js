import { Component, onWillStart, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/** Select the users who write with an account. They get the right to use Telegram if needed. */
export class TelegramStartOperators extends Component {
    static template = "telegram_green_api.StartOperators";
    static props = { startId: Number, getErrorMessage: Function, onSaved: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ users: [], failure: "", search: "" });
        onWillStart(async () => {
            const users = await this.call("get_operator_candidates");
            this.state.users = users ?? [];
        });
    }

    /** Return the users whose name or e-mail contains the searched text, and all selected ones. */
    get users() {
        const search = this.state.search.trim().toLowerCase();
        return this.state.users.filter(
            ({ name, email, is_selected }) =>
                is_selected || `${name} ${email}`.toLowerCase().includes(search)
        );
    }

    async onSave() {
        const selected = this.state.users.filter(({ is_selected }) => is_selected);
        const saved = await this.call(
            "set_operators",
            selected.map(({ id }) => id)
        );
        if (saved !== undefined) {
            this.props.onSaved();
        }
    }

    /** Call a method of telegram.onboarding; show why it failed and return undefined. */
    async call(method, ...args) {
        this.state.failure = "";
        try {
            const answer = await this.orm.silent.call("telegram.onboarding", method, [
                [this.props.startId],
                ...args,
            ]);
            return answer ?? false;
        } catch (error) {
            this.state.failure = this.props.getErrorMessage(error);
            return undefined;
        }
    }
}

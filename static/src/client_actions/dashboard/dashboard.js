import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const DAYS = 30; // the first period

/** Client action: the figures of the accounts. Each of them opens its list. */
export class TelegramDashboard extends Component {
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static template = "telegram_green_api.Dashboard";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ days: DAYS, account: false, figures: undefined });
        onWillStart(() => this.load());
    }

    async load() {
        const { days, account } = this.state;
        this.state.figures = await this.orm.call("telegram.dashboard", "get_figures", [
            [],
            days,
            account,
        ]);
    }

    async onSelectPeriod(ev) {
        this.state.days = Number(ev.target.value);
        await this.load();
    }

    async onSelectAccount(ev) {
        this.state.account = Number(ev.target.value) || false;
        await this.load();
    }

    /** Return the width of a bar as a part of the longest one of its table. */
    getWidth(table, row) {
        const total = ({ received, sent }) => received + sent;
        const longest = Math.max(1, ...table.rows.map(total));
        return `width: ${(100 * total(row)) / longest}%`;
    }

    openList(name, model, domain) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain,
        });
    }

    openRow(table, row) {
        this.openList(_t("Messages: %s", row.label), "telegram.message", row.domain);
    }
}

registry.category("actions").add("telegram_green_api.dashboard", TelegramDashboard);

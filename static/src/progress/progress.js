import { Component, onWillDestroy, useEffect } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

export const PAUSE = 1500; // ms between two looks

const SMALLEST = 4; // percent

/**
 * Shows how far something in the background has come, and looks again as long as it runs.
 *
 * Its options name the fields of the form: running (a boolean), done, total and message. Where
 * somebody is changing the form, it is not read again: what they typed stays.
 */
export class TelegramProgress extends Component {
    static template = "telegram_green_api.Progress";
    static props = {
        ...standardWidgetProps,
        running: String,
        done: String,
        total: String,
        message: String,
    };

    setup() {
        useEffect(
            (isRunning) => {
                if (isRunning) {
                    this.lookLater();
                }
                return () => browser.clearTimeout(this.timer);
            },
            () => [this.isRunning]
        );
        onWillDestroy(() => {
            this.isGone = true;
            browser.clearTimeout(this.timer);
        });
    }

    get data() {
        return this.props.record.data;
    }

    get isRunning() {
        return this.data[this.props.running];
    }

    get message() {
        return this.data[this.props.message];
    }

    get percent() {
        const total = this.data[this.props.total];
        return total ? Math.round((100 * this.data[this.props.done]) / total) : 0;
    }

    /** A bar of which nothing can be seen seems not to move at all. */
    get width() {
        return Math.max(this.percent, SMALLEST);
    }

    lookLater() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.look(), PAUSE);
    }

    async look() {
        const { record } = this.props;
        try {
            if (!(await record.isDirty())) {
                await record.load();
            }
        } finally {
            if (!this.isGone && this.isRunning) {
                this.lookLater();
            }
        }
    }
}

registry.category("view_widgets").add("telegram_progress", {
    component: TelegramProgress,
    extractProps: ({ options }) => options,
});

import { Component, useEffect } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { usePolling } from "../../utils/polling_hook";

export const DELAY = 1500; // ms between two reads of the record

const MIN_WIDTH = 4; // percent

/**
 * Display the progress of a background job, and reload the record while the job runs.
 *
 * Its options name the fields of the form: running (a boolean), done, total and message. Without a
 * message, nothing is displayed. A record with unsaved changes is not reloaded, because that would
 * discard them.
 */
export class TelegramProgress extends Component {
    static template = "telegram_green_api.Progress";
    static props = {
        ...standardWidgetProps,
        running: String,
        done: { type: String, optional: true },
        total: { type: String, optional: true },
        message: { type: String, optional: true },
    };

    setup() {
        const { schedule, stop } = usePolling(
            () => this.reload(),
            () => (this.isRunning ? DELAY : undefined)
        );
        useEffect(
            (isRunning) => {
                if (isRunning) {
                    schedule();
                }
                return stop;
            },
            () => [this.isRunning]
        );
    }

    get data() {
        return this.props.record.data;
    }

    get isRunning() {
        return this.data[this.props.running];
    }

    get message() {
        return this.props.message && this.data[this.props.message];
    }

    get percent() {
        const total = this.data[this.props.total];
        return total ? Math.round((100 * this.data[this.props.done]) / total) : 0;
    }

    /** Return the width of the bar in percent; an empty bar would not seem to move. */
    get width() {
        return Math.max(this.percent, MIN_WIDTH);
    }

    async reload() {
        const { record } = this.props;
        try {
            if (!(await record.isDirty())) {
                await record.load();
            }
        } catch (error) {
            Promise.reject(error); // displayed by Odoo's error handler; the polling continues
        }
    }
}

registry.category("view_widgets").add("telegram_progress", {
    component: TelegramProgress,
    extractProps: ({ options }) => options,
});

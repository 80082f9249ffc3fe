import { registry } from "@web/core/registry";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { JournalDashboardGraphField } from "@web/views/fields/journal_dashboard_graph/journal_dashboard_graph_field";

/**
 * A small bar chart of the messages of the last days, received and sent side by side. The value is
 * JSON: `{labels, series: [{key, values}]}`.
 */
export class TelegramTrafficField extends JournalDashboardGraphField {
    getBarChartConfig() {
        const scheme = cookie.get("color_scheme");
        const datasets = this.data.series.map(({ key, values }, index) => ({
            label: key,
            data: values,
            backgroundColor: getColor(index ? 2 : 1, scheme, "odoo"),
        }));
        return {
            type: "bar",
            data: { labels: this.data.labels, datasets },
            options: {
                maintainAspectRatio: false,
                animation: false,
                plugins: {
                    legend: { display: true, position: "bottom", labels: { boxWidth: 10 } },
                },
                scales: {
                    x: { grid: { display: false } },
                    y: { display: false, beginAtZero: true },
                },
            },
        };
    }
}

registry.category("fields").add("telegram_traffic", {
    component: TelegramTrafficField,
    supportedTypes: ["text"],
    extractProps: () => ({ graphType: "bar" }),
});

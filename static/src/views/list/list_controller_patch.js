import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ListController } from "@web/views/list/list_controller";

import { onWillUnmount, onMounted } from "@odoo/owl";

patch(ListController.prototype, {
    /** Reload a list of invoices after Odoo has sent some of them in the background. */
    setup() {
        super.setup(...arguments);
        if (this.props.resModel !== "account.move") {
            return;
        }
        const bus = useService("bus_service");
        const onSent = () => {
            const { root } = this.model;
            if (!root.editedRecord && !root.selection?.length) {
                root.load();
            }
        };
        onMounted(() => bus.subscribe("account_notification", onSent));
        onWillUnmount(() => bus.unsubscribe("account_notification", onSent));
    },
});

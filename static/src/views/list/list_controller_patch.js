import { RECORD_CHANGED } from "@telegram_green_api/discuss/core/common/discuss_core_common_service_patch";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ListController } from "@web/views/list/list_controller";

import { onWillUnmount, onMounted } from "@odoo/owl";

patch(ListController.prototype, {
    /** Reload a list of invoices after Odoo has sent some of them, or Telegram has refused one. */
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
        for (const notification of ["account_notification", RECORD_CHANGED]) {
            onMounted(() => bus.subscribe(notification, onSent));
            onWillUnmount(() => bus.unsubscribe(notification, onSent));
        }
    },
});

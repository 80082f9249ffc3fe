import { messageActionsRegistry } from "@mail/core/common/message_actions";
// The action that it adds is patched below.
import "@mail/discuss/message_pin/common/message_actions";

import { patch } from "@web/core/utils/patch";

patch(messageActionsRegistry.get("pin"), {
    /** Offer no pin to who only reads, such as a supervisor. */
    condition({ thread }) {
        return !thread?.telegram_read_only_reason && super.condition(...arguments);
    },
});

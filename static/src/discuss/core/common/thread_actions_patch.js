import { threadActionsRegistry } from "@mail/core/common/thread_actions";
import "@mail/discuss/core/common/thread_actions";

import { patch } from "@web/core/utils/patch";

// The members are the operators of the account, which an administrator selects on its form.
patch(threadActionsRegistry.get("invite-people"), {
    condition({ thread }) {
        return !thread?.isTelegram && super.condition(...arguments);
    },
});

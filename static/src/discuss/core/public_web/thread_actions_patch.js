import { threadActionsRegistry } from "@mail/core/common/thread_actions";
import "@mail/discuss/core/public_web/thread_actions";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const action = threadActionsRegistry.get("member-list");
const { icon, name } = action;

// In a Telegram conversation, the members are colleagues, not the customer or the group.
patch(action, {
    icon: ({ thread }) => (thread?.isTelegram ? "fa fa-fw fa-headphones" : icon),
    name: ({ thread }) => (thread?.isTelegram ? _t("Operators") : name),
});

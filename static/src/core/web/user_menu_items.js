import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const GUIDE = "/telegram_green_api/guide/index"; // in the user's language

/** The user's guide, in the menu of the user. */
function guideItem(env) {
    return {
        type: "item",
        id: "telegram_guide",
        description: _t("Telegram Guide"),
        href: GUIDE,
        callback: () => browser.open(GUIDE, "_blank"),
        show: () => Boolean(env.services["mail.store"].is_telegram_user),
        sequence: 25,
    };
}

registry.category("user_menuitems").add("telegram_green_api.guide", guideItem);

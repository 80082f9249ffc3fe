import { DiscussAppCategory } from "@mail/discuss/core/public_web/discuss_app_category_model";
import { compareDatetime } from "@mail/utils/common/misc";
import { TELEGRAM_CATEGORY } from "@telegram_green_api/core/public_web/discuss_app_model_patch";

import { patch } from "@web/core/utils/patch";

patch(DiscussAppCategory.prototype, {
    /** Sort the Telegram conversations by their latest message, the newest first. */
    sortThreads(t1, t2) {
        // By its ID, as Odoo does: thousands of conversations are compared.
        if (this.id === TELEGRAM_CATEGORY) {
            return compareDatetime(t2.lastInterestDt, t1.lastInterestDt) || t2.id - t1.id;
        }
        return super.sortThreads(...arguments);
    },
});

import { fields } from "@mail/core/common/record";
import { ResPartner } from "@mail/core/common/res_partner_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").ResPartner} */
const partnerPatch = {
    setup() {
        super.setup(...arguments);
        /** Conversations with this customer. */
        this.telegramThreads = fields.Many("Thread", { inverse: "telegram_partner_id" });
    },
};
patch(ResPartner.prototype, partnerPatch);

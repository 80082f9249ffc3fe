import { Composer } from "@mail/core/common/composer";

import { patch } from "@web/core/utils/patch";

patch(Composer.prototype, {
    /** Enable the composer again after an edit was refused, so that the text can be corrected. */
    async editMessage() {
        try {
            return await super.editMessage(...arguments);
        } finally {
            if (this.props.composer.message?.thread?.isTelegram) {
                this.state.active = true;
            }
        }
    },
});

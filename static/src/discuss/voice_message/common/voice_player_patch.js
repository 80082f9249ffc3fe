import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

import { patch } from "@web/core/utils/patch";

patch(VoicePlayer.prototype, {
    /** Show the file instead of the player if this browser cannot read it. */
    async drawBuffer() {
        try {
            return await super.drawBuffer(...arguments);
        } catch (error) {
            if (error.name !== "EncodingError") {
                throw error;
            }
            this.props.attachment.isVoiceUnreadable = true;
        }
    },
});

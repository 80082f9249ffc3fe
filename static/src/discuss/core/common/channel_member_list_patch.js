import { ChannelMemberList } from "@mail/discuss/core/common/channel_member_list";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(ChannelMemberList.prototype, {
    get telegramTitle() {
        return this.props.thread.isTelegram ? _t("Operators") : _t("Members");
    },
});

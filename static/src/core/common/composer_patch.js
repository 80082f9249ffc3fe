import { Composer as ComposerComponent } from "@mail/core/common/composer";
import { registerComposerAction } from "@mail/core/common/composer_actions";
import { Composer } from "@mail/core/common/composer_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** @type {import("models").Composer} */
const composerModelPatch = {
    setup() {
        super.setup(...arguments);
        /** Whether the message is a note for colleagues, which the customer does not receive. */
        this.isTelegramNote = false;
    },
};
patch(Composer.prototype, composerModelPatch);

/** @type {ComposerComponent} */
const composerPatch = {
    get isTelegramNote() {
        return Boolean(this.thread?.isTelegram && this.props.composer.isTelegramNote);
    },

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

    get placeholder() {
        return this.isTelegramNote
            ? _t("Note for colleagues. The customer does not receive it.")
            : super.placeholder;
    },

    get postData() {
        const postData = super.postData;
        return { ...postData, isNote: postData.isNote || this.isTelegramNote };
    },
};
patch(ComposerComponent.prototype, composerPatch);

registerComposerAction("telegram-note", {
    btnClass: ({ composer }) => (composer.isTelegramNote ? "text-warning" : ""),
    condition: ({ composer }) => Boolean(composer.targetThread?.isTelegram && !composer.message),
    icon: "fa fa-sticky-note-o",
    isActive: ({ composer }) => composer.isTelegramNote,
    name: ({ composer }) => (composer.isTelegramNote ? _t("Write to Customer") : _t("Write Note")),
    onSelected: ({ composer }) => {
        composer.isTelegramNote = !composer.isTelegramNote;
        composer.autofocus++;
    },
    sequenceQuick: 10,
});

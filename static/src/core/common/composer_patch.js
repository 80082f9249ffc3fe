import { Composer as ComposerComponent } from "@mail/core/common/composer";
import { registerComposerAction } from "@mail/core/common/composer_actions";
import { Composer } from "@mail/core/common/composer_model";
// The methods it adds are patched below.
import "@mail/discuss/typing/common/composer_patch";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

import { QuotationPlugin } from "./quotation_plugin";

import { useEffect } from "@odoo/owl";

/** @type {import("models").Composer} */
const composerModelPatch = {
    setup() {
        super.setup(...arguments);
        /** Whether the user has switched to notes for colleagues, which no customer receives. */
        this.isTelegramNoteOn = false;
    },

    /** Return whether what is written is a note for colleagues. An answer to a note is one, too. */
    get isTelegramNote() {
        return Boolean(this.isTelegramNoteOn || this.replyToMessage?.isTelegramNote);
    },

    /** Switch to notes for colleagues, or back to the customer. */
    switchTelegramNote() {
        const isNote = this.isTelegramNote;
        if (this.replyToMessage?.isTelegramNote) {
            this.replyToMessage = undefined; // the customer does not know it
        }
        this.isTelegramNoteOn = !isNote;
    },
};
patch(Composer.prototype, composerModelPatch);

/** @type {ComposerComponent} */
const composerPatch = {
    setup() {
        // Before Odoo's own effects: they would focus an editor that is gone.
        useEffect(
            (isHtml) => {
                if (!isHtml) {
                    this.editor = undefined;
                }
            },
            () => [this.composerService.htmlEnabled]
        );
        super.setup(...arguments);
    },

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

    get wysiwygConfig() {
        const config = super.wysiwygConfig;
        if (!this.thread?.isTelegram) {
            return config;
        }
        return { ...config, Plugins: [...config.Plugins, QuotationPlugin] };
    },

    /** Keep with the draft that it is a note: after a reload, it must not become a message. */
    saveContent() {
        super.saveContent(...arguments);
        const { localId } = this.props.composer;
        const draft = this.isTelegramNote && browser.localStorage.getItem(localId);
        if (draft) {
            const values = { ...JSON.parse(draft), isTelegramNote: true };
            browser.localStorage.setItem(localId, JSON.stringify(values));
        }
    },

    restoreContent() {
        super.restoreContent(...arguments);
        const draft = browser.localStorage.getItem(this.props.composer.localId);
        if (draft && JSON.parse(draft).isTelegramNote) {
            this.props.composer.isTelegramNoteOn = true;
        }
    },

    /** Leave out notes: Telegram would show the customer that somebody is typing. */
    notifyIsTyping(isTyping = true) {
        if (isTyping && this.isTelegramNote) {
            this.typingNotified = false;
            return;
        }
        super.notifyIsTyping(...arguments);
    },

    /** Whatever is sent, such as a text or a GIF, is a note while notes are written. */
    _sendMessage(value, postData, ...args) {
        const isNote = postData.isNote || this.isTelegramNote;
        return super._sendMessage(value, { ...postData, isNote }, ...args);
    },
};
patch(ComposerComponent.prototype, composerPatch);

registerComposerAction("telegram-note", {
    btnClass: ({ composer }) => (composer.isTelegramNote ? "text-warning" : ""),
    condition: ({ composer }) => Boolean(composer.targetThread?.isTelegram && !composer.message),
    icon: "fa fa-sticky-note-o",
    isActive: ({ composer }) => composer.isTelegramNote,
    name: ({ composer }) => (composer.isTelegramNote ? _t("Write to Customer") : _t("Write Note")),
    onSelected: ({ composer, owner }) => {
        composer.switchTelegramNote();
        owner.saveContent(); // what is written is a draft of the other kind now
        composer.autofocus++;
    },
    sequenceQuick: 10,
});

// Odoo has an editor with formatting, but no button that opens it.
registerComposerAction("telegram-formatting", {
    condition: ({ composer }) => Boolean(composer.targetThread?.isTelegram && !composer.message),
    icon: "fa fa-font",
    isActive: ({ owner }) => owner.composerService.htmlEnabled,
    name: ({ owner }) =>
        owner.composerService.htmlEnabled ? _t("Write Plain Text") : _t("Format Text"),
    onSelected: ({ composer, owner }) => {
        const { composerService } = owner;
        if (composerService.htmlEnabled) {
            composerService.setTextComposer();
        } else {
            composerService.setHtmlComposer();
        }
        composer.autofocus++;
    },
    sequence: 40,
});

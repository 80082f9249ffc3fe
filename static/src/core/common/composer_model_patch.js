import { Composer } from "@mail/core/common/composer_model";

import { markup } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { htmlJoin, isHtmlEmpty } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";

export const MESSAGE_MAX_LENGTH = 4096; // as in const.py

patch(Composer.prototype, {
    /**
     * Put a message that was not sent back with its formatting, before what was written since.
     *
     * @param {import("models").Message} message
     * @param {boolean} isNote whether it is a note, which must not become a message
     */
    restore(message, isNote) {
        this.isTelegramNoteOn ||= isNote;
        const texts = [message.body, this.composerHtml].filter((html) => !isHtmlEmpty(html));
        // The editor with formatting contains paragraphs, the box for plain text breaks lines.
        const { htmlEnabled } = this.store.env.services["mail.composer"];
        this.composerHtml = htmlJoin(texts, htmlEnabled ? "" : markup`<br>`);
        this.attachments.add(...message.attachment_ids);
        this.replyToMessage ??= message.parent_id;
        this.forceCursorMove = true;
    },

    /**
     * Insert the text of a template, filled by the server, and attach its files.
     *
     * @param {import("models").Thread} thread
     * @param {number} templateId
     * @param {(filled: { text: string, html: string }) => void} insert
     */
    async fillTelegramQuickAnswer(thread, templateId, insert) {
        const filled = await this.store.env.services.orm.call(
            "discuss.channel",
            "fill_telegram_quick_answer",
            [[thread.id], templateId]
        );
        this.store.insert(filled.store_data);
        this.attachments.push(
            ...filled.attachment_ids.map((id) => this.store["ir.attachment"].get(id))
        );
        insert(filled);
    },

    /** Return why what is written cannot be sent, or not at once; undefined if it can. */
    get telegramWarning() {
        const thread = this.thread ?? this.message?.thread;
        if (!thread?.isTelegram || this.isTelegramNote) {
            return undefined;
        }
        const { length } = [...this.composerText.trim()]; // as Python counts, see the server
        if (length > MESSAGE_MAX_LENGTH) {
            return _t("The message has %(length)s characters; the maximum is %(limit)s.", {
                length,
                limit: MESSAGE_MAX_LENGTH,
            });
        }
        if (thread.telegram_instance_id?.is_archived) {
            return _t(
                "The Telegram account is archived. Messages are queued and sent once an administrator has unarchived it."
            );
        }
        if (thread.telegram_instance_id?.is_ready === false) {
            return _t(
                "The Telegram account is not signed in. Messages are queued and sent once an administrator has signed it in again."
            );
        }
        return undefined;
    },
});

import { SuggestionService } from "@mail/core/common/suggestion_service";
import { UseSuggestion } from "@mail/core/common/suggestion_hook";
import { cleanTerm } from "@mail/utils/common/format";
import { parseHTML } from "@html_editor/utils/html";

import { patch } from "@web/core/utils/patch";

const DELIMITER = "::"; // that of Odoo's canned responses

// Templates of the contact and the record are offered beside canned responses, filled in.
patch(SuggestionService.prototype, {
    async fetchSuggestions({ delimiter }, { thread, abortSignal } = {}) {
        const fetching = super.fetchSuggestions(...arguments);
        if (delimiter === DELIMITER && thread?.isTelegram) {
            thread.telegramQuickAnswers = await this.makeOrmCall(
                "discuss.channel",
                "get_telegram_quick_answers",
                [[thread.id]],
                {},
                { abortSignal }
            );
        }
        return fetching;
    },

    searchSuggestions({ delimiter, term }, { thread } = {}) {
        const result = super.searchSuggestions(...arguments);
        if (delimiter !== DELIMITER || !thread?.isTelegram) {
            return result;
        }
        const searched = cleanTerm(term);
        const templates = (thread.telegramQuickAnswers ?? [])
            .filter(({ name }) => cleanTerm(name).includes(searched))
            .map(({ id, name, record }) => ({
                source: name,
                substitution: record,
                telegramTemplateId: id,
            }));
        return { ...result, suggestions: [...templates, ...result.suggestions] };
    },
});

patch(UseSuggestion.prototype, {
    insert(option) {
        const templateId = option.cannedResponse?.telegramTemplateId;
        if (!templateId) {
            return super.insert(...arguments);
        }
        const { composer, thread } = this;
        const { position } = this.search;
        let insert = ({ text }) => composer.insertText(text, position);
        if (this.comp.composerService.htmlEnabled) {
            insert = this.prepareTelegramInsertion(position);
        } else {
            composer.composerText =
                composer.composerText.substring(0, position) +
                composer.composerText.substring(composer.selection.end);
        }
        this.clearSearch();
        return composer.fillTelegramQuickAnswer(thread, templateId, insert);
    },

    /**
     * Return a function that inserts a template with its formatting in Odoo's editor.
     *
     * @param {number} position of what was typed to find the template, in its paragraph
     */
    prepareTelegramInsertion(position) {
        const { document, shared } = this.comp.editor;
        const { startContainer, endContainer, endOffset } = shared.selection.getEditableSelection();
        return ({ html }) => {
            shared.selection.setSelection({
                anchorNode: startContainer,
                anchorOffset: position,
                focusNode: endContainer,
                focusOffset: endOffset,
            });
            shared.dom.insert(parseHTML(document, html));
            shared.history.addStep();
        };
    },
});

import { SuggestionService } from "@mail/core/common/suggestion_service";
import { UseSuggestion } from "@mail/core/common/suggestion_hook";
import { cleanTerm } from "@mail/utils/common/format";

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
        composer.composerText =
            composer.composerText.substring(0, position) +
            composer.composerText.substring(composer.selection.end);
        this.clearSearch();
        return composer.fillTelegramQuickAnswer(thread, templateId, position);
    },
});

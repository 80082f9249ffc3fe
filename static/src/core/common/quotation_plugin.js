import { Plugin } from "@html_editor/plugin";
import { fillEmpty } from "@html_editor/utils/dom";
import { closestElement } from "@html_editor/utils/dom_traversal";
import { _t } from "@web/core/l10n/translation";

/**
 * Quotations in the editor of Discuss, where Odoo offers none: a button in the toolbar, and ">" with
 * a blank at the beginning of a paragraph. A new line on an empty line ends the quotation.
 */
export class QuotationPlugin extends Plugin {
    static id = "telegramQuotation";
    static dependencies = ["baseContainer", "dom", "selection"];
    resources = {
        user_commands: [
            {
                id: "telegramQuotation",
                description: _t("Quotation"),
                icon: "fa-quote-left",
                run: this.toggle.bind(this),
            },
        ],
        shorthands: [{ pattern: /^>$/, commandId: "telegramQuotation" }],
        toolbar_items: [
            {
                id: "telegram-quotation",
                groupId: "decoration",
                namespaces: ["compact", "expanded"],
                commandId: "telegramQuotation",
                isActive: (selection) => Boolean(this.getQuotation(selection.anchorNode)),
            },
        ],
        insert_line_break_element_overrides: this.leave.bind(this),
    };

    getQuotation(node) {
        return closestElement(node, "blockquote");
    }

    toggle() {
        const { anchorNode } = this.dependencies.selection.getEditableSelection();
        const tagName = this.getQuotation(anchorNode)
            ? this.dependencies.baseContainer.getDefaultNodeName()
            : "blockquote";
        this.dependencies.dom.setBlock({ tagName });
    }

    /**
     * @param {Object} place where a line is to be broken
     * @returns {true|undefined} whether the quotation was left instead
     */
    leave({ targetNode, targetOffset }) {
        const quotation = this.getQuotation(targetNode);
        const [before, after] = [targetOffset - 1, targetOffset].map(
            (offset) => targetNode.childNodes[offset]
        );
        if (!quotation || before?.nodeName !== "BR" || after !== quotation.lastChild) {
            return;
        }
        const paragraph = this.dependencies.baseContainer.createBaseContainer();
        fillEmpty(paragraph);
        after.remove();
        before.remove();
        quotation.after(paragraph);
        this.dependencies.selection.setCursorStart(paragraph);
        return true;
    }
}

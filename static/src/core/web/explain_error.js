import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/**
 * Say in words why a call of Odoo failed. What is no such failure is thrown on.
 *
 * @param {Error} error
 * @param {string} otherwise what to say when Odoo's own words are not meant for people
 * @param {string} [unreachable] what to say when Odoo does not answer
 * @returns {string}
 */
export function explainError(error, otherwise, unreachable) {
    if (error instanceof ConnectionLostError) {
        return unreachable || _t("Odoo cannot be reached just now. Try again.");
    }
    if (!(error instanceof RPCError)) {
        throw error;
    }
    if (error.exceptionName?.startsWith("odoo.")) {
        return error.data.message; // meant for people, other than those of Python itself
    }
    return otherwise;
}

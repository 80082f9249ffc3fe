import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/**
 * Return a message for users about a failed call of the server.
 *
 * @param {Error} error
 * @param {string} serverMessage used when the server's own message is not meant for users
 * @param {string} [connectionMessage] used when the server cannot be reached
 * @returns {string}
 * @throws {Error} the error itself, if it is not that of a failed call
 */
export function getErrorMessage(error, serverMessage, connectionMessage) {
    if (error instanceof ConnectionLostError) {
        return connectionMessage || _t("Odoo cannot be reached. Try again.");
    }
    if (!(error instanceof RPCError)) {
        throw error;
    }
    if (error.exceptionName?.startsWith("odoo.")) {
        return error.data.message; // meant for users, unlike the messages of Python's exceptions
    }
    return serverMessage;
}

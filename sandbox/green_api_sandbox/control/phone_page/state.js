// What the page shows: what the control interface knows, and what was chosen here.

export const OWNER = "owner";

export const state = {
    accounts: [],
    idInstance: null,
    chatId: null,
    messages: [],
    /** Of the message whose menu is open. */
    openMenu: null,
    /** What the composer is about: {reply: idMessage}, {edit: idMessage}, {file: File}, or {}. */
    context: {},
};

export const account = () => state.accounts.find((item) => item.idInstance === state.idInstance);
export const chat = () => account()?.chats.find((item) => item.chatId === state.chatId);
export const message = (id) => state.messages.find((item) => item.idMessage === id);

/** The chat ids of the people in a chat, the account's owner among them while he is in it. */
export function people(current) {
    const members = current.group.participants?.map((item) => item.id);
    return members ?? [current.chatId, account().chatId];
}

export function nameOf(chatId) {
    const current = account();
    if (chatId === current.chatId) {
        return current.name;
    }
    return current.chats.find((item) => item.chatId === chatId)?.name ?? chatId;
}

/** The chat id of the one who is chosen under "Write as"; the owner's is the account's own. */
export function actor() {
    const chosen = document.querySelector("#sender").value;
    return chosen === OWNER ? account().chatId : chosen;
}

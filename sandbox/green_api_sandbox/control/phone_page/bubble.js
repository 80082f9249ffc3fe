// One message: what it says, its ticks, reactions and votes.

import { button, clock, element } from "./dom.js";
import { formatted } from "./formatted.js";
import { nameOf } from "./state.js";

const KIND_WORDS = {
    imageMessage: "Picture",
    videoMessage: "Video",
    audioMessage: "Audio",
    documentMessage: "Document",
    stickerMessage: "Sticker",
    locationMessage: "Location",
    contactMessage: "Contact",
    pollMessage: "Poll",
};
const TICKS = {
    "": { text: "✓", label: "sent" },
    delivered: { text: "✓✓", label: "delivered" },
    read: { text: "✓✓", label: "read" },
};

/** A message in a few words; `withAuthor`: outgoing ones begin with the owner's name. */
export function summary(message, withAuthor = false) {
    const kind = KIND_WORDS[message.data.typeMessage] ?? message.data.typeMessage;
    const words = message.isDeleted ? "deleted" : message.shown || kind;
    return withAuthor && message.outgoing ? `${message.senderName}: ${words}` : words;
}

/**
 * @param {Object} message as the control interface gives it
 * @param {boolean} showsAuthor
 * @param {string} actor chat id of the one who would vote here
 */
export function bubble(message, showsAuthor, actor) {
    const node = element("article", {
        className: "bubble",
        dataset: {
            idMessage: message.idMessage,
            status: message.status,
            type: message.data.typeMessage,
        },
    });
    if (showsAuthor) {
        node.append(element("p", { className: "author", textContent: message.senderName }));
    }
    if (message.isDeleted) {
        node.append(element("p", { className: "kind", textContent: "deleted" }));
    } else {
        node.append(...content(message, actor));
    }
    const marks = [message.isEdited && "edited", message.sendByApi && "API"].filter(Boolean);
    const footer = element("footer", {}, [...marks, clock(message.timestamp)].join(" · "));
    if (message.outgoing) {
        footer.append(ticks(message.status));
    }
    node.append(footer);
    return node;
}

function content(message, actor) {
    const { data } = message;
    const parts = [];
    if (Object.values(data).some((part) => part?.isForwarded)) {
        parts.push(element("p", { className: "kind", textContent: "Forwarded" }));
    }
    if (data.quotedMessage) {
        const words = data.quotedMessage.textMessage || "a message";
        parts.push(element("p", { className: "quoted", textContent: words }));
    }
    if (message.file) {
        parts.push(fileNode(message));
    }
    if (data.locationMessageData) {
        parts.push(locationNode(data.locationMessageData));
    }
    if (data.contactMessageData) {
        parts.push(contactNode(data.contactMessageData));
    } else if (message.shown) {
        const nodes = formatted(message.shown, message.entities);
        parts.push(element("div", { className: "text" }, ...nodes));
    }
    if (data.pollMessageData?.options) {
        parts.push(pollNode(message, actor));
    }
    if (!parts.length) {
        const words = KIND_WORDS[data.typeMessage] ?? data.typeMessage;
        parts.push(element("p", { className: "kind", textContent: words }));
    }
    if (Object.keys(message.reactions).length) {
        parts.push(reactionsNode(message.reactions));
    }
    return parts;
}

/** A file that is kept here; of others only the link is shown, nothing is loaded. */
function fileNode({ data, file }) {
    const { fileName } = data.fileMessageData;
    if (file.path && data.typeMessage === "imageMessage") {
        const image = element("img", { src: file.path, alt: fileName, className: "picture" });
        return element("a", { href: file.path, target: "_blank" }, image);
    }
    if (file.path) {
        const properties = { href: file.path, download: fileName, textContent: fileName };
        return element("p", { className: "file" }, element("a", properties));
    }
    const why = file.isLocal ? "no longer kept: 24 hours have passed" : file.url;
    return element(
        "p",
        { className: "file" },
        fileName,
        element("small", { textContent: ` ${why}` })
    );
}

function locationNode({ latitude, longitude }) {
    const words = `Location: ${latitude}, ${longitude}`;
    return element("p", { className: "place", textContent: words });
}

function contactNode({ firstName, lastName, phoneContact }) {
    const name = [firstName, lastName].filter(Boolean).join(" ");
    return element(
        "p",
        { className: "contact" },
        element("strong", { textContent: name || "Contact" }),
        element("small", { textContent: ` ${phoneContact}` })
    );
}

function pollNode(message, actor) {
    const { options, multipleAnswers } = message.data.pollMessageData;
    const chosen = message.votes[actor] ?? [];
    const nodes = options.map(({ optionName }) => {
        const voters = Object.keys(message.votes).filter((voter) =>
            message.votes[voter].includes(optionName)
        );
        const names = message.isAnonymous ? "" : voters.map(nameOf).join(", ");
        return button(
            "vote",
            { for: message.idMessage, option: optionName },
            {
                className: "option",
                title: names,
                attributes: { "aria-pressed": chosen.includes(optionName) },
            },
            element("span", { textContent: optionName }),
            element("span", { className: "votes", textContent: voters.length })
        );
    });
    const about = [
        message.isAnonymous ? "anonymous poll" : "poll",
        multipleAnswers ? "several answers" : "one answer",
    ].join(", ");
    const caption = element("small", { textContent: about });
    return element("div", { className: "poll" }, ...nodes, caption);
}

function reactionsNode(reactions) {
    const emojis = [...new Set(Object.values(reactions))];
    const nodes = emojis.map((emoji) => {
        const who = Object.keys(reactions).filter((each) => reactions[each] === emoji);
        const names = who.map(nameOf).join(", ");
        const text = who.length > 1 ? `${emoji} ${who.length}` : emoji;
        return element("span", { textContent: text, title: names, dataset: { emoji } });
    });
    return element("p", { className: "reactions" }, ...nodes);
}

function ticks(status) {
    const { text, label } = TICKS[status];
    return element("span", {
        className: `ticks ${status}`,
        textContent: text,
        title: label,
        attributes: { role: "img", "aria-label": label },
    });
}

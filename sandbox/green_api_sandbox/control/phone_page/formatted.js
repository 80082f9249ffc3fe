// A text with its entities, as a phone shows it. Everything in it stays text: only the elements
// named here are made.

import { element } from "./dom.js";

const TAGS = {
    bold: "strong",
    italic: "em",
    strikethrough: "s",
    code: "code",
    pre: "pre",
    blockquote: "blockquote",
};
const BLOCKS = ["pre", "blockquote"];

/**
 * @param {string} text
 * @param {{type: string, offset: number, length: number}[]} entities nested, the outer ones first
 * @returns {(Node|string)[]}
 */
export function formatted(text, entities) {
    return nodes(text, 0, text.length, entities);
}

function nodes(text, start, end, entities) {
    const found = [];
    let position = start;
    let rest = entities;
    while (rest.length) {
        const [{ type, offset, length }, ...others] = rest;
        const inner = others.filter((each) => each.offset < offset + length);
        rest = others.slice(inner.length);
        found.push(text.slice(position, offset));
        position = offset + length;
        found.push(element(TAGS[type], {}, ...nodes(text, offset, position, inner)));
        if (BLOCKS.includes(type) && text[position] === "\n") {
            // the block has ended its line already
            found.push(element("span", { hidden: true, textContent: "\n" }));
            position += 1;
        }
    }
    found.push(text.slice(position, end));
    return found;
}

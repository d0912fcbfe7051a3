// Tells text that was no UTF-8: what such bytes are read as equals nothing that was meant.

export const DAMAGED = "a character that is no text; write the file as UTF-8";

/** Holds U+FFFD, as which decoders read what they can't, or half of a surrogate pair. */
export function isDamaged(text: string): boolean {
  return text.includes("\uFFFD") || !text.isWellFormed();
}

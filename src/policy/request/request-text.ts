// A request as somebody writes it: a line of JSON, or the words of a command line.
import { messageOf } from "../../core/errors.ts";
import type { RequestTuple, RequestValue } from "./tuple.ts";

export interface WrittenRequest {
  readonly tuple: RequestTuple;
  /** Which definitions are to decide it; null: those of the policy asked. */
  readonly context: string | null;
}

/** `["alice", "/x", "GET"]` or `{"request": [...], "context": "2"}`; else why it is neither. */
export function requestInLine(line: string): WrittenRequest | string {
  const value = parsed(line);
  if ("fault" in value) return value.fault;
  const { json } = value;
  if (Array.isArray(json)) return { tuple: json, context: null };
  const {
    request,
    context = null,
    ...rest
  } = (json ?? {}) as Readonly<Record<string, RequestValue>>;
  if (!Array.isArray(request) || Object.keys(rest).length > 0) return NO_REQUEST;
  if (context !== null && typeof context !== "string") return NO_REQUEST;
  return { tuple: request, context };
}

const NO_REQUEST = 'a request is a JSON array, or {"request": [...], "context": "2"}';

/** A word that begins with { is an object with attributes, any other a text; else why one is none. */
export function requestInWords(words: readonly string[]): RequestTuple | string {
  const fields: RequestValue[] = [];
  for (const word of words) {
    const value = word.startsWith("{") ? parsed(word) : { json: word };
    if ("fault" in value) return `${word}: ${value.fault}`;
    fields.push(value.json);
  }
  return fields;
}

function parsed(text: string): { readonly json: RequestValue } | { readonly fault: string } {
  try {
    return { json: JSON.parse(text) as RequestValue };
  } catch (error) {
    return { fault: `not JSON: ${messageOf(error)}` };
  }
}

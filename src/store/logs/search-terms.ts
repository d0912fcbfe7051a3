// What is typed to find log lines, as terms that all must hold: words, "phrases", parts*, key=value, and -any of them.

/** Tokens as the text index of otel_logs has them (tokenizer splitByNonAlpha): ASCII without letters and digits parts them. */
export const SEPARATORS = /[^A-Za-z0-9\u0080-\u{10ffff}]+/u;

interface Wanted {
  /** Lines that hold it are left out. */
  readonly isExcluded: boolean;
}

export type Term = Wanted &
  (
    | {
        readonly kind: "text";
        /** Whole words the text has, in any order; the index finds them. May be empty. */
        readonly tokens: readonly string[];
        /** What the text has as it stands, besides; null: the tokens say all. */
        readonly part: string | null;
      }
    /** A field that has this value, or a text that says "key=value". */
    | { readonly kind: "field"; readonly key: string; readonly value: string }
  );

const MOST_TERMS = 16;
const MOST_CHARS = 1024;
const MOST_TOKENS = 32;

/** "-", then a quoted text, a key with a quoted value, or anything without blanks. */
const TERM = /(-?)(?:"([^"]*)"|([\w.\-/]+)="([^"]*)"|(\S+))/g;
const FIELD = /^([A-Za-z_][\w.\-/]*)=(.+)$/;

export type TermsResult =
  | { readonly ok: true; readonly terms: readonly Term[] }
  | { readonly ok: false; readonly fault: string };

/** Any text can be searched for, but for control characters and what is too long; the fault says what would be right. */
export function readTerms(text: string): TermsResult {
  if (text.length > MOST_CHARS) return wrong(`must have at most ${MOST_CHARS} characters`);
  if (/[^\P{Cc}\s]/u.test(text)) return wrong("must have no control characters");
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) return wrong('has a " that is not closed');
  const terms = [...text.matchAll(TERM)].map(termOf).filter(says);
  if (terms.length > MOST_TERMS) return wrong(`must have at most ${MOST_TERMS} words`);
  const tokens = terms.flatMap((term) => (term.kind === "text" ? term.tokens : []));
  if (tokens.length > MOST_TOKENS) return wrong(`must have at most ${MOST_TOKENS} words`);
  return { ok: true, terms };
}

function wrong(fault: string): TermsResult {
  return { ok: false, fault };
}

/** A lone "-" or "" asks for nothing. */
function says(term: Term): boolean {
  return term.kind === "field" || term.tokens.length > 0 || !["", "-"].includes(term.part ?? "");
}

function termOf(match: RegExpExecArray): Term {
  const [, minus, phrase, key, quoted, word = ""] = match;
  const isExcluded = minus === "-";
  if (key !== undefined) return { kind: "field", key, value: quoted ?? "", isExcluded };
  if (phrase !== undefined) return { ...phraseTerm(phrase), isExcluded };
  const [, name, value] = FIELD.exec(word) ?? [];
  if (name !== undefined && value !== undefined) {
    return { kind: "field", key: name, value, isExcluded };
  }
  return { ...wordTerm(word), isExcluded };
}

type TextTerm = Omit<Extract<Term, { kind: "text" }>, "isExcluded">;

/** What stands between the outermost separators is whole words; its ends may be parts of longer ones. */
function phraseTerm(phrase: string): TextTerm {
  const lower = lowerAscii(phrase);
  const tokens = lower.split(SEPARATORS);
  return { kind: "text", tokens: tokens.slice(1, -1).filter((token) => token !== ""), part: lower };
}

function wordTerm(word: string): TextTerm {
  const bare = lowerAscii(word.replace(/^\*+|\*+$/g, ""));
  if (bare.length < word.length) return phraseTerm(bare);
  const tokens = tokensIn(bare);
  return { kind: "text", tokens, part: tokens.length === 1 && tokens[0] === bare ? null : bare };
}

/** Words as the index has them. */
export function tokensIn(text: string): readonly string[] {
  return lowerAscii(text)
    .split(SEPARATORS)
    .filter((token) => token !== "");
}

/** As the store's lower() has it, which leaves other letters as they are. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

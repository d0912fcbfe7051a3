// A grid of words: what stands on the left and above, and a cell for each pair.

export interface GridRow {
  /** Below the line on which the block begins. */
  readonly offset: number;
  readonly words: readonly string[];
}

export type ReportAt = (offset: number, message: string) => void;

/** A word, or a JSON string where it has blanks in it. */
const WORD = /[ \t]*(?:("(?:[^"\\]|\\.)*")(?=\s|$)|([^\s"]\S*))/y;

/** The lines that are neither blank nor comments; one that can't be read is reported and left out. */
export function gridRows(text: string, report: ReportAt): readonly GridRow[] {
  const rows: GridRow[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const offset = index + 1;
    const words = wordsOf(content);
    if (words === null) report(offset, 'a quote is not closed; text with blanks is "in quotes"');
    else rows.push({ offset, words });
  }
  return rows;
}

function wordsOf(content: string): readonly string[] | null {
  const words: string[] = [];
  const scanner = new RegExp(WORD);
  while (scanner.lastIndex < content.length) {
    const match = scanner.exec(content);
    const word = match === null ? null : (match[2] ?? unquoted(match[1] ?? ""));
    if (word === null) return null;
    words.push(word);
  }
  return words;
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

export interface GridHeader {
  /** Where each word on the left stands in a request. */
  readonly down: readonly number[];
  /** Where each word above stands. */
  readonly across: number;
  readonly values: readonly string[];
}

/** The fields that go down, in any order, then values of the one that is left; or what is wrong. */
export function gridHeader(
  words: readonly string[],
  fields: readonly string[],
): GridHeader | string {
  const names = words.slice(0, fields.length - 1);
  const values = words.slice(fields.length - 1);
  const down = names.map((name) => fields.indexOf(name));
  if (values.length === 0 || down.includes(-1) || new Set(down).size < fields.length - 1) {
    return `the header names all fields of a request but one (${fields.join(", ")}), then values of that one`;
  }
  const seen = new Set<string>();
  const twice = values.find((value) => seen.size === seen.add(value).size);
  if (twice !== undefined) return `"${twice}" stands twice in the header`;
  return { down, across: fields.findIndex((_, at) => !down.includes(at)), values };
}

/** The request of one cell. */
export function cellRequest(
  { down, across, values }: GridHeader,
  { words }: GridRow,
  column: number,
): readonly string[] {
  const request: string[] = [];
  for (const [at, place] of down.entries()) request[place] = words[at] ?? "";
  request[across] = values[column] ?? "";
  return request;
}

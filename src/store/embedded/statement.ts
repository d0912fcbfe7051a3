// Reads just enough of a SQL text to judge it: what it begins with, what it calls, what it may do.

/** A raw INSERT whose rows are in the request's body. */
export interface RawInsert {
  readonly table: string;
  readonly columns?: readonly string[];
  readonly format: (typeof RAW_FORMATS)[number];
}

/** A word, a quoted name (without its quotes), a string, or one sign; comments are gone. */
export interface Token {
  readonly kind: "word" | "name" | "string" | "sign";
  readonly text: string;
}

const TOKEN =
  /\s+|--[^\n]*|#[!\s][^\n]*|\/\*|'(?:[^'\\]|\\[^]|'')*'|`(?:[^`\\]|\\[^]|``)*`|"(?:[^"\\]|\\[^]|"")*"|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[^]/uy;

/** Tokens of a statement in ClickHouse's lexical grammar; an unclosed quote becomes single signs. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    if (match[0] === "/*") {
      TOKEN.lastIndex = afterComment(sql, TOKEN.lastIndex);
    } else {
      const token = tokenOf(match[0]);
      if (token !== null) tokens.push(token);
    }
  }
  return tokens;
}

/** ClickHouse's block comments nest. */
function afterComment(sql: string, from: number): number {
  let depth = 1;
  let at = from;
  while (depth > 0 && at < sql.length) {
    if (sql.startsWith("/*", at)) depth++;
    else if (sql.startsWith("*/", at)) depth--;
    at += sql.startsWith("/*", at) || sql.startsWith("*/", at) ? 2 : 1;
  }
  return at;
}

function tokenOf(text: string): Token | null {
  if (/^(?:\s|--|#[!\s])/.test(text)) return null;
  if (text.length > 1 && text.startsWith("'")) return { kind: "string", text };
  if (text.length > 1 && /^[`"]/.test(text)) return { kind: "name", text: text.slice(1, -1) };
  return { kind: /^[\p{L}_$]/u.test(text) ? "word" : "sign", text };
}

const READING = new Set(["SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "("]);

/** Calls that leave the database: files, network, programs, memory of the process. */
const OUTSIDE =
  /^(?:file|filecluster|url|urlcluster|s3|s3cluster|gcs|oss|cosn|azureblobstorage\w*|hdfs\w*|remote|remotesecure|cluster|clusterallreplicas|executable\w*|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|iceberg\w*|deltalake\w*|hudi\w*|paimon\w*|input|python|arrowstream|arrow_stream|ytsaurus|arrowflight|prometheusquery\w*|catboostevaluate|dictionary|fuzz\w*|addresstoline\w*|addresstosymbol)$/i;

/** Why a statement must not run in readonly mode; null where it may. */
export function readonlyFault(tokens: readonly Token[]): string | null {
  const unclear = tokens.find((token, at) => isUnclear(token, tokens[at - 1]));
  if (unclear !== undefined) return `${unclear.text} has more than one reading`;
  const first = tokens[0];
  if (first === undefined) return "the statement is empty";
  if (!READING.has(first.text.toUpperCase())) {
    return `only SELECT, WITH, SHOW, DESCRIBE, EXPLAIN and EXISTS are allowed, not ${first.text}`;
  }
  const call = tokens.find((token, at) => isOutside(token, tokens[at + 1]));
  return call === undefined ? null : `${call.text}() is not allowed`;
}

/**
 * What ClickHouse cuts otherwise than `tokensOf` does: heredocs, typographic and unclosed quotes, and
 * escapes in names and in x'..' and b'..'. What is hidden in one of these would be judged by nobody.
 */
function isUnclear({ kind, text }: Token, before: Token | undefined): boolean {
  if (kind === "string") return /^[xb]$/i.test(before?.text ?? "") && text.includes("\\");
  return kind === "name" ? /[\\\p{Cc}]/u.test(text) : /[^ -~]|[$'"`]/.test(text);
}

function isOutside(token: Token, next: Token | undefined): boolean {
  const named = token.kind === "word" || token.kind === "name";
  // An escape in a name has no honest use here, and could spell any of them.
  return named && next?.text === "(" && (token.text.includes("\\") || OUTSIDE.test(token.text));
}

/** Why a statement must not run at all, as it would on no server over HTTP; null where it may. */
export function statementFault(tokens: readonly Token[]): string | null {
  const end = tokens.findIndex((token) => token.kind === "sign" && token.text === ";");
  if (end >= 0 && tokens.slice(end).some((token) => token.text !== ";")) {
    return "Multi-statements are not allowed";
  }
  const file = tokens.find(
    (token) => token.kind === "word" && /^(?:OUT|IN)FILE$/i.test(token.text),
  );
  return file === undefined ? null : `${file.text.toUpperCase()} is not allowed`;
}

/** The format a statement names itself; undefined where it leaves that to the request. */
export function formatOf(tokens: readonly Token[]): string | undefined {
  const at = tokens.findLastIndex((token) => token.kind === "word" && /^FORMAT$/i.test(token.text));
  const name = at < 0 ? undefined : tokens[at + 1];
  return name?.kind === "word" ? name.text : undefined;
}

const INSERT =
  /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?(?<table>[\w.`"]+)\s*(?:\((?<columns>[\w\s,`"]*)\))?\s*FORMAT\s+(?<format>\w+)\s*;?\s*$/i;
const RAW_FORMATS = ["JSONEachRow", "JSONCompactEachRow", "Native"] as const;
const NAME = /^\w+(?:\.\w+)?$/;

/** The target of a plain `INSERT INTO t (columns) FORMAT ...`; null where it is anything else. */
export function rawInsertOf(sql: string): RawInsert | null {
  const groups = INSERT.exec(sql)?.groups;
  if (groups === undefined) return null;
  const table = bare(groups["table"] ?? "");
  const columns = groups["columns"]?.split(",").map((name) => bare(name.trim()));
  if (![table, ...(columns ?? [])].every((name) => NAME.test(name))) return null;
  const format = RAW_FORMATS.find((name) => name.toLowerCase() === groups["format"]?.toLowerCase());
  if (format === undefined) return null;
  return columns === undefined ? { table, format } : { table, columns, format };
}

function bare(name: string): string {
  return name.replaceAll(/[`"]/g, "");
}

// Whether the answer of a typed statement can have a column at all, before the store is there to ask.

/** What makes columns whose names don't stand in the statement. */
const MAKES_NAMES = /\bCOLUMNS\s*\(|\buntuple\s*\(|^\s*(?:DESCRIBE|DESC|SHOW|EXISTS|EXPLAIN)\b/i;
/** All columns, such as `*` and `t.*`, and no product: whatever ends the list or changes it comes after. */
const STAR = /\*\s*(?:$|[,);]|FROM\b|EXCEPT\b|REPLACE\b|APPLY\b|UNION\b|WHERE\b|LIMIT\b|FORMAT\b)/i;
const COUNTED = /\(\s*\*\s*\)/g;

/** True wherever it can't be told; a column that is named after nothing that stands there is none. */
export function mayAnswer(sql: string, column: string): boolean {
  const text = sql.replaceAll(COUNTED, "()");
  if (MAKES_NAMES.test(text) || STAR.test(text)) return true;
  return new RegExp(String.raw`(?<!\w)${column}(?!\w)`).test(text);
}

// Reads ClickHouse's JSON without rounding: numbers that JavaScript can't hold stay text.

/** A number of 16 digits or more, outside of text that a quote ends. */
const LONG_NUMBER = /[[:,]\s*-?\d[\d.]{15,}/;

/**
 * As JSON.parse, but an integer beyond 2^53 - 1, and a fraction that would not read back as it was
 * written (a Decimal), is its digits as text.
 */
export function parseExact(text: string): unknown {
  // A reviver is called for each value; most answers have nothing to save.
  return LONG_NUMBER.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

function exact(_key: string, value: unknown, { source = "" }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || source.length < 16) return value;
  if (Number.isSafeInteger(value) || /e/i.test(source)) return value;
  return source.includes(".") && String(value) === source ? value : source;
}

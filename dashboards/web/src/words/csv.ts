// A table as comma-separated values (RFC 4180).

export type CsvValue = string | number | null;

export function toCsv(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [header, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n");
}

function cell(value: CsvValue): string {
  const words = String(value ?? "");
  // A spreadsheet would run a cell that begins like a formula.
  const inert = typeof value === "string" && /^[=+\-@\t\r]/.test(words) ? `'${words}` : words;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

// Values of a list that another column of the row has already: only that column's name is written.
// Table `requests` reads them back (policy_request and role_path in collector/schema/0001_requests.sql).
import type { RequestRecord } from "../record.ts";

/** Before a column's name; and before a value that begins with it. */
const MARK = "\u0001";

interface Reference {
  readonly mark: string;
  readonly read: (record: RequestRecord) => string;
  /** Characters of values that the column certainly has whole, whatever bytes each of them takes. */
  readonly most: number;
}

const of = (column: string, read: Reference["read"], most: number): Reference => ({
  mark: MARK + column,
  read,
  most,
});

const REFERENCES: readonly Reference[] = [
  of("path", (record) => record.path, 1024),
  of("principal", (record) => record.identity.subject, 128),
  of("method", (record) => record.method, 32),
  of("host", (record) => record.host, 64),
  of("route", (record) => record.route, 32),
  of("service", (record) => record.service, 32),
];

/** What is written for a value of a list of this record. */
export function referred(record: RequestRecord, value: string): string {
  for (const { mark, read, most } of REFERENCES)
    if (read(record) === value && isKept(value, most)) return mark;
  return value.startsWith(MARK) ? MARK + value : value;
}

function isKept(value: string, most: number): boolean {
  return value !== "" && value.length <= most && value.isWellFormed();
}

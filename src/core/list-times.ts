// When a certificate revocation list was signed and when a newer one is due (RFC 5280 section 5.1.2), read from its DER.

export interface ListTimes {
  readonly thisUpdateMs: number;
  /** null: the list does not say. */
  readonly nextUpdateMs: number | null;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const INTEGER = 0x02;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const PEM = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** null where it is no list that can be read. */
export function listTimes(pem: string): ListTimes | null {
  const [list] = elementsIn(Buffer.from(PEM.exec(pem)?.[1] ?? "", "base64"), 1);
  const [signed] = elementsIn(list?.content, 1);
  // The version, which may be absent, the algorithm, the issuer, and then the times.
  const fields = elementsIn(signed?.content, 5);
  const [made, due] = fields.slice(fields[0]?.tag === INTEGER ? 3 : 2);
  const thisUpdateMs = timeOf(made);
  return thisUpdateMs === null ? null : { thisUpdateMs, nextUpdateMs: timeOf(due) };
}

/** The first of them; fewer where there are not so many, or one does not end within. */
function elementsIn(der: Buffer | undefined, most: number): readonly Element[] {
  const found: Element[] = [];
  let rest = der ?? Buffer.alloc(0);
  while (found.length < most) {
    const end = endOfFirst(rest);
    if (end === null) break;
    found.push({ tag: rest[0] ?? 0, content: rest.subarray(end.header, end.all) });
    rest = rest.subarray(end.all);
  }
  return found;
}

/** Where the content of the first element begins and ends; null: there is no whole one. */
function endOfFirst(der: Buffer): { readonly header: number; readonly all: number } | null {
  const first = der[1];
  if (first === undefined) return null;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const header = 2 + extra;
  if (first === 0x80 || extra > 4 || der.length < header) return null;
  const all = header + (extra === 0 ? first : der.readUIntBE(2, extra));
  return all > der.length ? null : { header, all };
}

/** YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ; null where it is no time. */
function timeOf(element: Element | undefined): number | null {
  const text = element?.content.toString("latin1") ?? "";
  const full = FULL[element?.tag ?? 0]?.(text) ?? "";
  const ms = TIME.test(full) ? Date.parse(full.replace(TIME, "$1-$2-$3T$4:$5:$6Z")) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** By the tag of a time, its text with four digits of the year; two are of 1950 to 2049. */
const FULL: Readonly<Record<number, (text: string) => string>> = {
  [UTC_TIME]: (text) => `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}`,
  [GENERALIZED_TIME]: (text) => text,
};

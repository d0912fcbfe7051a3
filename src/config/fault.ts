// A problem with the config: where it is, what is wrong and what would be right.

export interface Fault {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Such as services.orders.endpoints[1].url; "(file)" for the file as a whole. */
  readonly keyPath: string;
  /** Never quotes a value: it may be a secret, or have come from one's environment. */
  readonly message: string;
}

/** Steps from the root: keys of mappings and 0-based places in lists. */
export type KeyPath = readonly (string | number)[];

/** A fault before its line is looked up. */
export interface Finding {
  readonly path: KeyPath;
  readonly message: string;
}

const PLAIN_KEY = /^[\w-]+$/;

/** `FILE:LINE: KEY PATH: message`, one line. */
export function formatFault(fault: Fault): string {
  return `${fault.file}:${fault.line}: ${fault.keyPath}: ${fault.message}`;
}

/** One a line. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(formatFault).join("\n");
}

/** services.orders.endpoints[1].url; keys that need it are quoted, so they stay on one line. */
export function formatKeyPath(path: KeyPath): string {
  if (path.length === 0) return "(file)";
  return path
    .map((step, at) => (at === 0 ? formatStep(step).replace(/^\./, "") : formatStep(step)))
    .join("");
}

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return PLAIN_KEY.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

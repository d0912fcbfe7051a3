// Levels by the names and numbers that loggers give them, as OpenTelemetry numbers them (Logs Data Model, SeverityNumber).

export interface Severity {
  /** As it was written. */
  readonly severityText: string;
  /** 1 to 24; 0: unknown. */
  readonly severityNumber: number;
}

const NUMBERS: Readonly<Record<string, number>> = {
  trace: 1,
  verbose: 1,
  debug: 5,
  info: 9,
  information: 9,
  informational: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  severe: 17,
  critical: 18,
  crit: 18,
  alert: 19,
  fatal: 21,
  panic: 21,
  emerg: 21,
  emergency: 21,
};

/** Of syslog, 0 to 7 (RFC 5424 section 6.2.1; OpenTelemetry, Logs Data Model, appendix B). */
const SYSLOG = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;

export const UNKNOWN: Severity = { severityText: "", severityNumber: 0 };

/** A name, or a number as pino and bunyan write it: 10 for trace to 60 for fatal. */
export function severityOf(level: string): Severity {
  const number = NUMBERS[level.toLowerCase()];
  if (number !== undefined) return { severityText: level, severityNumber: number };
  if (!/^[1-6]0$/.test(level)) return { severityText: level, severityNumber: 0 };
  return { severityText: level, severityNumber: (Number(level) / 10 - 1) * 4 + 1 };
}

export function syslogSeverity(code: number): Severity {
  return severityOf(SYSLOG[code] ?? "");
}

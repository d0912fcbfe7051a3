// weir's own log: one JSON line an event on standard error; silent at levels below the chosen one.

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines of at least `least` through `write` (standard error unless told). */
export function createLog(
  least: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  const emit = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (ORDER[level] < ORDER[least]) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  };
  return { debug: emit("debug"), info: emit("info"), warn: emit("warn"), error: emit("error") };
}

/** The same log with fields that stand in each line. */
export function logWith(log: Log, same: LogFields): Log {
  return {
    debug: (event, fields) => log.debug(event, { ...same, ...fields }),
    info: (event, fields) => log.info(event, { ...same, ...fields }),
    warn: (event, fields) => log.warn(event, { ...same, ...fields }),
    error: (event, fields) => log.error(event, { ...same, ...fields }),
  };
}

/** For tests and one-shot commands that must not chatter. */
export const silentLog: Log = createLog("error", () => undefined);

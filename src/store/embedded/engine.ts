// chDB behind three calls: one connection a statement, so that settings, parameters and readonly
// end with the request that asked for them, as they do over ClickHouse's HTTP.
import type * as Chdb from "chdb";
import { messageOf } from "../../core/errors.ts";
import { removeInsertFiles } from "./insert-file.ts";
import type { RawInsert } from "./statement.ts";

/** What a statement brought: bytes in the asked format and what the engine did for them. */
export interface EngineResult {
  readonly bytes: Uint8Array;
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly elapsedNs: number;
}

export interface EngineCall {
  readonly sql: string;
  /** Format where the statement has no FORMAT clause. */
  readonly format: string;
  readonly database: string;
  /** Settings by name; param_* are query parameters in ClickHouse's escaped text form. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface Engine {
  /** Rejects with an error whose message is ClickHouse's ("Code: 62. DB::Exception: ..."). */
  readonly run: (call: EngineCall) => Promise<EngineResult>;
  /** Rows as they came, or the file they are in. */
  readonly insert: (
    call: EngineCall,
    target: RawInsert,
    rows: Buffer | string,
  ) => Promise<EngineResult>;
  /** Its data's. */
  readonly folder: string;
  readonly close: () => void;
}

const MISSING =
  "the embedded store needs the optional package chdb (Linux with glibc or macOS, x64 or arm64): " +
  "npm install chdb@3.4.0; or give a ClickHouse server: store: { url: https://user:password@host:8443/weir }";

/** Opens the data folder; fails with words for the user where chdb is not installed. */
export async function openEngine(folder: string, configFile: string): Promise<Engine> {
  const { Session } = await loadChdb();
  await removeInsertFiles(folder);
  const connect = (): Chdb.Session =>
    new Session(folder, { connectionArgs: [`--config-file=${configFile}`] });
  // The engine lives as long as any connection does, so this one stays open.
  const anchor = connect();
  const withSession = async <T>(
    call: EngineCall,
    work: (session: Chdb.Session) => Promise<T>,
  ): Promise<T> => {
    const session = connect();
    try {
      await session.queryAsync(preamble(call));
      return await work(session);
    } finally {
      session.close();
    }
  };
  return {
    run: (call) => withSession(call, (session) => runStatement(session, call)),
    insert: (call, target, rows) =>
      withSession(call, (session) =>
        typeof rows === "string"
          ? insertFile(session, target, rows)
          : insertText(session, target, rows),
      ),
    folder,
    close: () => anchor.close(),
  };
}

async function insertText(
  session: Chdb.Session,
  { format, ...target }: RawInsert,
  values: Buffer,
): Promise<EngineResult> {
  if (format === "Native")
    throw new Error("Code: 108. DB::Exception: No data to insert. (NO_DATA_TO_INSERT)");
  const sum = await session.insert({ ...target, format, values });
  return {
    ...NOTHING,
    writtenRows: sum.rowsWritten,
    writtenBytes: sum.bytesWritten,
    elapsedNs: Math.round(sum.elapsed * 1e9),
  };
}

async function insertFile(
  session: Chdb.Session,
  { table, columns, format }: RawInsert,
  path: string,
): Promise<EngineResult> {
  const named = columns === undefined ? "" : ` (${columns.map(identifier).join(", ")})`;
  const target = table.split(".").map(identifier).join(".");
  const sql = `INSERT INTO ${target}${named} FROM INFILE ${quoted(path)} FORMAT ${format}`;
  const result = await session.queryAsync(sql, {});
  return { ...NOTHING, elapsedNs: Math.round(result.elapsed * 1e9) };
}

const NOTHING: EngineResult = {
  bytes: new Uint8Array(),
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  elapsedNs: 0,
};

async function runStatement(session: Chdb.Session, call: EngineCall): Promise<EngineResult> {
  const result = await session.queryAsync(call.sql, { format: call.format });
  return {
    ...NOTHING,
    bytes: result.bytes(),
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    elapsedNs: Math.round(result.elapsed * 1e9),
  };
}

async function loadChdb(): Promise<typeof Chdb> {
  try {
    return await import("chdb");
  } catch (thrown) {
    throw new Error(`${MISSING} (${messageOf(thrown)})`, { cause: thrown });
  }
}

/** USE and one SET for the whole call; readonly goes last because nothing can be set after it. */
function preamble(call: EngineCall): string {
  const entries = [...call.settings].filter(([name]) => name !== "readonly");
  const readonly = call.settings.get("readonly");
  if (readonly !== undefined) entries.push(["readonly", readonly]);
  const assignments = entries.map(([name, value]) => `${name} = ${quoted(value)}`);
  const use = `USE ${identifier(call.database)}`;
  return assignments.length === 0 ? use : `${use}; SET ${assignments.join(", ")}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

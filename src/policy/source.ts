// A policy as plain data: texts read once, posted to every worker, told apart by a revision.
import { createHash } from "node:crypto";

/** The bytes of a policy. File names only serve messages; nothing in policy/ opens a file. */
export interface PolicySource {
  readonly modelText: string;
  readonly modelFile: string;
  readonly rulesText: string;
  readonly rulesFile: string;
}

/** Why a policy was not accepted; `line` counts from 1, 0 where no line is to blame. */
export interface PolicyFault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What a reader of one file reports to; it knows the file's name. */
export type ReportFault = (line: number, message: string) => void;

const REVISION_CHARS = 12;

/** 12 hex digits that change when the model, the rules or the request mapping do. */
export function revisionOf(source: PolicySource, request: readonly string[]): string {
  const parts = JSON.stringify([source.modelText, source.rulesText, request]);
  return createHash("sha256").update(parts).digest("hex").slice(0, REVISION_CHARS);
}

/** "FILE:LINE: what is wrong", as every check prints it. */
export function faultText(fault: PolicyFault): string {
  return `${fault.file}:${fault.line}: ${fault.message}`;
}

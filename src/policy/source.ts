// A policy as plain data: texts read once, posted to every worker, told apart by a revision.
import { createHash } from "node:crypto";

/** The bytes of a policy. File names only serve messages; nothing in policy/ opens a file. */
export interface PolicySource {
  readonly modelText: string;
  readonly modelFile: string;
  readonly rulesText: string;
  readonly rulesFile: string;
  /** Which definitions decide, as definitionNames reads it. Default: r, p, e, m. */
  readonly context?: string;
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

/**
 * 12 hex digits of SHA-256 over the text of the model, the text of the rules, and the context where
 * there is one: all that the decision on a given tuple depends on. Not over file names, and not over `policy.request`, which says how a
 * tuple is made and is part of the config's revision. So the same two files have the same revision
 * in a running weir, in `weir policy` and in every row.
 */
export function revisionOf({ modelText, rulesText, context = "" }: PolicySource): string {
  const texts = [modelText, rulesText];
  const parts = JSON.stringify(context === "" ? texts : [...texts, context]);
  return createHash("sha256").update(parts).digest("hex").slice(0, REVISION_CHARS);
}

/** "FILE:LINE: what is wrong", as every check prints it. */
export function faultText(fault: PolicyFault): string {
  return `${fault.file}:${fault.line}: ${fault.message}`;
}

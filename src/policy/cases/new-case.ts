// A recorded request as a case: what was asked, and what the policy is to answer from now on.
import { type RecordedRequest, recordedTuple } from "../request/recorded-tuple.ts";
import { MAX_NAME_CHARS, type PolicyCase } from "./policy-case.ts";

export type NewCase = Pick<PolicyCase, "name" | "request" | "expect" | "rule">;

/** What a request row says of its decision (telemetry/columns.ts). */
export interface DecidedRow extends RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly principal: string;
  readonly rule: string;
}

export interface CaseWishes {
  /** Default: method, path and caller. */
  readonly name?: string | undefined;
  /** Default: as it was decided; then by the same rule, too. */
  readonly expect?: PolicyCase["expect"] | undefined;
}

/** The case, or why the row can't become one. */
export function caseOfRow(row: DecidedRow, wishes: CaseWishes): NewCase | string {
  const { decision, rule, method, path, principal } = row;
  const request = recordedTuple(row);
  if (typeof request === "string") return request;
  const { expect = decision } = wishes;
  if (expect !== "allow" && expect !== "deny") {
    return `its decision was "${decision}"; say what you expect: allow or deny`;
  }
  const name = wishes.name ?? plainName(`${method} ${path} by ${principal || "anonymous"}`);
  return { name, request, expect, rule: expect === decision ? rule : null };
}

/** One line of text, as names are. */
function plainName(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, "?").slice(0, MAX_NAME_CHARS);
}

export interface SavedCase {
  readonly file: string;
  /** On which it begins. */
  readonly line: number;
  readonly name: string;
  /** The case alone. */
  readonly yaml: string;
}

export type CaseSave =
  | { readonly ok: true; readonly saved: SavedCase }
  | { readonly ok: false; readonly reason: "exists" | "unusable"; readonly message: string };

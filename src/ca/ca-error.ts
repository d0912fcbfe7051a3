// Why the CA did nothing: a word for programs, and a sentence for people.

export type CaErrorCode =
  | "bad_name"
  | "exists"
  | "unusable_ca"
  | "unusable_folder"
  | "unusable_certificate"
  | "locked"
  | "revoked";

export class CaError extends Error {
  readonly code: CaErrorCode;

  constructor(code: CaErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "CaError";
    this.code = code;
  }
}

// Revoked tokens on disk, in the data folder: written whole before a revocation is answered, read at a start.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { makeFolder } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import { MAX_LEEWAY_MS } from "../identity/options.ts";
import type { RevokedToken } from "../identity/tokens/revoked-tokens.ts";

export interface Revocation extends RevokedToken {
  readonly revokedAtMs: number;
  /** When the token's own time is over, but for the leeway; null: kept until taken back. */
  readonly expiresAtMs: number | null;
}

export interface Revocations {
  readonly list: () => readonly Revocation[];
  /** False: there are too many. Resolves once it is on disk and every worker knows. */
  readonly add: (revocation: Revocation) => Promise<boolean>;
  /** False: there was none. */
  readonly remove: (token: RevokedToken) => Promise<boolean>;
}

export interface RevocationsParts {
  /** The data folder. */
  readonly folder: string;
  /** As `readRevocations` found them. */
  readonly initial: readonly Revocation[];
  /** Tells every worker; resolves when all know. */
  readonly publish: (revoked: readonly RevokedToken[]) => Promise<void>;
  readonly nowMs: () => number;
}

const MAX_REVOCATIONS = 10_000;
const FILE = "revocations.json";
const SAVED = z.array(
  z.strictObject({
    issuer: z.string(),
    jti: z.string(),
    revokedAtMs: z.number(),
    expiresAtMs: z.number().nullable(),
  }),
);

export function createRevocations(parts: RevocationsParts): Revocations {
  const { folder, initial, publish, nowMs } = parts;
  let current = initial;
  const inForce = (): Revocation[] =>
    current.filter(
      ({ expiresAtMs }) => expiresAtMs === null || expiresAtMs + MAX_LEEWAY_MS > nowMs(),
    );
  const change = async (next: readonly Revocation[]): Promise<void> => {
    makeFolder(folder);
    replaceFile(join(folder, FILE), JSON.stringify(next), { mode: 0o600 });
    current = next;
    await publish(next);
  };
  return {
    list: inForce,
    async add(revocation) {
      const others = inForce().filter(otherThan(revocation));
      if (others.length >= MAX_REVOCATIONS) return false;
      await change([...others, revocation]);
      return true;
    },
    async remove(token) {
      const before = inForce();
      const others = before.filter(otherThan(token));
      if (others.length === before.length) return false;
      await change(others);
      return true;
    },
  };
}

function otherThan({ issuer, jti }: RevokedToken): (each: RevokedToken) => boolean {
  return (each) => each.issuer !== issuer || each.jti !== jti;
}

/** @throws Error where the file is there and can't be read: what was revoked must not hold again. */
export function readRevocations(folder: string): readonly Revocation[] {
  const path = join(folder, FILE);
  try {
    return SAVED.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new Error(
      `${path} can't be read, so revoked tokens would hold again: ${messageOf(thrown)}`,
      {
        cause: thrown,
      },
    );
  }
}

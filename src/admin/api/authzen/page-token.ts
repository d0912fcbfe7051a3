// The token of a search's next page: where it goes on, and for which question (AuthZEN section 8.2).
import { createHash } from "node:crypto";
import { z } from "zod";

export interface PagePlace {
  /** Candidates to pass over. */
  readonly from: number;
  readonly limit: number;
}

const DIGEST_CHARS = 22;
const tokenSchema = z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.string()]);

/** Opaque to clients; holds nothing that they may not see or change. */
export function pageToken({ from, limit }: PagePlace, question: unknown): string {
  return Buffer.from(JSON.stringify([from, limit, digestOf(question)])).toString("base64url");
}

/** null where it is none, or another question's. */
export function readPageToken(token: string, question: unknown): PagePlace | null {
  try {
    const text = Buffer.from(token, "base64url").toString();
    const [from, limit, digest] = tokenSchema.parse(JSON.parse(text));
    return digest === digestOf(question) ? { from, limit } : null;
  } catch {
    return null;
  }
}

/** Whatever the order of members, which says nothing in JSON. */
function digestOf(question: unknown): string {
  const text = JSON.stringify(question, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  });
  return createHash("sha256").update(text).digest("base64url").slice(0, DIGEST_CHARS);
}

// Whether a text is the SPIFFE ID of a workload: what certificates name, and what configs ask for.

export const MAX_SPIFFE_ID_BYTES = 2048;
/** Trust domain and path: no segment is empty, "." or "..", which another reader could take for another ID. */
const ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;

/** By the standard "SPIFFE-ID" sections 2.1 to 2.4. */
export function isSpiffeId(text: string): boolean {
  return text.length <= MAX_SPIFFE_ID_BYTES && ID.test(text);
}

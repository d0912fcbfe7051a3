// How large the values of a request row can get, and so a row group.

/** Bytes of UTF-8. A list's limit is for all its values together, a map's for its names and values. */
export const ROW_LIMITS = {
  word: 128,
  host: 256,
  /** An address of IPv6 fits encrypted. */
  address: 128,
  principal: 512,
  path: 4096,
  query: 4096,
  traceState: 512,
  userAgent: 512,
  roles: 1024,
  policyRequest: 5120,
  rolePath: 1024,
  headers: 5120,
  attributes: 2048,
  /** Values in each of the parallel lists of candidates and of attempts. */
  parallel: 8,
} as const;

/** In any list or map: counts take a byte. */
export const MOST_VALUES = 127;
export const MAX_GROUP_ROWS = 64;
/** No row is longer, its words included: the limits above add up to less. */
export const MAX_ROW_BYTES = 48 * 1024;
export const MAX_GROUP_BYTES: number = MAX_GROUP_ROWS * MAX_ROW_BYTES;
/** In place of a word's number: each row has its own, which follow. Groups have fewer words. */
export const EACH = 0xffff;

// The bounds of everything a policy's author or a request can make grow.

/** Model file, characters. */
export const MAX_MODEL_CHARS = 65_536;
/** Rules file, characters. */
export const MAX_RULES_CHARS = 256 * 1024 * 1024;
export const MAX_RULES = 4_000_000;
/** One field of a rule, characters. */
export const MAX_FIELD_CHARS = 8192;
export const MAX_DEFINITION_FIELDS = 64;
/** Nesting of brackets in a matcher. */
export const MAX_NESTING = 32;
/** Words, strings and signs in a matcher, or in the condition of one rule. */
export const MAX_MATCHER_TOKENS = 2048;
/** Different conditions in the rules of one policy; each is compiled. */
export const MAX_RULE_CONDITIONS = 10_000;
/** All of them together, characters: compiling so many takes seconds. */
export const MAX_CONDITION_CHARS = 1024 * 1024;
/** Casbin's own limit: a role further away than this many links is not held. */
export const MAX_ROLE_LINKS = 10;
/** One field of a request tuple, characters; a longer one is not decided (fail closed). */
export const MAX_TUPLE_FIELD_CHARS = 8192;
/** Faults reported for one load; the rest is counted. */
export const MAX_FAULTS = 50;
/** Values in the fields of one request tuple that are not strings, nested ones and names included. */
export const MAX_TUPLE_VALUES = 1024;
/** Nesting of such a field. */
export const MAX_TUPLE_DEPTH = 16;
/** Characters of all names and strings in such fields. */
export const MAX_TUPLE_CHARS = 65_536;

// Which names a verified caller may have: none that policies give a meaning of their own.

import { ANONYMOUS_SUBJECT } from "../core/identity.ts";

/** Subjects and roles share one name space in casbin: a caller named like a role would hold it. */
const ROLE_PREFIX = "role:";

const MAX_SUBJECT_CHARS = 256;

/** "" where the name may be a subject; otherwise why it may not. */
export function subjectFault(subject: string): string {
  if (subject === "") return "a subject must not be empty";
  if (subject.trim() !== subject) return "a subject must not begin or end with a blank";
  if (subject.length > MAX_SUBJECT_CHARS) {
    return `a subject has at most ${MAX_SUBJECT_CHARS} characters`;
  }
  if (/\p{Cc}/u.test(subject)) return "a subject must not contain control characters";
  if (subject.toLowerCase() === ANONYMOUS_SUBJECT) {
    return `"${ANONYMOUS_SUBJECT}" is what policies call a caller without credentials`;
  }
  if (subject.toLowerCase().startsWith(ROLE_PREFIX)) {
    return `names that begin with "${ROLE_PREFIX}" are roles`;
  }
  return "";
}

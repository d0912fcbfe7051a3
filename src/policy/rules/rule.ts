// One line of a rules file, as everything after the reader sees it.

export interface Rule {
  /** "p", or the name of a role definition: "g", "g2", ... */
  readonly ptype: string;
  readonly fields: readonly string[];
  /** The line as written, trimmed. */
  readonly text: string;
  readonly line: number;
  /** "file:line" of the first rule with the same ptype and fields. */
  readonly source: string;
}

// A pattern with its placeholders set apart from its words.
import type { ReactNode } from "react";

const PLACEHOLDERS = /(<(?:uuid|time|text|email|id|ip|n|\*)>)/;

export function PatternText({ pattern }: { readonly pattern: string }): ReactNode {
  return (
    <code className="pattern">
      {pattern
        .split(PLACEHOLDERS)
        .map((part, at) => (at % 2 === 1 ? <em key={at}>{part.slice(1, -1)}</em> : part))}
    </code>
  );
}

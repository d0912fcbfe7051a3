// What there is to know of one policy, enforced or candidate, by name.
import type { ReactNode } from "react";

interface PolicyFactsProps {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Beside each other, where more follows below. */
  readonly inline?: boolean;
}

export function PolicyFacts({ facts, inline = false }: PolicyFactsProps): ReactNode {
  return (
    <dl className={inline ? "facts inline" : "facts"}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

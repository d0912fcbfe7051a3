// A quantity with its unit set quieter than its digits.
import type { ReactNode } from "react";
import type { Quantity } from "../../../../src/core/quantity.ts";

interface AmountProps {
  readonly of: Quantity;
  readonly tone?: "error" | "slow" | undefined;
}

export function Amount({ of: [value, unit], tone }: AmountProps): ReactNode {
  return (
    <span className={tone === undefined ? "amount" : `amount is-${tone}`}>
      {value}
      {unit === "" ? null : <span className="unit">{unit}</span>}
    </span>
  );
}

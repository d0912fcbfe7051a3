// A value of a row: as it is, or where it is protected in a word that says so, with the value to copy.
import type { ReactNode } from "react";
import {
  type ProtectedValue,
  protectedValueOf,
} from "../../../../src/telemetry/protected-value.ts";
import { protectedWords } from "../words/stored.ts";
import { CopyButton } from "./copy-button.tsx";

export function StoredText({ text }: { readonly text: string }): ReactNode {
  const found = protectedValueOf(text);
  if (found === null) return text;
  return (
    <span className="protected" title={meaning(found)}>
      <CopyButton label={protectedWords(found)} words={() => text} />
    </span>
  );
}

function meaning({ way, keyId }: ProtectedValue): string {
  return way === "encrypted"
    ? `Encrypted with the key ${keyId}, by which weir reveal opens it`
    : `Hashed with the key ${keyId}: equal values have equal hashes`;
}

// Copies words to the clipboard and says so.
import { type ReactNode, useEffect, useState } from "react";
import { Icon } from "./icon.tsx";

interface CopyButtonProps {
  readonly label: string;
  /** Called on a click, so that big tables are only put into words when wanted. */
  readonly words: () => string;
}

export function CopyButton({ label, words }: CopyButtonProps): ReactNode {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(words());
      setSaid("Copied");
    } catch {
      setSaid("The browser refused");
    }
  };
  return (
    <button type="button" className="button quiet copy" onClick={() => void copy()}>
      <Icon name={said === "Copied" ? "check" : "copy"} size={14} />
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}

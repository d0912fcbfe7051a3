// Search: what is typed becomes filters of the request list, or opens a trace.
import { type ReactNode, type SyntheticEvent, useCallback, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import { search } from "../state/filters.ts";
import { isTyping, useKeys } from "../state/keys.ts";
import { change } from "../state/place.ts";
import { isTraceId, readSearch } from "../words/search.ts";
import { useNames } from "./use-names.ts";

export function SearchBox(): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const known = useNames();
  useKeys(
    useCallback((event: KeyboardEvent) => {
      if (event.key === "Escape" && event.target === input.current) input.current?.blur();
      if (event.key !== "/" || isTyping(event)) return;
      event.preventDefault();
      input.current?.select();
    }, []),
  );
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const words = input.current?.value ?? "";
    if (words.trim() === "" || input.current === null) return;
    input.current.value = "";
    input.current.blur();
    if (isTraceId(words)) change({ open: words.trim().toLowerCase() });
    else search(readSearch(words, known));
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={input}
        aria-label="Search requests"
        placeholder="/path, 5xx, >200ms, caller, trace id"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
      />
      <kbd>/</kbd>
    </form>
  );
}

// The search of the page Logs, in the place of the one for requests: what is typed is the question `q`.
import { type ReactNode, type SyntheticEvent, useCallback, useEffect, useRef } from "react";
import { Icon } from "../../parts/icon.tsx";
import { isTyping, useKeys } from "../../state/keys.ts";
import { change } from "../../state/place.ts";
import { isTraceId } from "../../words/search.ts";

export function LogSearch({ params }: { readonly params: URLSearchParams }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const asked = params.get("q") ?? "";
  useEffect(() => {
    if (input.current !== null) input.current.value = asked;
  }, [asked]);
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
    const q = input.current?.value.trim() ?? "";
    input.current?.blur();
    if (isTraceId(q)) change({ trace_id: q.toLowerCase(), q: null });
    else change({ q: q === "" ? null : q });
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search log lines"
        placeholder='words, "a phrase", part*, key=value, -without'
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
      />
      <kbd>/</kbd>
    </form>
  );
}

// Ctrl-K: finds pages, routes, services, callers, trace ids and the few commands.
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { useKeys } from "../state/keys.ts";
import type { Place } from "../state/place.ts";
import { matching, type PaletteItem } from "./items.ts";
import { isTraceId } from "../words/search.ts";
import { traceItem, usePaletteItems } from "./use-palette-items.ts";

export function Palette({ place }: { readonly place: Place }): ReactNode {
  const [open, setOpen] = useState(false);
  useKeys(
    useCallback((event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    }, []),
  );
  return open ? <PaletteDialog place={place} onClose={() => setOpen(false)} /> : null;
}

interface PaletteDialogProps {
  readonly place: Place;
  readonly onClose: () => void;
}

function PaletteDialog({ place, onClose }: PaletteDialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(usePaletteItems(place), words);
  const items = isTraceId(words) ? [traceItem(words.trim().toLowerCase())] : found;
  useEffect(() => dialog.current?.showModal(), []);
  const run = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    onClose();
    item.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((at + step + items.length) % Math.max(1, items.length));
    else if (event.key === "Enter") run(items[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="palette" aria-label="Go to" onClose={onClose}>
      <input
        aria-label="Find pages, routes, callers, trace ids"
        placeholder="Page, route, caller, trace id"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-items"
        aria-activedescendant={`palette-${at}`}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <PaletteList items={items} at={at} onRun={run} />
    </dialog>
  );
}

interface PaletteListProps {
  readonly items: readonly PaletteItem[];
  readonly at: number;
  readonly onRun: (item: PaletteItem) => void;
}

function PaletteList({ items, at, onRun }: PaletteListProps): ReactNode {
  if (items.length === 0) {
    return <p className="palette-none">Nothing by that name. A whole trace id opens its trace.</p>;
  }
  return (
    <ul id="palette-items" role="listbox" aria-label="Found">
      {items.map((item, index) => (
        <li
          key={`${item.kind} ${item.name}`}
          id={`palette-${index}`}
          role="option"
          aria-selected={index === at}
          onClick={() => onRun(item)}
        >
          <span>{item.name}</span>
          <span className="small">{item.kind}</span>
        </li>
      ))}
    </ul>
  );
}

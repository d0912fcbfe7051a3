// Collects what the palette can find: from the app itself and from the API.
import type { CallerRow } from "../api.ts";
import { PAGE_TITLES } from "../frame/rail.tsx";
import { useNames } from "../frame/use-names.ts";
import { carried, openRequests, rangeParams } from "../state/filters.ts";
import { live } from "../state/live.ts";
import { change, go, PAGES, type Place } from "../state/place.ts";
import { readQuery } from "../state/readers.ts";
import { toggleTheme } from "../state/theme.ts";
import { useApi } from "../state/use-api.ts";
import { storedWords } from "../words/stored.ts";
import type { PaletteItem } from "./items.ts";

const ONCE = { everyMs: null, always: true } as const;

export function usePaletteItems(place: Place): readonly PaletteItem[] {
  const { routes, services } = useNames();
  const callers = useApi(
    `api/v1/query/callers?${rangeParams(place.params).toString()}`,
    readQuery<CallerRow>,
    ONCE,
  );
  const names = (callers.data?.rows ?? []).map(({ principal }) => principal);
  return [
    ...pages(place),
    ...routes.map((route) => door("route", route, { route })),
    ...services.map((service) => door("service", service, { service })),
    ...names
      .filter((name) => name !== "")
      .map((name) => door("caller", storedWords(name), { principal: name })),
    ...commands(),
  ];
}

/** What was typed is a trace id: the one thing offered. */
export function traceItem(traceId: string): PaletteItem {
  return { kind: "trace", name: `Open trace ${traceId}`, run: () => change({ open: traceId }) };
}

function pages({ params }: Place): PaletteItem[] {
  return PAGES.map((page) => ({
    kind: "page",
    name: PAGE_TITLES[page],
    run: () => go(page, carried(params)),
  }));
}

function door(
  kind: PaletteItem["kind"],
  name: string,
  filters: Readonly<Record<string, string>>,
): PaletteItem {
  return { kind, name, run: () => openRequests(filters) };
}

function commands(): PaletteItem[] {
  return [
    { kind: "command", name: "Change theme", run: toggleTheme },
    { kind: "command", name: "Pause or go on", run: () => live.set(!live.get()) },
    {
      kind: "command",
      name: "Copy link to this view",
      run: () => void navigator.clipboard.writeText(window.location.href),
    },
  ];
}

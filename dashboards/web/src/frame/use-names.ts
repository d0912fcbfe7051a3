// The names of routes and services weir knows, for search and palette.
import { useMemo } from "react";
import { readRoutes } from "../state/readers.ts";
import { useApi } from "../state/use-api.ts";
import type { Known } from "../words/search.ts";

const EVERY = { everyMs: 30_000, always: true } as const;

export function useNames(): Known {
  const { data } = useApi("api/v1/routes", readRoutes, EVERY);
  return useMemo(() => {
    const routes = data ?? [];
    return {
      routes: routes.map(({ name }) => name),
      services: [...new Set(routes.map(({ service }) => service))],
    };
  }, [data]);
}

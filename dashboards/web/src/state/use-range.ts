// The range a page opens with where the URL says none; from then on it is in the URL.
import { useEffect } from "react";
import { changeQuietly, type Place } from "./place.ts";

/** False until it is there: nothing should be asked for another one before. */
export function useRange({ params }: Place, since: string): boolean {
  const isSaid = params.has("since");
  useEffect(() => {
    if (!isSaid) changeQuietly({ since });
  }, [isSaid, since]);
  return isSaid;
}

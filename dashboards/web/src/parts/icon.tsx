// The few icons, drawn as 20-unit strokes in the colour of the text around them.
import type { ReactNode } from "react";

const PATHS = {
  overview: "M3 16V9M8 16V4M13 16v-5M18 16V7",
  map: "M5 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4M15 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4M15 13a2 2 0 1 0 0 4 2 2 0 0 0 0-4M7 9.2l6-3M7 10.8l6 3",
  boards: "M3 4h6v6H3zM11 4h6v4h-6zM3 12h6v4H3zM11 10h6v6h-6z",
  routes: "M3 5h5c4 0 2 10 6 10h3M3 15h4M15 12l3 3-3 3M10 5h8",
  upstreams: "M3 10h4M7 10c4 0 3-6 8-6h2M7 10h10M7 10c4 0 3 6 8 6h2",
  requests: "M3 5h14M3 10h14M3 15h9",
  tail: "M3 4h14M3 8h9M3 12h14M13 15l3 3 3-3M16 9v9",
  logs: "M3 5h1M7 5h10M3 10h1M7 10h7M3 15h1M7 15h9",
  errors: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6.5v4.5M10 13.3v.2",
  security: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9M10 12.2v1.8",
  alerts: "M10 3a5 5 0 0 0-5 5v4l-1.5 2.5h13L15 12V8a5 5 0 0 0-5-5M8.5 17h3",
  policy: "M10 3l6 2v5c0 4-2.6 6-6 7-3.4-1-6-3-6-7V5zM7.3 9.8l2 2 3.4-3.8",
  sql: "M4 6l4 4-4 4M10 15h6",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4m4 9 4 4",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  moon: "M16 12.5A6.5 6.5 0 0 1 7.5 4 6.5 6.5 0 1 0 16 12.5",
  close: "M5 5l10 10M15 5 5 15",
  warn: "M10 3 2.5 16.5h15zM10 8.5v3.5M10 14.3v.2",
  shield: "M10 3l6 2v5c0 4-2.6 6-6 7-3.4-1-6-3-6-7V5z",
  next: "M8 5l5 5-5 5",
  previous: "M12 5l-5 5 5 5",
  copy: "M7 7h9v9H7zM4 13V4h9",
  check: "M4 10.5l4 4 8-9",
  mark: "M2 7c3 0 3-2 6-2s3 2 6 2 2-1 4-1.6M2 13c3 0 3-2 6-2s3 2 6 2 2-1 4-1.6M10 2.5v15",
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  readonly size?: number;
}

/** Decoration only: the words beside it say what it is. */
export function Icon({ name, size = 16 }: IconProps): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

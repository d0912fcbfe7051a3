// Columns of what is different: the attribute, its value, and its share of the chosen requests and of the others.
import type { ReactNode } from "react";
import type { Differences, DifferentValue } from "../../differences.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { FILTER_LABELS, FILTERS, filterWords } from "../../state/filters.ts";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { share } from "../../../../../src/core/quantity.ts";
import { storedWords } from "../../words/stored.ts";

export interface DifferenceRow extends DifferentValue {
  readonly attribute: string;
  /** The first of its attribute. */
  readonly isBest: boolean;
}

/** An attribute's best value leads; others of it follow where they, too, are more frequent among the chosen. */
export function rowsOf({ attributes, compared }: Differences): readonly DifferenceRow[] {
  return attributes.flatMap(({ attribute, values }) =>
    values
      .filter((each, at) => {
        return at === 0 || each.selected / compared.selected > each.rest / compared.rest;
      })
      .map((each, at) => ({ ...each, attribute, isBest: at === 0 })),
  );
}

export function differenceColumns(
  { compared }: Differences,
  filters: Readonly<Record<string, string>>,
): readonly TableColumn<DifferenceRow>[] {
  return [
    {
      key: "attribute",
      label: "What",
      value: ({ attribute }) => attribute,
      show: ({ attribute }) => <span className="muted">{labelOf(attribute)}</span>,
    },
    {
      key: "value",
      label: "Value",
      value: ({ value }) => value,
      show: (row) => <Value row={row} filters={filters} />,
      wide: true,
      lead: true,
    },
    shareColumn("selected", "Of these", compared),
    shareColumn("rest", "Of the others", compared),
  ];
}

function shareColumn(
  side: "selected" | "rest",
  label: string,
  compared: Differences["compared"],
): TableColumn<DifferenceRow> {
  return {
    key: side,
    label,
    value: (row) => row[side] / compared[side],
    numeric: true,
    show: (row) => (
      <Bar value={row[side]} max={compared[side]} tone={side === "selected" ? "accent" : "rate"}>
        <Amount of={share(row[side], compared[side])} />
      </Bar>
    ),
  };
}

interface ValueProps {
  readonly row: DifferenceRow;
  readonly filters: Readonly<Record<string, string>>;
}

function Value({ row: { attribute, value, door }, filters }: ValueProps): ReactNode {
  const words = valueWords(attribute, value);
  if (door === null) return <span title={value}>{words}</span>;
  return (
    <Door
      filters={{ ...filters, ...door }}
      title={`Those of the box with ${labelOf(attribute)} ${words}`}
    >
      {words}
    </Door>
  );
}

function valueWords(attribute: string, value: string): string {
  const filter = FILTERS.find((name) => name === attribute);
  if (filter !== undefined) return filterWords(filter, value);
  return value === "" ? "none" : storedWords(value);
}

/** "headers.x-client" as "header x-client", "user_agent" as "user agent". */
function labelOf(attribute: string): string {
  const filter = FILTERS.find((name) => name === attribute);
  if (filter === "path") return "path";
  if (filter !== undefined) return FILTER_LABELS[filter];
  if (attribute.startsWith("headers.")) return attribute.replace("headers.", "header ");
  if (attribute.startsWith("attributes.")) return attribute.replace("attributes.", "");
  return attribute.replaceAll("_", " ");
}

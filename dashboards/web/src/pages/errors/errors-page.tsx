// What fails, by kind: what of it is new, how it goes, and the requests behind each.
import type { ReactNode } from "react";
import { readBoard } from "../../board.ts";
import { Empty, Nothing, Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { useRange } from "../../state/use-range.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastOf } from "../../words/time.ts";
import { BoardCell } from "../boards/board-cell.tsx";
import { useQuery } from "../overview/use-overview.ts";
import { type ErrorGroup, groupFilters, groupKey } from "./error-group.ts";
import { ErrorsVerdict } from "./errors-verdict.tsx";
import { groupColumns } from "./group-columns.tsx";
import { GroupFilter, shownGroups } from "./group-filter.tsx";

export function ErrorsPage({ place }: { readonly place: Place }): ReactNode {
  return useRange(place, "1h") ? <Errors place={place} /> : null;
}

function Errors({ place }: { readonly place: Place }): ReactNode {
  const groups = useQuery<ErrorGroup>("error-groups", place);
  if (groups.data === null) return <Nothing from={groups} what="errors by kind" />;
  const all = groups.data.rows;
  return (
    <>
      <div className={groups.error === null ? "answer" : "answer is-stale"}>
        <ErrorsVerdict groups={all} range={lastOf(rangeOf(place.params).since)} />
      </div>
      {all.length === 0 ? null : <Course place={place} />}
      <GroupsPanel groups={groups} all={all} place={place} />
    </>
  );
}

interface GroupsPanelProps {
  readonly groups: Loaded<unknown>;
  readonly all: readonly ErrorGroup[];
  readonly place: Place;
}

function GroupsPanel({ groups, all, place }: GroupsPanelProps): ReactNode {
  const rows = shownGroups(all, place);
  const columns = groupColumns(rows);
  const aside = (
    <>
      <GroupFilter groups={all} place={place} />
      <CopyCsv columns={columns} rows={rows} />
    </>
  );
  return (
    <Panel title="Errors by kind" from={groups} what="errors by kind" aside={aside}>
      {() =>
        rows.length === 0 ? (
          <NoErrors any={all.length > 0} />
        ) : (
          <DataTable
            main
            label="Errors by kind"
            columns={columns}
            rows={rows}
            rowKey={groupKey}
            onOpen={(group) => openRequests(groupFilters(group))}
          />
        )
      }
    </Panel>
  );
}

function NoErrors({ any }: { readonly any: boolean }): ReactNode {
  if (any) return <Empty title="Nothing of this kind failed." />;
  return (
    <Empty title="No request failed.">
      <p>
        What a retry made good is none here; the board Errors shows attempts that failed, too. To be
        told of the next one: <code>alerts</code> in weir.yaml.
      </p>
    </Empty>
  );
}

const EVERY = { everyMs: null } as const;

/** The board's own chart, as its file has it. */
function Course({ place }: { readonly place: Place }): ReactNode {
  const board = useApi("api/v1/boards/errors", readBoard, EVERY).data;
  const cell = board?.rows.flat().find(({ panel }) => panel === "errors-over-time");
  if (board === null || cell === undefined) return null;
  return (
    <div className="board">
      <BoardCell cell={{ ...cell, width: 12 }} board={board} place={place} />
    </div>
  );
}

// The numbered questions of dashboards/README.md, each with the panel or the SQL that answers it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Answer =
  | { readonly panel: string; readonly filters: Readonly<Record<string, string>> }
  | { readonly sql: string };

export type Question = Answer & { readonly number: number; readonly asked: string };

const ITEM = /^(?<number>\d+)\. \*\*(?<asked>[^*]+)\*\*(?<rest>[^]*?)(?=^\d+\. \*\*|^#|(?![^]))/gm;
const COMMAND = /^ `weir query (?<panel>[\w-]+)(?<options>[^`]*)`/;

export function readmeQuestions(): Question[] {
  const file = join(import.meta.dirname, "../../../dashboards/README.md");
  return [...readFileSync(file, "utf8").matchAll(ITEM)].map(([, number, asked = "", rest = ""]) => {
    return { number: Number(number), asked, ...answerIn(rest) };
  });
}

function answerIn(text: string): Answer {
  const [, panel, options = ""] = COMMAND.exec(text) ?? [];
  if (panel !== undefined) return { panel, filters: filtersIn(options) };
  const [, sql] = /```sql\n([^]*?)```/.exec(text) ?? [];
  if (sql === undefined) throw new Error(`neither a panel nor SQL: ${text}`);
  return { sql };
}

function filtersIn(options: string): Record<string, string> {
  const given = options.matchAll(/--filter (?<name>\w+)=(?<value>\S+)/g);
  return Object.fromEntries([...given].map(([, name = "", value = ""]) => [name, value]));
}

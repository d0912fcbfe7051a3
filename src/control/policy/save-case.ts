// Saves a recorded request as a case: the file is replaced whole, or left as it is.
import { existsSync } from "node:fs";
import { messageOf } from "../../core/errors.ts";
import { replaceFile } from "../../core/replace-file.ts";
import { addCase } from "../../policy/cases/add-case.ts";
import { fieldsOfModel } from "../../policy/cases/case-context.ts";
import type { CaseSave, NewCase } from "../../policy/cases/new-case.ts";
import { faultText, type PolicyFault } from "../../policy/source.ts";
import { readCasesFile } from "./cases-files.ts";

export interface CasePlace {
  readonly model: string;
  /** Which of its r a request is of. */
  readonly context: string;
  /** The file to add to; it need not be there. */
  readonly cases: string;
  /** Only to be shown: nothing is written. */
  readonly isDry: boolean;
}

/** Never throws. All in one turn, so that nobody of this process comes in between. */
export function saveCase(place: CasePlace, wanted: NewCase): CaseSave {
  const { cases: file, context, isDry } = place;
  const model = readCasesFile(place.model);
  if ("message" in model) return unusable(faultText(model));
  const fieldsOf = fieldsOfModel({ modelText: model.text, modelFile: place.model }, context);
  const before = existing(file);
  if ("message" in before) return unusable(faultText(before));
  const result = addCase({ text: before.text, file, fieldsOf, context }, wanted);
  if (!result.ok) return result;
  const { text, added, yaml } = result;
  const fault = isDry ? "" : replace(file, text);
  if (fault !== "") return unusable(`${file}: ${fault}; nothing was changed`);
  return { ok: true, saved: { file, line: added.line, name: added.name, yaml } };
}

function unusable(message: string): CaseSave {
  return { ok: false, reason: "unusable", message };
}

function existing(file: string): { readonly text: string } | PolicyFault {
  return existsSync(file) ? readCasesFile(file) : { text: "" };
}

/** Why not, or "". */
function replace(file: string, text: string): string {
  try {
    replaceFile(file, text);
    return "";
  } catch (thrown) {
    return messageOf(thrown);
  }
}

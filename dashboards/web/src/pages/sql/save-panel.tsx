// The statement as a panel's file, to be copied into a folder of the user's own.
import { type ReactNode, useState } from "react";
import { CopyButton } from "../../parts/copy-button.tsx";
import type { SqlAnswer } from "./answer.ts";
import { panelFile, type PanelWords } from "./panel-text.ts";

interface SavePanelProps {
  readonly sql: string;
  readonly answer: SqlAnswer;
}

export function SavePanel({ sql, answer }: SavePanelProps): ReactNode {
  const [words, setWords] = useState<PanelWords>({ title: "My panel", question: "What is asked?" });
  const file = panelFile(sql, words, answer);
  return (
    <div className="save-panel">
      <label>
        Title
        <input
          value={words.title}
          maxLength={200}
          onChange={({ target }) => setWords({ ...words, title: target.value })}
        />
      </label>
      <label>
        The question it answers
        <input
          value={words.question}
          maxLength={200}
          onChange={({ target }) => setWords({ ...words, question: target.value })}
        />
      </label>
      <p className="small">
        Panels are files. Put this as <code>panels/{file.name}</code> into the folder that{" "}
        <code>dashboards:</code> in weir.yaml names; boards, <code>weir query</code> and the API
        read it at once. {file.advice.join(" ")}
      </p>
      <pre aria-label="Panel file">{file.text}</pre>
      <CopyButton label="Copy the file" words={() => file.text} />
    </div>
  );
}

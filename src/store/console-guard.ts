// Judges a statement that people typed by ClickHouse's own reading of it: only what stands here is let through.

/** Nodes of EXPLAIN AST that read; a new kind of statement or clause is refused until it is known here. */
const NODES = new Set(
  [
    "SelectWithUnionQuery SelectIntersectExceptQuery SelectQuery Subquery ExpressionList",
    "Identifier Literal Function WithElement ArrayJoin TablesInSelectQuery",
    "TablesInSelectQueryElement TableExpression TableIdentifier TableJoin Asterisk",
    "QualifiedAsterisk ColumnsTransformerList SampleRatio ColumnsExceptTransformer",
    "ColumnsReplaceTransformer ColumnsReplaceTransformer::Replacement ColumnsRegexpMatcher",
    "QualifiedColumnsRegexpMatcher ColumnsListMatcher QualifiedColumnsListMatcher",
    "OrderByElement InterpolateElement WindowListElement WindowDefinition Explain Set",
    "DescribeQuery ExistsTableQuery ShowTables ShowColumns ShowFunctions",
    "ShowCreateTableQuery",
  ].flatMap((names) => names.split(" ")),
);

/** Table functions that make rows of nothing, or hold a subquery that is judged as well. */
const TABLE_FUNCTIONS =
  /^(?:numbers|numbers_mt|zeros|zeros_mt|generate_series|generateSeries|primes|values|view)$/;

/**
 * Functions that reach files, the network, other tables, settings or the process, or only wait. Edit
 * distances cost the product of both lengths, and no limit of time ends them within a block of rows.
 */
const DENIED =
  /^(?:file|\w*levenshtein\w*|editdistance\w*|jaro\w*|arraysimilarity|dict\w+|joinget\w*|hascolumnintable|getserversetting|getmergetreesetting|getmacro|getclienthttpheader|showcertificate|sleep\w*|logtrace|trap|generateserialid|catboostevaluate|modelevaluate|naivebayesclassifier|lemmatize|synonyms|addressto\w+|demangle|filesystem\w*|zookeeper\w*|fuzz\w+|ai(?:classify|embed|extract|generate|translate)\w*)$/i;

/** What of `system` tells of tables and the engine, and nothing of users, settings or other people's statements. */
const SYSTEM =
  /^(?:one|numbers|numbers_mt|zeros|zeros_mt|primes|databases|tables|columns|parts|parts_columns|projections|data_skipping_indices|functions|table_functions|aggregate_function_combinators|formats|data_type_families|table_engines|keywords|codecs|time_zones|metrics|asynchronous_metrics|events|build_options|licenses|contributors)$/;

interface Node {
  readonly depth: number;
  readonly kind: string;
  /** A function's, a table's or a column's; empty for other kinds. */
  readonly name: string;
}

export interface Ground {
  /** Whose tables may be read. */
  readonly database: string;
  /** Functions that are not ClickHouse's own: programs, or other functions under another name. */
  readonly foreignFunctions: ReadonlySet<string>;
}

/** Why a statement must not run; null where it may. `tree` is the answer to EXPLAIN AST, a line each. */
export function consoleFault(
  tree: readonly string[],
  { database, foreignFunctions }: Ground,
): string | null {
  const nodes = tree.filter((line) => line.trim() !== "").map(nodeOf);
  if (nodes.length === 0) return "the statement can't be read";
  for (const [at, node] of nodes.entries()) {
    const before = nodes[at - 1];
    const fault = kindFault(node, before) ?? functionFault(node, before);
    if (fault !== null) return fault;
    if (foreignFunctions.has(node.name)) return `${node.name}() is not allowed`;
  }
  const tables = nodes.filter(({ kind }) => kind === "TableIdentifier");
  const foreign = [...tables, ...tablesAfterIn(nodes)].find(({ name }) => !isOpen(name, database));
  if (foreign !== undefined) return `the table ${foreign.name} is not open to the console`;
  const owner = ownerNamed(nodes);
  return owner === null || owner === database
    ? null
    : `the database ${owner} is not open to the console`;
}

/** Of SHOW CREATE and EXISTS, which name database and table as two identifiers; null: none named. */
function ownerNamed([first, owner, table]: readonly Node[]): string | null {
  const isNamed = /^(?:ShowCreateTable|ExistsTable)Query$/.test(first?.kind ?? "");
  return isNamed && table?.kind === "Identifier" ? (owner?.name ?? null) : null;
}

function nodeOf(line: string): Node {
  const [, indent = "", kind = "", name = ""] = /^( *)(\S+) ?(\S*)/.exec(line) ?? [];
  const isNamed = kind === "Function" || kind === "Identifier" || kind === "TableIdentifier";
  return { depth: indent.length, kind, name: isNamed ? name : "" };
}

function kindFault({ kind }: Node, before: Node | undefined): string | null {
  // EXPLAIN's own; a subquery's settings would be taken without the check of the statement's.
  if (kind === "Set" && before?.kind !== "Explain") return "SETTINGS is not allowed";
  return NODES.has(kind) ? null : `${kind} is not allowed`;
}

/** An identifier may name a function, too: arrayMap(file, ...). */
function functionFault({ kind, name }: Node, before: Node | undefined): string | null {
  const isTable = kind === "Function" && before?.kind === "TableExpression";
  const isDenied = isTable
    ? !TABLE_FUNCTIONS.test(name)
    : (kind === "Function" || kind === "Identifier") && DENIED.test(name);
  return isDenied ? `${name}() is not allowed` : null;
}

const IN = /^(?:global)?(?:not)?(?:null)?in(?:ignoreset)?$/i;

/** `x IN t` reads a table that is written as a column is. */
function tablesAfterIn(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node, at) => {
    if (node.kind !== "Function" || !IN.test(node.name)) return [];
    const below = nodes.slice(at + 1);
    const end = below.findIndex(({ depth }) => depth <= node.depth);
    const operands = below
      .slice(0, end < 0 ? undefined : end)
      .filter(({ depth }) => depth === node.depth + 2);
    return operands.slice(1).filter(({ kind }) => kind === "Identifier");
  });
}

function isOpen(name: string, database: string): boolean {
  const dot = name.indexOf(".");
  if (dot < 0) return true;
  const [owner, table] = [name.slice(0, dot), name.slice(dot + 1)];
  if (owner === "system") return SYSTEM.test(table);
  return owner === database || /^information_schema$/i.test(owner);
}

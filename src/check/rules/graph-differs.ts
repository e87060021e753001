import { counted } from "../../errors/counted.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/json.ts";
import { AuthorError, type AuthoredArtifact } from "../../snapshot/build/authored.ts";
import { behaviourGraph, type Ways } from "../../snapshot/build/graph.ts";
import { asAuthored } from "../analysis/as-authored.ts";
import { type Found, rule } from "../rule.ts";

export const graphDiffers = rule({
  id: "graph-differs",
  about: "Require that the graph file of a workflow matches its artifact",
  severity: "warning",
  hint: "generate the graph again from the workflow's artifact",
  *check(subject) {
    if (![...subject.documents.keys()].some((file) => file.endsWith(SUFFIX))) return;
    const artifacts = asAuthored(subject);
    const expected = artifacts
      .filter(({ kind }) => kind === "WF")
      .map((workflow) => graphOf(workflow, artifacts));
    for (const { workflow, file, graph } of expected) {
      const found = subject.documents.get(file);
      if (found === undefined) {
        yield {
          file: workflow.file,
          pointer: "",
          facts: { file },
          message: `there is no ${file} for the workflow`,
        };
      } else if (graph !== null) yield* differences(file, graph, found);
    }
    const files = new Set(expected.map(({ file }) => file));
    for (const file of subject.documents.keys()) {
      if (!file.endsWith(SUFFIX) || files.has(file)) continue;
      yield { file, pointer: "", facts: {}, message: "the graph belongs to no workflow in the snapshot" };
    }
  },
});

const SUFFIX = ".graph.json";

/** The graph is null where the routes cannot be drawn: other rules say why. */
function graphOf(workflow: AuthoredArtifact, artifacts: readonly AuthoredArtifact[]) {
  const code = workflow.fqdn.slice(workflow.fqdn.indexOf("::") + 2);
  const file = `behavior_logic/${code}/${code}${SUFFIX}`;
  try {
    const [, graph, ways] = behaviourGraph(workflow, artifacts);
    return { workflow, file, graph: { parts: graph, ways } };
  } catch (error) {
    if (!(error instanceof AuthorError)) throw error;
    return { workflow, file, graph: null };
  }
}

/** What the kept graph says of the entry, the nodes, the edges and the ways through, whatever their order. */
function* differences(file: string, { parts, ways }: Expected, found: JsonObject): Generator<Found> {
  for (const [part, read] of PARTS) {
    const difference = Object.hasOwn(parts, part)
      ? listDifference(read(own(found, part)), read(own(parts, part)))
      : waysDifference(own(found, part), ways);
    if (difference === null) continue;
    yield { file, pointer: `/${part}`, facts: { part }, message: `${part} of the graph: ${difference}` };
  }
}

interface Expected {
  readonly parts: JsonObject;
  readonly ways: Ways;
}

function listDifference(is: readonly string[], should: readonly string[]): string | null {
  if (jsonEqual(is, should)) return null;
  const [there, wanted] = [new Set(is), new Set(should)];
  const missing = said(
    "missing",
    should.filter((one) => !there.has(one)),
  );
  const extra = said(
    "not the workflow's",
    is.filter((one) => !wanted.has(one)),
  );
  return [missing, extra].filter((one) => one !== "").join("; ");
}

/** Of ways that are too many to be listed: whether each that is listed is one, and none is left out. */
function waysDifference(listed: Json | undefined, ways: Ways): string | null {
  if (!Array.isArray(listed)) return null;
  const extra = listed.filter((one: Json) => !Array.isArray(one) || !ways.has(one));
  if (extra.length > 0) return said("not the workflow's", extra.map(wayText));
  const count = new Set(listed.map(wayText)).size;
  return count === ways.count ? null : `${count} of ${counted(ways.count, "path")} listed`;
}

const wayText = (one: Json) => (Array.isArray(one) ? one.join(" > ") : "");

function said(how: string, what: readonly string[]): string {
  if (what.length === 0) return "";
  const more = what.length > 3 ? ` and ${what.length - 3} more` : "";
  return `${how} ${what.slice(0, 3).join(", ")}${more}`;
}

type Read = (value: Json | undefined) => readonly string[];

const each =
  (read: (one: Json) => string): Read =>
  (value) =>
    [...new Set((Array.isArray(value) ? value : []).map(read))].sort();
const field = (one: Json, name: string) => String(isObject(one) ? own(one, name) : null);

/** The contract of a node, by its code: some compilers write it in full. */
function contractIn(one: Json): string {
  const code = isObject(one) ? own(one, "cc_code") : undefined;
  return typeof code === "string" ? ` ${code.slice(code.lastIndexOf("::") + 1).replace(/^:/, "")}` : "";
}

const PARTS: readonly (readonly [part: string, read: Read])[] = [
  ["entry", (value) => [String(value)]],
  ["nodes", each((one) => `${field(one, "id")} ${field(one, "type")}${contractIn(one)}`)],
  ["edges", each((one) => `${field(one, "from")} --${field(one, "condition")}--> ${field(one, "to")}`)],
  ["execution_paths", each(wayText)],
];

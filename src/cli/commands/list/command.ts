/** `pgs list`: what can be run. */

import { isObject, type JsonObject, objectAt, own } from "../../../json/value.ts";
import type { Artifact } from "../../../snapshot/artifact.ts";
import { isFqdn, namespaceOf, qualify } from "../../../snapshot/fqdn.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import { painter } from "../../colour.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { flag } from "../../option.ts";
import { plain, printJson, printText } from "../../print.ts";
import { trustOf } from "../../trust.ts";

interface Row {
  readonly workflow: string;
  readonly domain: string;
  readonly summary: string;
  /** Full names of the workflows that are in force in its place. */
  readonly superseded_by: readonly string[];
  readonly payload: readonly { readonly field: string; readonly type: string; readonly required: boolean }[];
}

export const list = defineCommand({
  arguments: {},
  options: { List: { all: flag("list superseded workflows, too, which cannot be run") } },
  shared: ["workspace", "snapshot", "json", "debug", "no-color"],
  examples: [
    ["pgs list", "list the workflows of the snapshot in the current folder"],
    [
      "pgs list --all --snapshot /srv/protocol_snapshot --json",
      "list those of another snapshot for a program, superseded ones, too",
    ],
  ],
  exitCodes: { SUCCESS: true, SNAPSHOT: true },
  async action({ all }, context) {
    const { settings } = context;
    const snapshot = await open(context, trustOf({}, context));
    const artifacts = snapshot.names("WF").map((name) => snapshot.artifact(name));
    const every = artifacts.flatMap((one) => (one === undefined ? [] : [row(one, snapshot)]));
    const rows = all ? every : every.filter((one) => one.superseded_by.length === 0);
    if (settings.json) {
      printJson(context, { workflows: rows });
      return EXIT.SUCCESS;
    }
    const paint = await painter(settings);
    for (const { workflow, summary, payload, superseded_by: successors } of rows) {
      const fields = payload
        .map(({ field, type, required }) => `${field}${required ? "" : "?"}: ${type}`)
        .join(", ");
      const shape = payload.length === 0 ? "any payload" : `{ ${fields} }`;
      const standing =
        successors.length === 0 ? "" : `  ${paint("bad", plain(`superseded by ${successors.join(", ")}`))}\n`;
      printText(
        context,
        `${paint("strong", workflow)}\n${standing}  ${plain(summary)}\n  ${paint("quiet", plain(shape))}\n`,
      );
    }
    return EXIT.SUCCESS;
  },
});

function row(artifact: Artifact, snapshot: Snapshot): Row {
  const core = objectAt(artifact.frontmatter, "core");
  const summary = own(core, "summary");
  const { supersededBy } = snapshot.tables.workflow(artifact, () => undefined);
  return {
    workflow: artifact.fqdn,
    domain: namespaceOf(artifact.fqdn),
    summary: typeof summary === "string" ? summary : "",
    superseded_by: supersededBy.map(({ name }) => qualify(name, namespaceOf(artifact.fqdn))),
    payload: payloadFields(core, artifact, snapshot),
  };
}

/** The fields of the start node's intent. */
function payloadFields(core: JsonObject, artifact: Artifact, snapshot: Snapshot): Row["payload"] {
  const start = objectAt(objectAt(core, "nodes"), String(own(core, "start_node")));
  const name = qualify(String(own(start, "fqdn_id") ?? own(start, "code") ?? ""), namespaceOf(artifact.fqdn));
  const intent = isFqdn(name) ? snapshot.artifact(name) : undefined;
  if (intent === undefined) return [];
  return Object.entries(objectAt(objectAt(intent.frontmatter, "core"), "inputs")).map(([field, spec]) => ({
    field,
    type: isObject(spec) ? plain(own(spec, "type") ?? "any") : "any",
    required: isObject(spec) && own(spec, "required") === true,
  }));
}

/** The workflows that a change of some artifacts may change. */

import { isObject, type Json, objectAt } from "../../json/value.ts";
import { type QueryArtifact, toQueryArtifact } from "../../query/model.ts";
import { workflowsReferringTo } from "../../query/require-name.ts";
import { fqdnOfFile } from "../../snapshot/fqdn.ts";

/** Those that are at one of the paths, or refer to an artifact there, directly or through others. */
export function affectedWorkflows(
  files: ReadonlyMap<string, string>,
  changed: readonly string[],
): ReadonlySet<string> {
  const names = changed.flatMap((path) => fqdnOfFile(path) ?? []);
  // One that is gone is still named, by its code too.
  const gone = names.map((fqdn) => toQueryArtifact({ fqdn, file: "", text: "", frontmatter: {} }));
  const all = [...gone, ...artifactsIn(files)].map((one) => [one.fqdn, one] as const);
  return new Set(names.flatMap((name) => workflowsReferringTo(name, { artifacts: new Map(all) })));
}

function artifactsIn(files: ReadonlyMap<string, string>): readonly QueryArtifact[] {
  return [...files].flatMap(([file, text]) => {
    const fqdn = fqdnOfFile(file);
    const envelope = fqdn === undefined ? null : (JSON.parse(text) as Json);
    if (fqdn === undefined || !isObject(envelope)) return [];
    return [toQueryArtifact({ fqdn, file, text, frontmatter: objectAt(envelope, "frontmatter") })];
  });
}

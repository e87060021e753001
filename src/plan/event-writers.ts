/** Which workflows of a snapshot write a record that admission looks for, as far as their artifacts declare it. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../json/value.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { isFqdn, namespaceOf, qualify } from "../snapshot/fqdn.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/** Full names, sorted: those with a step that writes the event's code. */
export function eventWriters(event: string, snapshot: Snapshot): readonly string[] {
  return snapshot.names("WF").filter((name) => {
    const workflow = snapshot.artifact(name);
    return (
      workflow !== undefined && contractsOf(workflow, snapshot).some((one) => records(one.frontmatter, event))
    );
  });
}

function contractsOf(workflow: Artifact, snapshot: Snapshot): readonly Artifact[] {
  const nodes = Object.values(objectAt(objectAt(workflow.frontmatter, "core"), "nodes")).filter(isObject);
  return nodes.flatMap((node) => {
    const name = qualify(String(own(node, "code")), namespaceOf(workflow.fqdn));
    const artifact = isFqdn(name) ? snapshot.artifact(name) : undefined;
    return artifact?.kind === "CC" ? [artifact] : [];
  });
}

function records(value: Json, event: string): boolean {
  if (Array.isArray(value)) return value.some((item) => records(item, event));
  if (!isObject(value)) return false;
  return isRecordOf(value, event) || Object.values(value).some((item) => records(item, event));
}

function isRecordOf(value: JsonObject, event: string): boolean {
  return own(value, "event_code") === event || own(value, "event_type") === event;
}

/** Values and names of a trace inside an English sentence. */

import { joined } from "../../errors/joined.ts";
import { canonical } from "../../json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import { isSuppressed } from "../../trace/event.ts";
import { shortened } from "../picture/text-metrics.ts";

/** Longer values are shortened; the trace has the whole value. */
const VALUE_LIMIT = 1000;

const SECRET = "(a secret value)";

/** The value as JSON; what is suppressed is called secret. */
export function valueText(value: Json): string {
  return shortened(textOf(value), VALUE_LIMIT);
}

function textOf(value: Json): string {
  if (isSuppressed(value)) return SECRET;
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (!isObject(value)) return canonical(value);
  const members = sortedMembers(value).map(([name, item]) => `${canonical(name)}: ${textOf(item)}`);
  return `{${members.join(", ")}}`;
}

/** By name: the order in which a trace has them. */
function sortedMembers(values: JsonObject): readonly (readonly [name: string, value: Json])[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each member with its value. */
export function memberTexts(values: JsonObject): readonly string[] {
  return sortedMembers(values).map(([name, value]) => `${name}: ${valueText(value)}`);
}

/** The members in a row: `a 1, b "x"`. */
export function membersText(values: JsonObject): string {
  return joined(sortedMembers(values).map(([name, value]) => `${name} ${valueText(value)}`));
}

/** A moment of a trace: `2026-01-31 at 09:00:00 UTC`. */
export function momentText(instant: string): string {
  const [day, time = ""] = instant.split("T");
  return `${day} at ${time.replace(/(?:\.000)?Z$/, "")} UTC`;
}

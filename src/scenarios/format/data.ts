/** The data root as a scenario gives it: a folder to copy, or content by store or path. */

import type { Path } from "../../json/diff.ts";
import { exactText } from "../../json/number.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import type { Preparation } from "../scenario.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";
import { pathOf, type Stores } from "./stores.ts";
import { realPathWithin, type Surroundings } from "./surroundings.ts";

/** The files below a folder that the scenario names. @throws ScenarioFault `SCENARIO_MALFORMED` */
export function copied(
  folder: string,
  at: string,
  surroundings: Surroundings,
  source: Source,
): readonly Preparation[] {
  const from = realPathWithin(folder, at, surroundings, source);
  if (from === null || !surroundings.files.isFolder(from))
    return malformed(source, at, `a folder relative to this file; ${folder} is not one`);
  return [{ do: "copy", path: folder, from }];
}

/** What is done to the data root for each store or path. @throws ScenarioFault `SCENARIO_MALFORMED` */
export function prepared(data: JsonObject, at: Path, stores: Stores, source: Source): readonly Preparation[] {
  return Object.entries(data).flatMap(([name, content]): readonly Preparation[] => {
    const path = pathOf(name, pointer([...at, name]), stores, source);
    const remove: Preparation = { do: "rm", path };
    if (content === null) return [remove];
    if (isFolder(content)) return [remove, { do: "mkdir", path }];
    return [remove, { do: "write", path, text: textOf(content) }];
  });
}

function isFolder(content: Json): boolean {
  return isObject(content) && content["$folder"] === true && Object.keys(content).length === 1;
}

/** As the stores are written: a value a line, or one object indented by two. */
function textOf(content: Json): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((item: Json) => `${exactText(item)}\n`).join("");
  return exactText(content, 2);
}

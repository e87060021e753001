/** The data root as a scenario gives it: a folder to copy, or content by store or path. */

import type { Path } from "../../json/diff.ts";
import { isObject, type Json, type JsonObject, pointer, utf8 } from "../../json/json.ts";
import { exactText } from "../../json/number.ts";
import type { Files } from "../../ports.ts";
import type { Preparation } from "../scenario.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";
import { pathOf, type Stores } from "./stores.ts";

/** Every file below a folder beside the scenario. @throws UsageFault `SCENARIO_MALFORMED` */
export function copied(
  folder: string,
  shown: string,
  at: string,
  files: Files,
  source: Source,
): readonly Preparation[] {
  if (!files.isFolder(folder))
    return malformed(source, at, `a folder relative to this file; ${shown} is not one`);
  const listed = files.list(folder).filter(({ isLink }) => !isLink);
  return listed.map(({ path }) => ({
    do: "write",
    path,
    text: utf8(files.read(`${folder}/${path}`) ?? new Uint8Array()),
  }));
}

/** What is done to the data root for each store or path. @throws UsageFault `SCENARIO_MALFORMED` */
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

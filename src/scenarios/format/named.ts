/** What a scenario file names outside itself, whether it is well-formed or not. */

import { isObject, type Json, own } from "../../json/value.ts";
import { beside } from "./find.ts";
import type { Source } from "./source.ts";
import { isWithin, type Surroundings } from "./surroundings.ts";

/** Payload files and folders of data in the workspace, relative ones from the folder of the file. */
export function namedFiles({ value }: Source, surroundings: Surroundings): readonly string[] {
  const { files, folder } = surroundings;
  const given = own(value, "given");
  const steps = own(value, "steps");
  const named = [
    isObject(given) ? own(given, "data") : undefined,
    ...(Array.isArray(steps)
      ? steps.map((step: Json) => (isObject(step) ? own(step, "payload_file") : undefined))
      : []),
  ];
  const paths = named.filter((one) => typeof one === "string").map((one) => beside(folder, one));
  return paths.filter((path) => isWithin(files.realPath(path) ?? path, surroundings));
}

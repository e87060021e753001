/** List-valued paths, served by jsonpath-plus with every kind of evaluation switched off. */

import { JSONPath } from "jsonpath-plus";
import type { Json, JsonObject } from "../json.ts";
import type { Select } from "./expression.ts";

/** @returns undefined when the library cannot read the path. The caller has already refused filters and scripts. */
export function compileQuery(text: string): Select | undefined {
  // Trust boundary: the library evaluates scripts when it is handed an object instead of a path.
  if (typeof text !== "string" || /[?(@]/.test(text)) return undefined;
  let path: string[];
  try {
    path = JSONPath.toPathArray(text);
  } catch {
    return undefined;
  }
  return (document: JsonObject) =>
    JSONPath({ path: [...path], json: document as object, eval: false, wrap: true }) as readonly Json[];
}

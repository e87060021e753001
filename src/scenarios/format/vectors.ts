/** Finds and reads the scenario vectors below a folder. */

import { counted } from "../../errors/counted.ts";
import { FileFault } from "../../errors/ports.ts";
import { DEPTH } from "../../json/limits.ts";
import { isExactNumber } from "../../json/number.ts";
import { type JsonDefect, type NumberRule, readObject } from "../../json/parse.ts";
import { repairOf } from "../../json/repair.ts";
import { utf8 } from "../../json/text.ts";
import { type Files, IoError } from "../../ports.ts";
import { ScenarioFault } from "../errors.ts";
import { isScenario, parseScenario, type Scenario } from "../scenario.ts";

export interface Vectors {
  readonly scenarios: readonly Scenario[];
  /** JSON files below the folder that are something else. */
  readonly others: readonly string[];
}

/** Every vector, sorted by file; `shown` is how the reader would write a path. @throws ScenarioFault */
export function readVectors(folder: string, files: Files, shown: (path: string) => string): Vectors {
  if (!files.isFolder(folder)) throw new ScenarioFault("VECTORS_MISSING", { folder: shown(folder) });
  const paths = files.list(folder).filter(({ path }) => path.endsWith(".json"));
  const read = paths.map(({ path }) => readVector(`${folder}/${path}`, files, shown));
  const scenarios = read.filter((one) => typeof one !== "string");
  const others = read.filter((one) => typeof one === "string");
  if (scenarios.length > 0) return { scenarios, others };
  throw new ScenarioFault("NO_VECTORS", { folder: shown(folder), others: others.length });
}

/** The scenario; of a file that holds something else, its name. */
function readVector(path: string, files: Files, shown: (path: string) => string): Scenario | string {
  const file = shown(path);
  const bytes = readBytes(path, files, file);
  const read = readObject(bytes, DEPTH.document, isRead);
  if ("value" in read) {
    return isScenario(read.value) ? parseScenario({ file, text: utf8(bytes) }, read.value) : file;
  }
  if (read.defect.code === "NOT_AN_OBJECT") return file;
  const { line, code } = read.defect;
  const repair = repairOf(utf8(bytes), read.defect) ?? null;
  throw new ScenarioFault("VECTOR_UNREADABLE", { file, line, defect: DEFECTS[code], repair });
}

/** A step's payload is passed on as it is spelled: the run refuses a number in it that no double holds. */
const isRead: NumberRule = (literal, path) => path[2] === "payload" || isExactNumber(literal);

const DEFECTS: Readonly<Record<JsonDefect["code"], string>> = {
  NOT_UTF8: "it is not UTF-8 text",
  NOT_JSON: "it is not JSON",
  BYTE_ORDER_MARK: "it begins with a byte order mark",
  CONFLICT_MARKERS: "it contains merge-conflict markers",
  DUPLICATE_KEY: "a key occurs twice in one object",
  TOO_DEEP: `it nests deeper than ${counted(DEPTH.document, "level")}`,
  NUMBER_NOT_HELD: "it contains a number that does not fit a double",
  LONE_SURROGATE: "a string contains half of a surrogate pair",
  NOT_AN_OBJECT: "it is not a JSON object",
};

function readBytes(path: string, files: Files, file: string): Uint8Array {
  try {
    return files.read(path) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new FileFault("FILE_UNREADABLE", { file, what: "the vector", errno: error.errno }, { cause: error });
  }
}

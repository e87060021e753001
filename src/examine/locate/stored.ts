/** What to do about stored data that could not be used. */

import { limitHint } from "../../errors/base.ts";
import { type JsonObject, own } from "../../json/value.ts";
import { storeRepair } from "../../storage/errors.ts";

/** By the reason of a step; undefined where it is about something else than its store. */
export function dataHint(reason: JsonObject): string | undefined {
  const file = String(own(reason, "file"));
  switch (own(reason, "code")) {
    case "STORE_UNREADABLE":
      return errnoHint(String(own(reason, "errno")), file, "read");
    case "STORE_UNWRITABLE":
      return errnoHint(String(own(reason, "errno")), file, "written");
    case "STORE_CORRUPT": {
      const [line, defect, pointer] = ["line", "defect", "pointer"].map((name) => own(reason, name));
      return storeRepair(
        file,
        typeof line === "number" ? line : undefined,
        typeof defect === "string" ? defect : undefined,
        typeof pointer === "string" ? pointer : undefined,
      );
    }
    case "STORE_LOCKED":
      return `wait until process ${own(reason, "pid")} on host ${own(reason, "host")}, which has held the lock since ${own(reason, "since")}, has ended; if it died without removing its lock, type pgs data locks --release ${file}.lock`;
    case "STORE_LOCK_UNUSABLE":
      return errnoHint(String(own(reason, "errno")), `${file}.lock`, "made");
    default:
      return undefined;
  }
}

function errnoHint(errno: string, file: string, done: string): string {
  switch (errno) {
    case "EISDIR":
      return `remove the folder ${file} from the data root`;
    case "ENOTDIR":
    case "EEXIST":
      return `in the data root, remove the file that has the name of a folder in the path ${file}`;
    case "ENOSPC":
    case "EDQUOT":
      return "free disk space for the data root";
    default:
      return limitHint(errno) ?? `make sure that ${file} in the data root can be ${done} (${errno})`;
  }
}

/** Stored records that cannot be read: what is recorded of them, and how to repair them. */

import type { JsonDefect } from "../json/parse.ts";

/** What is recorded of stored text that cannot be read. */
export type StoreDefect = {
  defect: string;
  /** Of the value or the key to change, where there is one to change and its pointer is short enough to be read. */
  pointer?: string;
};

const POINTED: ReadonlySet<string> = new Set<JsonDefect["code"]>(["NUMBER_NOT_HELD", "DUPLICATE_KEY"]);
const LONGEST_POINTER = 200;

export function storeDefect({ code, pointer }: Pick<JsonDefect, "code" | "pointer">): StoreDefect {
  const isNamed = pointer !== undefined && pointer.length <= LONGEST_POINTER && POINTED.has(code);
  return isNamed ? { defect: code, pointer } : { defect: code };
}

/** How a stored line is made readable: no record is ever lost by it. */
export function storeRepair(file: string, line?: number, defect?: string, pointer?: string): string {
  const place = line === undefined ? file : `line ${line} of ${file}`;
  const at = pointer === undefined ? "" : ` at ${pointer}`;
  switch (defect) {
    case "BYTE_ORDER_MARK":
      return `save ${file} in the data root as UTF-8 without a byte order mark`;
    case "NUMBER_NOT_HELD":
      return pointer === undefined
        ? `put the number in ${place} that does not fit a double in double quotes`
        : `put the number${at} in ${place} in double quotes: it does not fit a double`;
    case "DUPLICATE_KEY":
      return `rename one of the two equal keys${at} in ${place}`;
    case "NOT_UTF8":
      return `save ${file} in the data root as UTF-8`;
    default:
      return `move ${place} out of the data root into a separate file, and put it back after you repair it`;
  }
}

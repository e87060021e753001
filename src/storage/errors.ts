/** Words about stored records that cannot be read. */

/** How a stored line is made readable: no record is ever lost by it. */
export function storeRepair(file: string, line?: number, defect?: string): string {
  const place = line === undefined ? file : `line ${line} of ${file}`;
  switch (defect) {
    case "BYTE_ORDER_MARK":
      return `save ${file} in the data root as UTF-8 without a byte order mark`;
    case "NUMBER_NOT_HELD":
      return `put the number in ${place} that does not fit a double in double quotes`;
    case "DUPLICATE_KEY":
      return `rename one of the two equal keys in ${place}`;
    case "NOT_UTF8":
      return `save ${file} in the data root as UTF-8`;
    default:
      return `move ${place} out of the data root into a separate file, and put it back after you repair it`;
  }
}

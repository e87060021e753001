import type { LineGroup } from "../../src/trace/chunks.ts";
import { type ScannedLine, scanLines } from "../../src/trace/line.ts";

/** What a scan says of a line alone; undefined where the slower reader decides. */
export function scanLine(text: string | Buffer): ScannedLine | undefined {
  const bytes = Buffer.from(text as string);
  return scanGroup({ bytes, lines: [{ bytes, size: bytes.length, isWhole: true }] })[0];
}

/** The same of lines that follow each other. */
export function scanGroup(group: LineGroup): readonly (ScannedLine | undefined)[] {
  return scanLines(group).map((scanned) => {
    if (scanned === undefined) return undefined;
    const { sequence, eventType, executionId, run, prevHash, hash, isHashed } = scanned;
    return { sequence, eventType, executionId, run, prevHash, hash, isHashed };
  });
}

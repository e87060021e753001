/** What the operating system refuses, as a refusal with a code. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { IoError } from "../ports.ts";
import { systemErrno } from "./errno.ts";

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: "free disk space",
  EACCES: "run the command as a user who has access to that path, or name another path",
  EPERM: "run the command as a user who has access to that path, or name another path",
};

export const systemTable = {
  OUTPUT_UNWRITABLE: (f: { output: string; errno: string; code: number }) => ({
    what: `${f.output} cannot be written: ${f.errno}; otherwise the exit code would be ${f.code}`,
    hint: "free disk space or redirect the output; the command itself has completed: check its results before you type it again",
  }),
  COMMAND_UNFINISHED: () => ({
    what: "the command waits for something that never happens; it has not completed",
    hint: "look at the capabilities of the workspace's packages: a promise of one of them is never settled",
  }),
  SYSTEM_REFUSED: (f: { errno: string; path: string | null }) => ({
    what: `the operating system refused a request of the command: ${f.errno}`,
    ...(f.path === null ? {} : { where: f.path }),
    hint: systemHints[f.errno] ?? "type the command with --debug, which shows what was refused",
  }),
} satisfies WordingTable;

export class SystemFault<C extends keyof typeof systemTable = keyof typeof systemTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof systemTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(systemTable, code, facts), detail);
  }
}

/** The refusal for an error of the system; undefined for anything else that was thrown. */
export function refusedBySystem(thrown: unknown): SystemFault | undefined {
  const errno = refusedErrno(thrown);
  if (errno === undefined) return undefined;
  return new SystemFault("SYSTEM_REFUSED", { errno, path: pathOf(thrown) }, { cause: thrown });
}

function refusedErrno(thrown: unknown): string | undefined {
  if (thrown instanceof IoError) return thrown.errno;
  if (!(thrown instanceof StoreFault)) return systemErrno(thrown);
  const { errno } = thrown.facts;
  return typeof errno === "string" ? errno : undefined;
}

/** What the system was asked for, as far as it says. */
function pathOf(thrown: unknown): string | null {
  if (thrown instanceof StoreFault) return String(thrown.facts["file"]);
  if (typeof thrown !== "object" || thrown === null) return null;
  if ("path" in thrown && typeof thrown.path === "string") return thrown.path;
  return "cause" in thrown ? pathOf(thrown.cause) : null;
}

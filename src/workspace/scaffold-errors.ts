/** Refusals of making new files. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const scaffoldTable = {
  WOULD_OVERWRITE: (f: { files: readonly string[] }) => ({
    what: `nothing was written, because these files exist already: ${[f.files].flat().join(", ")}`,
    hint: "move them away, or name another folder or another name",
  }),
  SCAFFOLD_NAME_TOO_LONG: (f: { file: string; limit: number }) => ({
    what: `nothing was written: a name in this path would have more than ${counted(f.limit, "byte")}`,
    where: f.file,
    hint: "type a shorter name",
  }),
  SCAFFOLD_LINKED: (f: { folder: string; target: string }) => ({
    what: `nothing was written: this folder is a link to ${f.target}`,
    where: f.folder,
    hint: "remove the link, or name another folder",
  }),
  SCAFFOLD_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the file cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a folder in which you may write",
  }),
  NO_AUTHORED_FOLDER: (_: Record<never, never>) => ({
    what: "this workspace has no folder of authored files",
    hint: "type pgs init, which makes a workspace, or name the folder as authored in pgs.json",
  }),
  NO_CAPABILITY_FOLDER: (_: Record<never, never>) => ({
    what: "pgs.json names no folder of capabilities",
    hint: 'write "capabilities": ["./capabilities"] into pgs.json',
  }),
  DOMAIN_UNCLEAR: (f: { domains: string }) => ({
    what:
      f.domains === ""
        ? "the authored files have no domain yet, so the name has to have one"
        : `the authored files have several domains: ${f.domains}`,
    hint: "type the name as DOMAIN::NAME",
  }),
  MANIFEST_UNREADABLE: (f: { file: string; defect: string }) => ({
    what: `the list of capabilities cannot be extended: ${f.defect}`,
    where: f.file,
    hint: `correct ${f.file}: a JSON object with "name", "version" and the list "capabilities"`,
  }),
} satisfies WordingTable;

export class ScaffoldFault<C extends keyof typeof scaffoldTable = keyof typeof scaffoldTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof scaffoldTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(scaffoldTable, code, facts), detail);
  }
}

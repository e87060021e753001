/** Refusals of capability packages: their manifest, their files, their code, and the lock that pins them. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../../errors/base.ts";
import { counted } from "../../errors/counted.ts";

type InPackage = { package: string };
type InFile = InPackage & { file: string };
export type InLine = InFile & { line: number; column: number };
const inFile = (f: InFile) => `${f.package}: ${f.file}`;
const inLine = (f: InLine) => `${f.package}: ${f.file}:${f.line}:${f.column}`;

const LOCK = "type pgs capabilities lock if the package is as it should be; else restore";

export const capabilityTable = {
  CAPABILITY_PACKAGE_MISSING: (f: InPackage & { folder: string }) => ({
    what: `pgs.json names the capability package ${f.package}, which is not there`,
    where: f.folder,
    hint: f.package.startsWith("/")
      ? 'make the folder, or remove it from "capabilities" in pgs.json'
      : `type npm install ${f.package}, or remove it from "capabilities" in pgs.json`,
  }),
  CAPABILITY_PACKAGE_TOO_LARGE: (f: InPackage & { folder: string; files: number; bytes: number }) => ({
    what: `the capability package has more than ${counted(f.files, "file")} or ${counted(f.bytes, "byte")}`,
    where: f.folder,
    hint: "name a folder that has only the package's own files",
  }),
  CAPABILITY_FILE_UNUSABLE: (f: InFile & { errno: string }) => ({
    what: `a file of the package cannot be read: ${f.errno}`,
    where: inFile(f),
    hint: `give yourself read access to ${f.file}, or remove it`,
  }),
  CAPABILITY_FILE_LINKED: (f: InFile) => ({
    what: "a file of the package is a link",
    where: inFile(f),
    hint: `replace the link ${f.file} with what it leads to`,
  }),
  CAPABILITY_MANIFEST_MISSING: (f: InPackage & { folder: string }) => ({
    what: "the package has no manifest",
    where: f.folder,
    hint: 'write pgs.capabilities.json: { "name": "my-capabilities", "version": "1.0.0", "capabilities": ["transforms/ct-example.js"] }',
  }),
  CAPABILITY_MANIFEST_TWICE: (f: InPackage & { folder: string }) => ({
    what: 'the package has two manifests: pgs.capabilities.json, and the member "pgs" of package.json',
    where: f.folder,
    hint: "remove one of them",
  }),
  CAPABILITY_MANIFEST_UNREADABLE: (f: InFile & { line: number; defect: string; repair: string | null }) => ({
    what: `the manifest cannot be read as JSON: ${f.defect}`,
    where: `${inFile(f)}:${f.line}`,
    hint: f.repair === null ? `write ${f.file} as a JSON object` : `in ${f.file}, ${f.repair}`,
  }),
  CAPABILITY_MANIFEST_MALFORMED: (f: InFile & { line: number; pointer: string; expected: string }) => ({
    what: `${f.pointer || "the manifest"} should be ${f.expected}`,
    where: `${inFile(f)}:${f.line}`,
    hint: `in ${f.file}, write ${f.expected} there`,
  }),
  CAPABILITY_MANIFEST_MEMBER: (f: InFile & { line: number; member: string; suggestion: string | null }) => ({
    what: `a manifest has no member ${f.member}`,
    where: `${inFile(f)}:${f.line}`,
    hint:
      f.suggestion === null
        ? "remove it; the members are name, version, capabilities"
        : `write ${f.suggestion} instead of ${f.member}`,
  }),
  CAPABILITY_FILE_MISSING: (f: InFile & { line: number; path: string; suggestion: string | null }) => ({
    what: `the manifest lists ${f.path}, which is no file of the package`,
    where: `${inFile(f)}:${f.line}`,
    hint: f.suggestion === null ? `remove it from ${f.file}, or write the file` : `write ${f.suggestion}`,
  }),
  CAPABILITY_SYNTAX: (f: InLine & { defect: string }) => ({
    what: `the file is not a JavaScript module: ${f.defect}`,
    where: inLine(f),
    hint: "correct the line; a file written in TypeScript has to be compiled first",
  }),
  CAPABILITY_IMPORT: (f: InLine & { specifier: string; meant: string }) => ({
    what: `a capability cannot import ${f.specifier}`,
    where: inLine(f),
    hint: f.meant,
  }),
  CAPABILITY_IMPORT_CYCLE: (f: InLine & { cycle: readonly string[] }) => ({
    what: `files import each other: ${f.cycle.join(" → ")}`,
    where: inLine(f),
    hint: "move what both need into a file that imports neither",
  }),
  CAPABILITY_IMPORT_NAME: (f: InLine & { specifier: string; name: string; suggestion: string | null }) => ({
    what: `${f.specifier} does not export ${f.name}`,
    where: inLine(f),
    hint: f.suggestion === null ? `export it there, or do not import it` : `import ${f.suggestion}`,
  }),
  CAPABILITY_LANGUAGE: (f: InLine & { construct: string; meant: string }) => ({
    what: `a capability cannot use ${f.construct}`,
    where: inLine(f),
    hint: f.meant,
  }),
  CAPABILITY_EXPORT: (f: InLine) => ({
    what: "the file's default export is not a call of transform, storeEffect or effect",
    where: inLine(f),
    hint: 'import the function from "pgs-runner/capability", and write export default transform({ … })',
  }),
  CAPABILITY_REACH: (f: InLine) => ({
    what: "the effect does not say what it reaches",
    where: inLine(f),
    hint: 'write reaches: "http" or reaches: "host" in the declaration itself',
  }),
  CAPABILITY_THREW: (f: InLine & { reason: string }) => ({
    what: `the file cannot be evaluated: ${f.reason}`,
    where: inLine(f),
    hint: "correct the file; what it does outside run has to work without clock, files and network",
  }),
  CAPABILITY_DECLARATION: (f: InLine & { pointer: string; expected: string }) => ({
    what: `${f.pointer || "the declaration"} should be ${f.expected}`,
    where: inLine(f),
    hint: `in ${f.file}, write ${f.expected} there`,
  }),
  CAPABILITY_TWICE: (f: InLine & { code: string; other: string }) => ({
    what: `${f.code} is declared twice: here, and by ${f.other}`,
    where: inLine(f),
    hint: "give one of them another code; a capability of this build is never replaced",
  }),
  CAPABILITY_PACKAGE_TWICE: (f: InPackage & { folder: string; other: string }) => ({
    what: `two packages have the name ${f.package}`,
    where: `${f.folder} and ${f.other}`,
    hint: "give one of them another name in its manifest",
  }),
  CAPABILITY_LOCK_MALFORMED: (f: { file: string; line: number; pointer: string; expected: string }) => ({
    what: `${f.pointer || "the lock"} should be ${f.expected}`,
    where: `${f.file}:${f.line}`,
    hint: "type pgs capabilities lock, which writes the file",
  }),
  CAPABILITY_LOCK_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the lock cannot be written: ${f.errno}`,
    where: f.file,
    hint: "give yourself write access to the snapshot",
  }),
  CAPABILITY_NOT_LOCKED: (f: InPackage & { lock: string }) => ({
    what: `the snapshot does not pin the capability package ${f.package}`,
    where: f.lock,
    hint: "type pgs capabilities lock, and seal the snapshot again",
  }),
  CAPABILITY_CHANGED: (f: InFile & { change: "changed" | "new" | "removed"; version: string }) => ({
    what: `the capability package is another one than the snapshot pins: ${f.file} is ${f.change}`,
    where: inFile(f),
    hint: `${LOCK} ${f.file}`,
  }),
  CAPABILITY_VERSION: (f: InPackage & { locked: string; found: string }) => ({
    what: `the snapshot pins version ${f.locked} of the capability package, but this is ${f.found}`,
    where: f.package,
    hint: `${LOCK} version ${f.locked}`,
  }),
} satisfies WordingTable;

export class CapabilityFault<
  C extends keyof typeof capabilityTable = keyof typeof capabilityTable,
> extends Fault {
  constructor(code: C, facts: FactsOf<typeof capabilityTable, C>, detail: FaultDetail = {}) {
    super("load", code, facts, wordingFrom(capabilityTable, code, facts), detail);
  }
}

/** Several refusals of one part of a package. */
export class CapabilityFaults extends Error {
  readonly faults: readonly CapabilityFault[];

  constructor(faults: readonly CapabilityFault[]) {
    super(faults.map(({ message }) => message).join("\n"));
    this.faults = faults;
  }
}

/** What the work answers; null where it is refused, and the refusals are added to the others. */
export function collecting<T>(faults: CapabilityFault[], work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof CapabilityFault) faults.push(error);
    else if (error instanceof CapabilityFaults) for (const fault of error.faults) faults.push(fault);
    else throw error;
    return null;
  }
}

/** What each part answers. @throws CapabilityFaults with the refusals of all of them */
export function allOf<T>(parts: readonly (() => T)[]): readonly T[] {
  const faults: CapabilityFault[] = [];
  const answers = parts.flatMap((part) => {
    const answer = collecting(faults, () => [part()]);
    return answer ?? [];
  });
  if (faults.length > 0) throw new CapabilityFaults(faults);
  return answers;
}

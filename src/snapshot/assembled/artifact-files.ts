/**
 * Which file of an assembled snapshot holds an artifact. A domain that uses a platform's capability holds a copy of it, with
 * no text: the owner is the file with text, and all of them must agree on what is executed.
 */

import { pointer } from "../../json/pointer.ts";
import { firstDifference, type Json, own } from "../../json/value.ts";
import { EXECUTED, type ParsedArtifact } from "../envelope.ts";
import { type Fqdn, fqdnOfFile } from "../fqdn.ts";
import { AssembledFault } from "./errors.ts";
import { placeIn } from "./manifest.ts";

/** The paths of each artifact, sorted. @throws AssembledFault for one that is twice in a domain */
export function artifactPaths(files: Iterable<string>): ReadonlyMap<Fqdn, readonly string[]> {
  const paths = new Map<Fqdn, string[]>();
  for (const file of files) {
    const fqdn = file.startsWith("canonical/") ? fqdnOfFile(file) : undefined;
    if (fqdn === undefined) continue;
    const known = paths.get(fqdn) ?? [];
    const other = known.find((one) => domainOf(one) === domainOf(file));
    if (other !== undefined) throw new AssembledFault("ARTIFACT_TWICE", { file, other, fqdn });
    known.push(file);
    paths.set(fqdn, known);
  }
  return paths;
}

export function domainOf(file: string): string {
  return file.split("/")[1] ?? "";
}

interface ReadCopy {
  readonly path: string;
  readonly parsed: ParsedArtifact;
}

/** The file with text, else the first; one that is not there is passed over. @throws AssembledFault, SnapshotFault, SealFault */
export function ownerOf(
  paths: readonly string[],
  read: (path: string) => ParsedArtifact | undefined,
): string | undefined {
  const [first, ...others] = paths;
  if (others.length === 0) return first;
  const copies = paths.flatMap((path): readonly ReadCopy[] => {
    const parsed = read(path);
    return parsed === undefined ? [] : [{ path, parsed }];
  });
  const owner = copies.find(({ parsed }) => parsed.content !== "") ?? copies[0];
  if (owner === undefined) return first;
  for (const copy of copies) if (copy !== owner) requireSame(copy, owner);
  return owner.path;
}

/** What all files of one artifact have in common; two with text have that in common, too. */
function requireSame({ path: file, parsed }: ReadCopy, owner: ReadCopy): void {
  const shared = ["content_hash", ...EXECUTED, ...(parsed.content === "" ? [] : ["content"])];
  for (const member of shared) {
    const [a, b] = [parsed, owner.parsed].map(({ envelope }): Json => own(envelope, member) ?? null);
    const path = firstDifference(a as Json, b as Json, [member]);
    if (path === undefined) continue;
    const facts = { ...placeIn(parsed.text, path, file), pointer: pointer(path), other: owner.path };
    throw new AssembledFault("COPIES_DISAGREE", { ...facts, fqdn: parsed.fqdn });
  }
}

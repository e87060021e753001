/** The text of a kept protocol: everything that its workflow was compiled from, to the byte. */

import { isUtf8 } from "node:buffer";
import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import type { PackageSource } from "../../capabilities/packages/source.ts";
import { Fault } from "../../errors/base.ts";
import { sha256 } from "../../json/canonical.ts";
import { utf8 } from "../../json/text.ts";
import type { Expression } from "../../plan/expression.ts";
import type { Plan } from "../../plan/plan.ts";
import { isFqdn, kindOf } from "../../snapshot/fqdn.ts";
import { type Place, readInside } from "../../snapshot/read-inside.ts";
import { SEAL_FILE } from "../../snapshot/seal.ts";
import type { KeptFile, KeptPackage } from "./document.ts";
import { type ProtocolSource, protocolHead } from "./protocol-file.ts";

/** Why there is no text. */
interface Missing {
  readonly missing: string;
}

export async function protocolText(plan: Plan, source: ProtocolSource): Promise<string | Missing> {
  const { files } = source;
  const place = { root: files.realPath(source.snapshot) ?? source.snapshot, files };
  try {
    const rest = {
      workflow: plan.workflow.fqdn,
      called: await calledRoots(plan),
      seal: sealOf(plan),
      files: filesOfClosure(plan, place),
      lock: lockOf(place),
      packages: await packagesOf(plan, source),
    };
    const head = protocolHead({ closureRoot: plan.closureRoot, root: plan.snapshot.root });
    // Put together without a copy: most of it is the whole seal.
    let text = `${head}"seal":"${plan.snapshot.seal}"}`;
    for (const [name, value] of Object.entries(rest)) text += `,"${name}":${JSON.stringify(value)}`;
    return `${text}}\n`;
  } catch (error) {
    if (error instanceof ChangedError) return { missing: error.message };
    if (error instanceof Fault) return { missing: error.wording.what };
    throw error;
  }
}

/** Something is no longer what was compiled. */
class ChangedError extends Error {}

/** Only the bytes that were compiled are taken; one that is no text is read anew. */
function filesOfClosure({ closureFiles, closureTexts }: Plan, place: Place): readonly KeptFile[] {
  const texts = closureTexts();
  return closureFiles.map(({ path, sha256: digest }) => {
    const text = texts.get(path);
    if (text !== undefined && sha256(text) === digest) return { path, text };
    return keptFile(path, bytesOf(place, path, digest));
  });
}

function bytesOf(place: Place, path: string, digest: string): Uint8Array {
  const bytes = readInside(place, path);
  if (bytes === null || sha256(bytes) !== digest)
    throw new ChangedError(`${path} has changed since it was compiled`);
  return bytes;
}

/** The files that prove those of the plan: a lone `seal.json` as its text; null where nothing is sealed. */
function sealOf({ snapshot, proof }: Plan): string | readonly KeptFile[] | null {
  if (snapshot.seal !== "sealed") return null;
  const files = proof().map(({ path, bytes }) => keptFile(path, bytes));
  const [first, ...others] = files;
  return first?.path === SEAL_FILE && others.length === 0 && "text" in first ? first.text : files;
}

function lockOf(place: Place): KeptFile | null {
  const bytes = readInside(place, LOCK_FILE);
  return bytes === null ? null : keptFile(LOCK_FILE, bytes);
}

/** As text where it is some, so that it can be read and compared. */
function keptFile(path: string, bytes: Uint8Array): KeptFile {
  if (isUtf8(bytes)) return { path, text: utf8(bytes) };
  return { path, base64: Buffer.from(bytes).toString("base64") };
}

async function packagesOf({ capabilities }: Plan, source: ProtocolSource): Promise<readonly KeptPackage[]> {
  if (capabilities.length === 0) return [];
  const loaded = await source.packages();
  return capabilities.map((pin) => {
    const found = loaded.find((one) => one.pin.package === pin.package && one.pin.digest === pin.digest);
    if (found === undefined) throw new ChangedError(`the capability package ${pin.package} has changed since`);
    return { ...pin, files: filesOf(found.source) };
  });
}

function filesOf({ files }: PackageSource): readonly KeptFile[] {
  return [...files].map(([path, { bytes }]) => keptFile(path, bytes));
}

// ---- called workflows ----

/** By the name of each workflow that the plan's steps name: the root of its closure. */
async function calledRoots(plan: Plan): Promise<Readonly<Record<string, string>>> {
  const called = await calledBy(plan);
  return Object.fromEntries(called.map(({ workflow, closureRoot }) => [workflow.fqdn, closureRoot]));
}

/** The workflows that the plan's steps name, as far as they compile. Those whose names come from data are not known. */
export async function calledBy(plan: Plan): Promise<readonly Plan[]> {
  const called: Plan[] = [];
  for (const name of [...new Set(namesIn(plan))].sort()) {
    const found = await foundBy(plan, name);
    if (found !== null) called.push(found);
  }
  return called;
}

async function foundBy(plan: Plan, name: string): Promise<Plan | null> {
  try {
    return await plan.called(name);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

function namesIn({ nodes }: Plan): readonly string[] {
  return [...nodes.values()].flatMap((node) => {
    if (node.type !== "CC") return [];
    const bindings = [...node.inputs, ...node.contract.steps.flatMap(({ inputs }) => inputs)];
    return bindings
      .flatMap(({ source }) => textsIn(source))
      .filter((text) => isFqdn(text) && kindOf(text) === "WF");
  });
}

function textsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value === "string" ? [expression.value] : [];
    case "object":
      return expression.members.flatMap(([, item]) => textsIn(item));
    case "array":
      return expression.items.flatMap(textsIn);
    default:
      return [];
  }
}

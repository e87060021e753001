/**
 * Writes src/capabilities/built-in.ts from the files of transforms/ and effects/.
 * `node --import tsx bin/registry.mts` writes it, `… --check` only says whether it is up to date.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namesOf } from "../src/capabilities/names.ts";

const CAPABILITIES = join(import.meta.dirname, "../src/capabilities");
const BUILT_IN = join(CAPABILITIES, "built-in.ts");

interface Capability {
  /** Path below src/capabilities. */
  readonly file: string;
  /** The constant that the file exports. */
  readonly constant: string;
  /** All names by which it is found. */
  readonly names: readonly string[];
}

/** The text built-in.ts must have for the capability files that are there now. */
export function builtInText(folder: string = CAPABILITIES): string {
  const transforms = capabilitiesIn(folder, "transforms", "ct-");
  const effects = capabilitiesIn(folder, "effects", "cs-");
  return `/** Everything this build can do, by its names. Written by \`npm run registry\`; its diff is the audit. */

import type { Effect } from "./effect.ts";
${effects.map(importLine).join("")}import type { Transform } from "./transform.ts";
${transforms.map(importLine).join("")}
${listing("builtInTransforms", "Transform", transforms)}
${listing("builtInEffects", "Effect", effects)}
${lookUp("builtInTransform", "Transform", transforms)}
${lookUp("builtInEffect", "Effect", effects)}`;
}

function capabilitiesIn(folder: string, kind: string, prefix: string): readonly Capability[] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.startsWith(prefix) && file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort()
    .map((stem) => capabilityIn(folder, `${kind}/${stem}.ts`));
}

/** Read from the text, which has to be as the files of the other capabilities are. */
function capabilityIn(folder: string, file: string): Capability {
  const text = readFileSync(join(folder, file), "utf8");
  const [constant, ...others] = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name as string);
  if (constant === undefined || others.length > 0) throw new Error(`${file} does not export one constant`);
  const textsOf = (member: string) => {
    const [, value = ""] = new RegExp(`^  ${member}: (.*),$`, "m").exec(text) ?? [];
    return [...value.matchAll(/"([^"]+)"/g)].map(([, one]) => one as string);
  };
  const [code] = textsOf("code");
  const [implementation] = textsOf("implementation");
  if (code === undefined) throw new Error(`${file} has no line with its code`);
  const named = implementation === undefined ? { code } : { code, implementation };
  return { file, constant, names: namesOf({ ...named, otherCodes: textsOf("otherCodes") }) };
}

function importLine({ file, constant }: Capability): string {
  return `import { ${constant} } from "./${file}";\n`;
}

function listing(name: string, type: string, capabilities: readonly Capability[]): string {
  const constants = capabilities.map(({ constant }) => `  ${constant},\n`).join("");
  return `export const ${name} = (): readonly ${type}[] => [\n${constants}];\n`;
}

function lookUp(name: string, type: string, capabilities: readonly Capability[]): string {
  const cases = capabilities.flatMap(({ names, constant }) => [
    ...names.map((one) => `    case ${JSON.stringify(one)}:\n`),
    `      return ${constant};\n`,
  ]);
  return `export function ${name}(name: string): ${type} | undefined {
  switch (name) {
${cases.join("")}    default:
      return undefined;
  }
}
`;
}

function main(args: readonly string[]): void {
  const text = builtInText();
  if (!args.includes("--check")) {
    writeFileSync(BUILT_IN, text);
  } else if (readFileSync(BUILT_IN, "utf8") !== text) {
    console.error("src/capabilities/built-in.ts is stale: node --import tsx bin/registry.mts writes it");
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));

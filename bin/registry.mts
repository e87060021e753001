/**
 * Writes src/capabilities/built-in.ts from the files of transforms/ and effects/.
 * `node --import tsx bin/registry.mts` writes it, `… --check` only says whether it is up to date.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CAPABILITIES = join(import.meta.dirname, "../src/capabilities");
const BUILT_IN = join(CAPABILITIES, "built-in.ts");
const LINE_WIDTH = 112;

interface Capability {
  /** Path below src/capabilities. */
  readonly file: string;
  readonly name: string;
}

/** The text built-in.ts must have for the capability files that are there now. */
export function builtInText(folder: string = CAPABILITIES): string {
  const transforms = capabilitiesIn(folder, "transforms", "ct-");
  const effects = capabilitiesIn(folder, "effects", "cs-");
  return `/** Everything this build can do. Written by \`npm run registry\`; its diff is the audit. */

import type { Effect } from "./effect.ts";
${effects.map(importLine).join("")}import type { Transform } from "./transform.ts";
${transforms.map(importLine).join("")}
${listing("BUILT_IN_TRANSFORMS", "Transform", transforms)}
${listing("BUILT_IN_EFFECTS", "Effect", effects)}
`;
}

function capabilitiesIn(folder: string, kind: string, prefix: string): readonly Capability[] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.startsWith(prefix) && file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort()
    .map((stem) => ({ file: `${kind}/${stem}.ts`, name: exportedName(join(folder, kind, `${stem}.ts`)) }));
}

/** The one constant a capability file exports. */
function exportedName(path: string): string {
  const names = [...readFileSync(path, "utf8").matchAll(/^export const (\w+)/gm)].map(
    (match) => match[1] as string,
  );
  if (names.length !== 1)
    throw new Error(`${path} exports ${names.length} constants; a capability file exports one`);
  return names[0] as string;
}

function importLine({ file, name }: Capability): string {
  return `import { ${name} } from "./${file}";\n`;
}

/** Laid out as the formatter does it: on one line where that fits. */
function listing(constant: string, type: string, capabilities: readonly Capability[]): string {
  const names = capabilities.map(({ name }) => name);
  const oneLine = `export const ${constant}: readonly ${type}[] = [${names.join(", ")}];`;
  if (oneLine.length <= LINE_WIDTH) return oneLine;
  return `export const ${constant}: readonly ${type}[] = [\n${names.map((name) => `  ${name},\n`).join("")}];`;
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

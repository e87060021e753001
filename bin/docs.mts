/**
 * Writes docs/commands from the declarations of the commands, and the reference in docs/capabilities.md from those of the
 * built-in capabilities.
 * `node --import tsx bin/docs.mts` writes it, `… --check` only says whether it is up to date, and `… --man FOLDER`
 * writes the manual pages of the package there.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Effect, Operation } from "../src/capabilities/effect.ts";
import type { InputSchema } from "../src/capabilities/input-schema.ts";
import { type Capability, registry } from "../src/capabilities/registry.ts";
import type { Transform } from "../src/capabilities/transform.ts";
import { commandManual, type Entries, type Manual, programManual } from "../src/cli/help.ts";
import { COMMANDS } from "../src/cli/program.ts";
import type { JsonObject } from "../src/json/value.ts";
import { TOOL } from "../src/trace/tool.ts";

const FOLDER = join(import.meta.dirname, "../docs/commands");

/** The pages of the commands, by file name. */
export async function commandPages(): Promise<ReadonlyMap<string, string>> {
  const links = COMMANDS.map(({ name, summary }) => [`[\`pgs ${name}\`](${name}.md)`, summary] as const);
  const index = `${NOTE}# Commands\n\n${programManual(COMMANDS).about}\n\n${tableOf(links)}`;
  return new Map([
    ["README.md", index],
    ...(await manuals()).map(([name, manual]) => [`${name}.md`, markdownOf(`pgs ${name}`, manual)] as const),
  ]);
}

/** The manual pages, by file name. */
export async function manualPages(): Promise<ReadonlyMap<string, string>> {
  const program = programManual(COMMANDS);
  return new Map([
    ["pgs.1", roffOf("pgs", program.about.replace(/\.$/, ""), program)],
    ...(await manuals()).map(
      ([name, manual, summary]) => [`pgs-${name}.1`, roffOf(`pgs-${name}`, summary, manual)] as const,
    ),
  ]);
}

function manuals() {
  return Promise.all(
    COMMANDS.map(async (one) => [one.name, commandManual(one, await one.load()), one.summary] as const),
  );
}

// ---- Markdown ----

const NOTE = "<!-- Written by `npm run docs` from the declarations of the commands. -->\n\n";

function markdownOf(title: string, { usage, about, sections, examples, exits }: Manual): string {
  const tables = sections.map(
    ([heading, entries]) =>
      `## ${heading}\n\n${tableOf(entries.map(([word, meaning]) => [`\`${word}\``, meaning]))}`,
  );
  const lines = examples.map(([line, does]) => `# ${does}\n${line}\n`);
  return [
    `${NOTE}# ${title}\n\n${about}\n\n\`\`\`text\n${usage}\n\`\`\`\n`,
    ...tables,
    `## Examples\n\n\`\`\`sh\n${lines.join("\n")}\`\`\`\n`,
    `## Exit codes\n\n${tableOf(exits)}`,
  ].join("\n");
}

function tableOf(entries: Entries): string {
  const lines = entries.map(([word, what]) => `| ${cell(word)} | ${cell(what.replaceAll("<", "&lt;"))} |\n`);
  return `| | |\n|---|---|\n${lines.join("")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

// ---- capabilities ----

const CAPABILITIES = join(import.meta.dirname, "../docs/capabilities.md");
const REFERENCE = "## Built-in capabilities\n";

/** The page of the capabilities: what is written by hand, and the reference of those that are built in. */
export function capabilitiesPage(page: string = readFileSync(CAPABILITIES, "utf8")): string {
  const [byHand = ""] = page.split(REFERENCE);
  const note =
    "<!-- Written by `npm run docs` from here to the end, from the declarations of the capabilities. -->";
  return `${byHand}${REFERENCE}\n${note}\n${registry.all().map(capabilitySection).join("")}`;
}

function capabilitySection(capability: Capability): string {
  const { code, about } = capability.declared;
  const parts =
    capability.kind === "transform" ? transformText(capability.declared) : effectText(capability.declared);
  return `\n### \`${code}\`\n\n${about}\n\n${parts}`;
}

function transformText({ input, result, violations, draws, examples }: Transform): string {
  const facts: Entries = [
    ["input", fieldsText(input)],
    ["result", namesText(result)],
    ["violations", namesText(violations)],
    ...(draws === undefined ? [] : [["draws", draws] as const]),
  ];
  const played = examples.map((example) => {
    const answer = "violation" in example ? `\`${example.violation}\`` : jsonText(example.result);
    return [example.about, `${jsonText(example.input)} → ${answer}`] as const;
  });
  return `${tableOf(facts)}\nExamples:\n\n${tableOf(played)}`;
}

function effectText(effect: Effect): string {
  const rows = Object.entries<Operation>(effect.operations).map(([name, operation]) => {
    const { about, input, outcomes, target } = operation;
    const semantics = "semantics" in operation ? operation.semantics : target;
    return `| \`${name}\` | ${cell(about)} | ${cell(fieldsText(input))} | ${namesText(outcomes)} | ${semantics} |\n`;
  });
  const examples = "examples" in effect ? effect.examples.map(({ about }) => `- ${about}\n`) : [];
  const shown = examples.length === 0 ? "" : `\nExamples show that:\n\n${examples.join("")}`;
  return `| operation | | input | outcomes | semantics |\n|---|---|---|---|---|\n${rows.join("")}${shown}`;
}

function fieldsText(input: InputSchema): string {
  const fields = Object.entries(input).map(
    ([name, { type, required }]) => `\`${name}${required ? "" : "?"}: ${type}\``,
  );
  return fields.length === 0 ? "none" : fields.join(", ");
}

const namesText = (names: readonly string[]) =>
  names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");

const MOST_SHOWN = 200;

function jsonText(value: JsonObject): string {
  const text = JSON.stringify(value);
  return `\`${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}\``;
}

// ---- manual pages ----

function roffOf(name: string, summary: string, { usage, about, sections, examples, exits }: Manual): string {
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "${TOOL.name} ${TOOL.version}"\n`,
    `.SH NAME\n${roff(`${name} - ${summary}`)}\n.SH SYNOPSIS\n${roff(usage)}\n.SH DESCRIPTION\n${roff(about)}\n`,
    ...sections.map(([heading, entries]) => roffSection(heading, entries)),
    roffSection("Examples", examples),
    roffSection("Exit status", exits),
    name === "pgs" ? "" : ".SH SEE ALSO\n.BR pgs (1)\n",
  ].join("");
}

function roffSection(title: string, entries: Entries): string {
  const parts = entries.map(([word, meaning]) => `.TP\n.B ${roff(word)}\n${roff(meaning)}\n`);
  return `.SH ${title.toUpperCase()}\n${parts.join("")}`;
}

/** The text as it is, on one line that is no request. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^[.']/, "\\&$&")
    .replace(
      /[^ -~]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}

// ---- files ----

function write(folder: string, pages: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
}

/** The files of the folder that are not what they should be, are missing or should not be there. */
export function stale(folder: string, pages: ReadonlyMap<string, string>): string[] {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  return [...new Set([...there, ...pages.keys()])].filter(
    (name) => !there.includes(name) || readFileSync(join(folder, name), "utf8") !== pages.get(name),
  );
}

async function main([mode, folder]: readonly string[]): Promise<void> {
  if (mode === "--man" && folder !== undefined) return write(folder, await manualPages());
  const pages = await commandPages();
  const page = capabilitiesPage();
  if (mode !== "--check") {
    writeFileSync(CAPABILITIES, page);
    return write(FOLDER, pages);
  }
  const wrong = stale(FOLDER, pages);
  if (readFileSync(CAPABILITIES, "utf8") !== page) wrong.push("../capabilities.md");
  if (wrong.length === 0) return;
  console.error(`docs/commands is stale (${wrong.join(", ")}): npm run docs writes it`);
  process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));

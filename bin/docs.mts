/**
 * Writes docs/commands from the declarations of the commands, the reference in docs/capabilities.md from those of the
 * built-in capabilities, and the tables of docs/authoring.md from the schemas of the Machine blocks.
 * `node --import tsx bin/docs.mts` writes it, `… --check` only says whether it is up to date, and `… --man FOLDER`
 * writes the manual pages of the package there.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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

function transformText({ input, result, violations, draws, examples, ...named }: Transform): string {
  const { otherCodes = [], implementation } = named;
  const facts: Entries = [
    ...(otherCodes.length === 0 ? [] : [["also named", namesText(otherCodes)] as const]),
    ...(implementation === undefined
      ? []
      : [["where the artifact names the module", `\`${implementation}\``] as const]),
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
  const { implementation } = effect;
  const module =
    implementation === undefined ? "" : `Where the artifact names the module \`${implementation}\`.\n\n`;
  return `${module}| operation | | input | outcomes | semantics |\n|---|---|---|---|---|\n${rows.join("")}${shown}`;
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

// ---- authoring ----

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const AUTHORING = join(import.meta.dirname, "../docs/authoring.md");
const MACHINE = join(import.meta.dirname, "../schemas/machine");

const machineSchema = (file: string) => JSON.parse(readFileSync(join(MACHINE, file), "utf8")) as Schema;

/** The page, with a table of members after each comment that names a kind. */
export function authoringPage(): string {
  const page = readFileSync(AUTHORING, "utf8");
  return page.replace(/<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, kind: string) => {
    const file = kind === "field" ? "parts.schema.json" : `${kind}.schema.json`;
    const root = machineSchema(file);
    const top = kind === "field" ? root.definitions?.["field"] : (root.definitions?.["storage"] ?? root);
    const rows = [...memberRows(top ?? {}, "", root)].map(
      ([name, what, meaning]) => `| ${name} | ${cell(what)} | ${cell(meaning)} |\n`,
    );
    return `<!-- ${kind} -->\n| member | value | meaning |\n|---|---|---|\n${rows.join("")}<!-- end -->`;
  });
}

function* memberRows(
  schema: Schema,
  above: string,
  root: Schema,
): Generator<readonly [string, string, string]> {
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    const member = {
      ...resolved(given, root),
      ...(given.description ? { description: given.description } : {}),
    };
    const path = `${above}${name}`;
    const shown = schema.required?.includes(name) ? `**\`${path}\`**` : `\`${path}\``;
    yield [shown, describeValue(member), member.description ?? ""];
    if (given.$ref?.startsWith("parts.schema.json") || above.split(".").length > 8) continue;
    yield* memberRows(member, `${path}.`, root);
    const { additionalProperties: each, items } = member;
    if (typeof each === "object" && !isPart(each))
      yield* memberRows(resolved(each, root), `${path}.<NAME>.`, root);
    if (items !== undefined && !isPart(items)) yield* memberRows(resolved(items, root), `${path}[].`, root);
  }
}

const isPart = ({ $ref }: Schema) =>
  $ref?.includes("parts.schema.json") === true || $ref === "#/definitions/field";

function resolved(schema: Schema, root: Schema): Schema {
  const [file = "", name = ""] = schema.$ref?.split("#/definitions/") ?? [];
  if (schema.$ref === undefined) return schema;
  const { definitions = {} } = file === "" ? root : machineSchema(file);
  return definitions[name] ?? {};
}

const VALUES: Readonly<Record<string, string>> = {
  array: "list",
  boolean: "true or false",
  integer: "integer",
  number: "number",
  object: "mapping",
  string: "text",
};

function describeValue({ type, enum: words, items }: Schema): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(", ");
  const types = [type ?? []].flat().map((one) => VALUES[one] ?? one);
  return types.length === 1 && types[0] === "list" && items?.type === "string"
    ? "list of texts"
    : types.length === 0
      ? "any"
      : types.join(" or ");
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
  const kept = new Map([
    [CAPABILITIES, capabilitiesPage()],
    [AUTHORING, authoringPage()],
  ]);
  if (mode !== "--check") {
    for (const [file, text] of kept) writeFileSync(file, text);
    return write(FOLDER, pages);
  }
  const wrong = stale(FOLDER, pages);
  for (const [file, text] of kept) if (readFileSync(file, "utf8") !== text) wrong.push(`../${basename(file)}`);
  if (wrong.length === 0) return;
  console.error(`docs/commands is stale (${wrong.join(", ")}): npm run docs writes it`);
  process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));

/** Where a command writes. Checked before anything is done: no output may destroy what somebody needs. */

import { IoError } from "../ports.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";

interface OutputKind {
  /** What the option writes, as a refusal names it. */
  readonly writes: string;
  /** How a file begins that the option wrote before, and may write again. */
  readonly begins: RegExp;
  /** Where it is not the name of the output. */
  readonly option?: string;
}

const xml = (root: string) =>
  new RegExp(`^(?:<\\?xml[^>]*>|<!--[\\s\\S]*?-->|<!DOCTYPE[^>]*>|\\s)*<${root}\\b`, "i");

/** Markdown may be any text, so long as it is not plainly something else. */
const TEXT = /^(?!\{|<\?xml|<svg|-----BEGIN|%PDF|\u0089PNG)[^\0]*$/;

const KINDS = {
  html: { writes: "HTML", begins: xml("(?:!DOCTYPE html|html)") },
  md: { writes: "Markdown", begins: TEXT },
  png: { writes: "PNG", begins: /^\u0089PNG/ },
  svg: { writes: "SVG", begins: xml("svg") },
  out: { writes: "exported trace", begins: /^\{[^\n]*"trace_schema_version"/ },
  attestation: { writes: "attestation", begins: /^/ },
  lcov: { writes: "LCOV", begins: /^(?:TN:|SF:)/ },
  cobertura: { writes: "Cobertura XML", begins: xml("coverage") },
  junit: { writes: "JUnit XML", begins: xml("testsuites?") },
  sarif: { writes: "SARIF", begins: /^\{\s*"(?:\$schema"\s*:\s*"[^"]*sarif|version"\s*:\s*"2\.1\.0")/ },
  summary: { writes: "Markdown", begins: TEXT },
  newBaseline: {
    writes: "baseline",
    begins: /^\{\s*"schema"\s*:\s*"pgs\.check-baseline\//,
    option: "baseline",
  },
} as const satisfies Readonly<Record<string, OutputKind>>;

type OutputName = keyof typeof KINDS;

const NAMES = Object.keys(KINDS) as readonly OutputName[];

/** By output: the file as the command line names it. */
export type Outputs = { readonly [name in OutputName]?: string | undefined } & { readonly github?: boolean };

/** What a command reads, by the words in which a refusal names it. */
export type Inputs = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Refuses two outputs in one place, and an output over an input, a file of the snapshot, a trace, a scenario, or
 * any other file that the option did not write. @throws UsageFault
 */
export async function checkOutputs(outputs: Outputs, inputs: Inputs, context: Context): Promise<void> {
  const taken = placesTaken(outputs, context);
  const needed = new Map(
    Object.entries(inputs).flatMap(([what, files = []]) =>
      [files].flat().map((file) => [realPlace(file, context), what] as const),
    ),
  );
  for (const name of NAMES) {
    const file = outputs[name];
    if (file === undefined) continue;
    const { writes, begins, option = name }: OutputKind = KINDS[name];
    const refuse = (message: string): never => {
      throw new UsageFault("BAD_USAGE", { message, hint: `name another file with --${option} FILE` });
    };
    const place = file === "-" ? file : realPlace(file, context);
    const other = taken.get(place);
    if (other !== undefined) {
      refuse(`${other} and --${option} ${file} both write to ${file === "-" ? "standard output" : file}`);
    }
    taken.set(place, `--${option} ${file}`);
    if (file === "-") continue;
    const input = needed.get(place);
    if (input !== undefined) refuse(`--${option} ${file} is the file of ${input}`);
    if (isInSnapshot(place, context) && context.platform.files.realPath(place) === null)
      refuse(`--${option} ${file} is in the folder of the snapshot, which takes no other files`);
    const lost = await whatIsThere(place, writes, begins, context);
    if (lost !== undefined) refuse(`--${option} ${file} would overwrite ${lost}`);
  }
}

/** Standard output, where something else than an output option asks for it. */
function placesTaken({ github }: Outputs, { settings }: Context): Map<string, string> {
  const printing = [...(settings.json ? ["--json"] : []), ...(github ? ["--github"] : [])];
  if (printing.length > 1) {
    const message = `${printing.join(" and ")} both write to standard output`;
    throw new UsageFault("BAD_USAGE", { message, hint: "omit one of them" });
  }
  return new Map(printing.map((option) => ["-", option]));
}

/** The file after all links, also where only its folder is there yet. */
function realPlace(file: string, { platform: { files }, path }: Context): string {
  const place = path(file);
  const cut = place.lastIndexOf("/");
  const folder = files.realPath(place.slice(0, cut) || "/");
  return (
    files.realPath(place) ?? (folder === null ? place : `${folder === "/" ? "" : folder}${place.slice(cut)}`)
  );
}

/** What writing there would destroy; undefined where nothing is, or what the option wrote before. */
async function whatIsThere(
  place: string,
  writes: string,
  begins: RegExp,
  context: Context,
): Promise<string | undefined> {
  if (isInSnapshot(place, context)) return "a file of the snapshot";
  const start = await startOf(place, context);
  if (start === "") return undefined;
  // Reading scenarios loads a YAML parser.
  const { isScenarioFile } = await import("../scenarios/format/find.ts");
  if (isScenarioFile(place)) return "a scenario";
  if (/^\{[^\n]*"schema":"pgs\.trace\//.test(start)) return "a trace";
  return begins.test(start) ? undefined : `a file that is no ${writes}`;
}

function isInSnapshot(place: string, { platform, settings }: Context): boolean {
  const snapshot = platform.files.realPath(settings.snapshot);
  return snapshot !== null && place.startsWith(`${snapshot}/`);
}

/** A character for each byte; empty where no file is, and for what is no file. */
async function startOf(place: string, { platform }: Context): Promise<string> {
  try {
    for (const piece of (await platform.openSource(place))?.pieces() ?? []) {
      return Buffer.from(piece.subarray(0, 2 ** 16))
        .toString("latin1")
        .replace(/^\u00ef\u00bb\u00bf/, "")
        .trimStart();
    }
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
  }
  return "";
}

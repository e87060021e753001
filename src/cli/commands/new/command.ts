/** `pgs new`: adds one file to a workspace, made of a template. */

import { readObject } from "../../../json/parse.ts";
import { own } from "../../../json/value.ts";
import { KIND_FOLDERS } from "../../../snapshot/fqdn.ts";
import { createFiles, fill, installedAbove, readTemplate } from "../../../workspace/scaffold.ts";
import { ScaffoldFault } from "../../../workspace/scaffold-errors.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { argument, argumentChoice, choice } from "../../option.ts";
import { plain, printJson, printText } from "../../print.ts";

const PREFIXES = {
  workflow: "WF",
  contract: "CC",
  intent: "IN",
  event: "EV",
  transform: "CT",
  effect: "CS",
} as const;

type New = keyof typeof PREFIXES;
type Reach = "store" | "http" | "host";

const EDIT: Readonly<Record<New, string>> = {
  workflow: "name its intent and its contracts in core.nodes, and route every outcome",
  contract: "replace the step compare, and route every outcome in on_result",
  intent:
    "name the workflow that starts with it in core.workflow, and declare the fields of the payload in core.inputs",
  event: "declare the fields of its record in core.schema, and announce it at an EXIT with emit",
  transform: "change input, result, run and examples; a contract uses it as transform",
  effect: "change input, outcomes, run, probe and examples; a contract uses it as side_effect",
};

const EDIT_REMOTE: Readonly<Record<Exclude<Reach, "store">, string>> = {
  http: "change input, outcomes, run and probe; the runtime binding lists the servers in allowed_origins",
  host: "change config, input, outcomes, run and probe; the runtime binding has the values of config",
};

export const newCommand = defineCommand({
  details:
    "The name gets the prefix and the version that it lacks: approve-trip becomes WF_APPROVE_TRIP_V0. Its domain is that of the other authored files, unless it is written before the name.",
  arguments: {
    kind: argumentChoice(["workflow", "contract", "intent", "transform", "effect", "event"], "what to add"),
    name: argument("its name, or DOMAIN::NAME"),
  },
  options: {
    Effect: {
      reaches: choice(
        "WHAT",
        ["store", "http", "host"],
        "what a new effect reaches: a store, a server over HTTP, or code of the host (default: store)",
      ),
    },
  },
  shared: ["workspace", "json", "quiet", "debug"],
  examples: [
    ["pgs new workflow approve-trip", "add a workflow to the only domain of the workspace"],
    ["pgs new effect notify --reaches http", "add a side effect that calls a server"],
  ],
  exitCodes: { SUCCESS: true },
  async action({ kind, name, reaches }, context) {
    if (reaches !== undefined && kind !== "effect") {
      const message = `--reaches is for an effect; a new ${kind} reaches nothing`;
      throw new UsageFault("BAD_USAGE", { message, hint: "omit --reaches" });
    }
    const remote = reaches === "store" ? undefined : reaches;
    const { platform, settings } = context;
    const shown = (file: string) => shortPath(file, platform.cwd);
    const authored = settings.authored ?? refuse("NO_AUTHORED_FOLDER");
    const { domain, code } = nameOf(kind, name, authored, context);
    const written =
      kind === "transform" || kind === "effect"
        ? addCapability(kind, remote === undefined ? kind : `${kind}-${remote}`, domain, code, context)
        : addAuthored(kind, domain, code, authored, context);
    const files = written.map(shown);
    const edit = `in ${files[0]}, ${remote === undefined ? EDIT[kind] : EDIT_REMOTE[remote]}`;
    if (settings.json) printJson(context, { name: `${domain}::${code}`, files, edit });
    else if (!settings.quiet)
      printText(context, `${files.map((file) => `  ${plain(file)}\n`).join("")}next: ${plain(edit)}\n`);
    return EXIT.SUCCESS;
  },
});

function refuse(code: "NO_AUTHORED_FOLDER" | "NO_CAPABILITY_FOLDER"): never {
  throw new ScaffoldFault(code, {});
}

/** @throws UsageFault for what makes no name; ScaffoldFault `DOMAIN_UNCLEAR` */
function nameOf(kind: New, given: string, authored: string, context: Context) {
  const [domain, bare] = given.includes("::") ? given.split("::", 2) : [undefined, given];
  const foreign = /[^ -~]/u.exec(given)?.[0];
  if (foreign !== undefined) {
    const message = `${given} has ${foreign}, which a name cannot have`;
    throw new UsageFault("BAD_USAGE", {
      message,
      hint: "type a name of the letters a to z, digits and hyphens",
    });
  }
  const words = (bare ?? "")
    .replace(/([a-z0-9])(?=[A-Z])/g, "$1_")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const prefix = PREFIXES[kind];
  const prefixed = words.startsWith(`${prefix}_`) ? words : `${prefix}_${words}`;
  const code = /_V\d+$/.test(prefixed) ? prefixed : `${prefixed}_V0`;
  if (
    !/^[A-Za-z0-9 ._-]+$/.test(bare ?? "") ||
    !/[A-Z]/.test(words) ||
    (domain !== undefined && !/^[A-Za-z][A-Za-z0-9_.]*$/.test(domain))
  ) {
    const hint = `type a name such as approve-trip, or travel::approve-trip`;
    throw new UsageFault("BAD_USAGE", { message: `${given} gives no name`, hint });
  }
  return { domain: domain ?? onlyDomain(authored, context), code };
}

function onlyDomain(authored: string, { platform }: Context): string {
  const names = platform.files
    .list(authored)
    .flatMap(({ path }) => /([^/]+)__[^/]+\.md$/.exec(path)?.[1] ?? []);
  const shared = new Set(["capability_transforms", "capability_side_effects", "governance"]);
  const domains = [...new Set(names)].filter((name) => !shared.has(name));
  const [only] = domains;
  if (only === undefined || domains.length > 1)
    throw new ScaffoldFault("DOMAIN_UNCLEAR", { domains: domains.join(", ") });
  return only;
}

function addAuthored(
  kind: Exclude<New, "transform" | "effect">,
  domain: string,
  code: string,
  authored: string,
  context: Context,
): readonly string[] {
  const { platform } = context;
  const path = `${authored}/${KIND_FOLDERS[PREFIXES[kind]]}/${domain}__${code}.md`;
  const template = readTemplate(`${platform.templates}/new/${kind}.md`, platform.files);
  const text = fill(template, {
    ...{ domain, CODE: code, BINDING: bindingOf(domain, authored, context) },
    above: installedAbove(context.settings.workspace, platform.files),
  });
  createFiles(authored, [{ path, text }], (file) => shortPath(file, platform.cwd), platform);
  return [path];
}

/** The runtime binding of the domain, where it has one; else a name that `pgs compile` refuses. */
function bindingOf(domain: string, authored: string, { platform }: Context): string {
  const names = platform.files.names(`${authored}/${KIND_FOLDERS.RB}`);
  const own = names.flatMap((name) => {
    const [, namespace, code = ""] = /^(.+?)__(RB_.+)\.md$/.exec(name) ?? [];
    return namespace === domain ? [code] : [];
  });
  return own.length === 1 ? (own[0] ?? "") : "RB_NAME_V0";
}

/** The code file, and its entry in the manifest of the first folder of capabilities. */
function addCapability(
  kind: "transform" | "effect",
  template: string,
  domain: string,
  code: string,
  context: Context,
): readonly string[] {
  const { platform, settings } = context;
  const folder = settings.capabilities.find((one) => one.startsWith("/")) ?? refuse("NO_CAPABILITY_FOLDER");
  const name = code
    .replace(/_V\d+$/, "")
    .toLowerCase()
    .replaceAll("_", "-");
  const file = `${kind}s/${name}.js`;
  const text = fill(readTemplate(`${platform.templates}/new/${template}.js`, platform.files), {
    domain,
    CODE: code,
  });
  const shown = (path: string) => shortPath(path, platform.cwd);
  const manifest = `${folder}/pgs.capabilities.json`;
  const extended = extendManifest(manifest, file, domain, context);
  const removeFile = createFiles(folder, [{ path: `${folder}/${file}`, text }], shown, platform);
  try {
    platform.replaceFile(manifest, extended);
  } catch (error) {
    removeFile();
    throw error;
  }
  return [`${folder}/${file}`, manifest];
}

function extendManifest(manifest: string, file: string, domain: string, { platform }: Context): string {
  const bytes = platform.files.read(manifest);
  const empty = { name: `${domain.replaceAll(/[._]/g, "-")}-capabilities`, version: "0.1.0", capabilities: [] };
  const read = bytes === null ? { value: empty } : readObject(bytes);
  const shown = shortPath(manifest, platform.cwd);
  if ("defect" in read)
    throw new ScaffoldFault("MANIFEST_UNREADABLE", { file: shown, defect: read.defect.code });
  const listed = own(read.value, "capabilities");
  if (!Array.isArray(listed))
    throw new ScaffoldFault("MANIFEST_UNREADABLE", { file: shown, defect: "capabilities is no list" });
  const capabilities = [...listed, file].sort();
  return `${JSON.stringify({ ...read.value, capabilities }, null, 2)}\n`;
}

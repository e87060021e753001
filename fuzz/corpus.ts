/** What cases are made from: the project's own snapshot, payloads, scenarios, vectors, traces and attestations. */

import { createPrivateKey, createPublicKey } from "node:crypto";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Platform } from "../src/cli/context.ts";
import { runCli } from "../src/cli/program.ts";
import type { JsonObject } from "../src/json/value.ts";
import { realPlatform } from "../src/main.ts";
import { addCapabilities } from "../test/support/own-package.ts";
import { PROJECT } from "./play.ts";

export interface Corpus {
  readonly workflows: readonly { readonly fqdn: string; readonly payloads: readonly JsonObject[] }[];
  /** By path below the snapshot. */
  readonly snapshot: Readonly<Record<string, string>>;
  readonly signedSeal: string;
  /** Texts by name. */
  readonly scenarios: Readonly<Record<string, string>>;
  readonly vectors: Readonly<Record<string, string>>;
  readonly stores: Readonly<Record<string, string>>;
  readonly traces: readonly string[];
  readonly attestation: { readonly trace: string; readonly text: string };
  /** In the reference runtime's format. */
  readonly foreign: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly name: string;
  readonly operands: readonly string[];
  readonly options: readonly Option[];
}

export interface Option {
  readonly flag: string;
  /** The word in its brackets; absent where it has none. */
  readonly value?: string;
  readonly choices: readonly string[];
}

const WORKFLOWS = {
  "wf-release-change": "release_governance::WF_RELEASE_CHANGE_V0",
  "wf-rollback-release": "release_governance::WF_ROLLBACK_RELEASE_V0",
  "wf-grant-tool": "agent_governance::WF_GRANT_TOOL_V0",
  "wf-revoke-grant": "agent_governance::WF_REVOKE_GRANT_V0",
} as const;

/** `runs`: how many runs of each workflow there are at most. */
export async function readCorpus(runs?: number): Promise<Corpus> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "pgs-fuzz-corpus-")));
  try {
    return await readIn(place, runs);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function readIn(place: string, runs?: number): Promise<Corpus> {
  const { privateKey, publicKey } = keys();
  writeFileSync(join(place, "key.pem"), privateKey);
  cpSync(join(PROJECT, "fixtures/data"), join(place, "data"), { recursive: true });
  symlinkSync(join(PROJECT, "protocol_snapshot"), join(place, "protocol_snapshot"));
  addCapabilities(place);
  const pgs = (...argv: readonly string[]) => said(place, argv);
  const workflows = Object.entries(WORKFLOWS).map(([folder, fqdn]) => ({ folder, fqdn }));
  for (const { folder, fqdn } of workflows) {
    for (const name of namesIn(`fixtures/${folder}`).slice(0, runs)) {
      const payload = join(PROJECT, "fixtures", folder, name);
      await pgs(
        "run",
        fqdn,
        "--payload",
        payload,
        "--clock",
        "2026-01-31T09:00:00Z",
        "--seed",
        name,
        "--no-png",
        "--no-md",
      );
    }
  }
  const traces = readdirSync(join(place, "traces")).filter((id) => /__\w+__[0-9a-f]{8}$/.test(id));
  const files = traces.map((id) => join(place, "traces", id, `${id}.jsonl`));
  const [first = ""] = files;
  await pgs("attest", first, "--key", "key.pem", "--attestation", "attestation.json");
  cpSync(join(PROJECT, "protocol_snapshot"), join(place, "signed"), { recursive: true });
  await pgs("seal", "--snapshot", "signed", "--key", "key.pem");
  const example = filesIn("traces/example");
  return {
    workflows: workflows.map(({ fqdn, folder }) => ({
      fqdn,
      payloads: Object.values(filesIn(`fixtures/${folder}`)).map((text) => JSON.parse(text) as JsonObject),
    })),
    snapshot: filesIn("protocol_snapshot"),
    signedSeal: readFileSync(join(place, "signed/seal.json"), "utf8"),
    scenarios: filesIn("scenarios"),
    vectors: filesIn("test/vectors/good"),
    stores: filesIn("fixtures/data"),
    traces: [
      ...files.map((file) => readFileSync(file, "utf8")),
      ...Object.entries(example).flatMap(([name, text]) => (name.endsWith(".jsonl") ? [text] : [])),
    ],
    attestation: {
      trace: readFileSync(first, "utf8"),
      text: readFileSync(join(place, "attestation.json"), "utf8"),
    },
    foreign: await pgs("export", first, "--format", "reference-v0"),
    privateKey,
    publicKey,
    commands: await commandsIn(pgs),
  };
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(join(PROJECT, folder)).sort();
}

/** Every file's text by its path below the folder. */
function filesIn(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const root = join(PROJECT, folder, "/");
  return Object.fromEntries(files.sort().map((file) => [file.slice(root.length), readFileSync(file, "utf8")]));
}

/** The same key in every run. */
function keys(): { readonly privateKey: string; readonly publicKey: string } {
  const der = Buffer.from(`302e020100300506032b657004220420${"17".repeat(32)}`, "hex");
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    privateKey: key.export({ format: "pem", type: "pkcs8" }) as string,
    publicKey: createPublicKey(key).export({ format: "pem", type: "spki" }) as string,
  };
}

async function said(cwd: string, argv: readonly string[]): Promise<string> {
  let text = "";
  const world: Platform = {
    ...realPlatform(join(PROJECT, "src/render/fonts")),
    cwd,
    env: {},
    isTty: false,
    columns: undefined,
    out: (more) => {
      text += more;
    },
    err: () => undefined,
  };
  await runCli(argv, world);
  return text;
}

/** What `--help` says of each command, so that none is left out. */
async function commandsIn(pgs: (...argv: readonly string[]) => Promise<string>): Promise<readonly Command[]> {
  const list = /^Commands:\n((?: .*\n)+)/m.exec(await pgs("--help"))?.[1] ?? "";
  const commands: Command[] = [];
  for (const [, name = ""] of list.matchAll(/^ {2}([a-z]+)/gm))
    commands.push(commandIn(name, await pgs(name, "--help")));
  return commands;
}

function commandIn(name: string, help: string): Command {
  const usage = /^Usage: pgs \S+ \[options\](.*)$/m.exec(help)?.[1] ?? "";
  const entries = help.split(/\n(?= {2}(?:-\w, )?--)/).slice(1);
  return {
    name,
    operands: [...usage.matchAll(/[<[](\w+)/g)].map(([, word]) => word as string),
    options: entries.flatMap((entry) => {
      const [, flag, value] = /^ {2}(?:-\w, )?(--[a-z-]+)(?: [<[](\w+)[>\]])?/.exec(entry) ?? [];
      if (flag === undefined || flag === "--watch") return [];
      const listed = /\(one\s+of\s([^;)]*)/.exec(entry)?.[1] ?? "";
      const choices = [...listed.matchAll(/[^\s,]+/g)].map(([choice]) => choice);
      return [{ flag, choices, ...(value === undefined ? {} : { value }) }];
    }),
  };
}

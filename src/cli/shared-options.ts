/** Options that several commands have: those of all commands, and groups that a declaration names. */

import { UsageFault } from "./errors.ts";
import {
  argument,
  choice,
  count,
  file,
  flag,
  folder,
  hash,
  type Options,
  optionalArgument,
  optionalArgumentList,
  optionalCount,
  percentage,
  repeatable,
  text,
  type ValuesOf,
} from "./option.ts";

/** Every command takes them, before its name, too. */
export const SHARED = {
  Workspace: {
    workspace: folder("folder of the snapshot, the data and the traces", {
      env: "$PGS_WORKSPACE",
      default: "nearest folder with a pgs.json, else the current one",
    }),
    snapshot: folder("the protocol snapshot", {
      default: "<workspace>/protocol_snapshot, else <workspace>/snapshot",
    }),
    "data-root": folder("folder in which side effects store their data", {
      env: "$PGS_DATA_ROOT",
      default: "<workspace>/data",
    }),
    traces: folder("folder in which runs write their traces", { default: "<workspace>/traces" }),
  },
  Output: {
    json: flag("print one JSON document"),
    quiet: flag("print errors only"),
    debug: flag("print the cause of each error"),
    "no-color": flag("print without colour, also on a terminal"),
  },
} as const;

/** Whether the flag is an option of every command, and whether it has a value. */
export function sharedOption(flag: string): { readonly hasValue: boolean } | undefined {
  const found = Object.values<Options>(SHARED)
    .map((group) => group[flag.slice("--".length)])
    .find((one) => one !== undefined);
  return flag.startsWith("--") && found !== undefined ? { hasValue: found.value !== undefined } : undefined;
}

type Shared = typeof SHARED;

export type SharedOption = { [G in keyof Shared]: keyof Shared[G] }[keyof Shared];

export type SharedValues = ValuesOf<Shared["Workspace"]> & ValuesOf<Shared["Output"]>;

export const SEAL = {
  "expect-seal": hash("ROOT", "refuse a snapshot with any other root", { env: "$PGS_EXPECT_SEAL" }),
};

/** Who must have signed the seal. */
export const TRUST = {
  ...SEAL,
  key: repeatable(file("trusted public key (PEM); one must have signed", { env: "$PGS_TRUSTED_KEYS" })),
  "require-signature": optionalCount("number of trusted signatures required; 1 without N", {
    env: "$PGS_REQUIRE_SIGNATURE",
  }),
};

/** What a snapshot is made from. */
export const SOURCES = {
  authored: folder("folder of the authored Markdown", { default: '"authored" in pgs.json, or protocol' }),
  onto: folder("another snapshot, whose artifacts the Markdown may mention"),
};

/** Reports for other programs. */
export const REPORTS = {
  junit: file("also write the result as JUnit XML; - prints it instead of the text"),
  sarif: file("also write the findings as SARIF 2.1.0; - prints it instead of the text"),
  summary: file("also append a summary in Markdown; - prints it instead of the text"),
  github: flag("also print annotations for GitHub Actions, and append to $GITHUB_STEP_SUMMARY"),
};

/** Coverage as files. */
export const COVERAGE_FILES = {
  svg: file("write a picture of the graphs with what was not covered, as SVG"),
  png: file("write the same picture as PNG"),
  lcov: file("write the covered lines of the workflow artifacts as LCOV"),
  cobertura: file("write the same lines as Cobertura XML"),
};

export const UNTAKEN = { untaken: flag("list everything that was not covered") };

export const MIN = { min: percentage("lowest share of its edges that each workflow must cover") };

/** What counts as a finding of a check. */
export const CHECK_TERMS = {
  config: file("severities, and rules that are off", { default: "the member check of pgs.json" }),
  baseline: file("known findings, which do not count"),
  "fail-on": {
    ...choice("SEVERITY", ["error", "warning", "note"], "lowest severity that fails the command"),
    default: "error",
  },
};

export const JOBS = {
  jobs: {
    ...count("number of scenarios to run at the same time"),
    default: "by their number, at most one per core",
  },
};

/** A workflow as an argument, or by an option. */
export const WORKFLOW_ARGUMENT = {
  workflow: optionalArgument("full name of the workflow: <domain>::<WF>", { completes: "workflow" }),
};
export const WORKFLOW_OPTION = {
  wf: text("FQDN", "the workflow, instead of the argument", { completes: "workflow" }),
};

/** A trace as an argument: what names one alone. */
export const TRACE_ARGUMENT = {
  trace: argument("the trace: a .jsonl file, or the id of its run or the beginning of that", {
    completes: "file",
  }),
};

/** Any number of traces, and the option that names one without its name. */
export const TRACES_ARGUMENT = {
  traces: optionalArgumentList("traces: .jsonl files, ids of runs or their beginnings, and folders of traces", {
    completes: "file",
  }),
};
export const LAST = { last: flag("the trace of the run that began last, instead of an argument") };

/** The one workflow that was named. @throws UsageFault for none, and for two */
export function workflowOf({
  workflow,
  wf,
}: {
  readonly workflow: string | undefined;
  readonly wf: string | undefined;
}): string {
  if (workflow !== undefined && wf !== undefined) {
    const message = "the workflow is named twice, as argument and with --wf";
    throw new UsageFault("BAD_USAGE", { message, hint: "omit --wf" });
  }
  const named = workflow ?? wf;
  if (named !== undefined) return named;
  const hint = "type the full name of a workflow; pgs list prints every workflow of the snapshot";
  throw new UsageFault("BAD_USAGE", { message: "no workflow is named", hint });
}

/** `pgs init`: makes a workspace with one small domain. */

import { createFiles, filesFrom, installedAbove } from "../../../workspace/scaffold.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { optionalArgument, text } from "../../option.ts";
import { plain, printJson, printText } from "../../print.ts";

const DOMAIN = "expenses";

export const init = defineCommand({
  details:
    "The workspace has a workflow, a transform of its own with examples, payloads, scenarios that take every edge, and a job for CI. No file is overwritten.",
  arguments: { folder: optionalArgument("folder of the workspace (default: the current folder)") },
  options: {
    Workspace: {
      domain: {
        ...text("NAME", "name of the domain", { default: DOMAIN }),
        refuse: (given: string) =>
          /^[a-z][a-z0-9_]*$/.test(given)
            ? undefined
            : "It should be lower-case letters, digits and underscores, and begin with a letter.",
      },
    },
  },
  shared: ["json", "quiet", "debug"],
  examples: [
    ["pgs init", "make a workspace in the current folder"],
    ["pgs init travel --domain travel", "make one in the folder travel, with the domain travel"],
  ],
  exitCodes: { SUCCESS: true },
  async action({ folder: given = ".", domain = DOMAIN }, context) {
    const { platform, settings, path } = context;
    const folder = path(given);
    const above = installedAbove(folder, platform.files);
    const values = { domain, above, package: packageName(folder) };
    const all = filesFrom(`${platform.templates}/workspace`, folder, values, platform.files);
    const hasPackage = platform.files.realPath(`${folder}/package.json`) !== null;
    const made = hasPackage ? all.filter((file) => file.path !== `${folder}/package.json`) : all;
    const shown = (file: string) => shortPath(file, platform.cwd);
    createFiles(folder, made, shown, platform);
    const written = made.map((file) => shown(file.path));
    const next = nextCommands(given, domain, context);
    if (settings.json) printJson(context, { folder, domain, written, next });
    else if (!settings.quiet) {
      const files = written.map((file) => `  ${plain(file)}\n`).join("");
      printText(context, `written\n${files}\nnext\n${next.map((line) => `  ${line}\n`).join("")}`);
    }
    return EXIT.SUCCESS;
  },
});

function nextCommands(given: string, domain: string, { platform }: Context): readonly string[] {
  // How npm says that it was asked to find the program.
  const pgs = platform.env["npm_command"] === "exec" ? "npx pgs" : "pgs";
  const place = given === "." ? "" : ` --workspace ${plain(given)}`;
  const payload = `${given === "." ? "" : `${plain(given)}/`}payloads/approved.json`;
  return [
    `${pgs} build${place}`,
    `${pgs} gate${place}`,
    `${pgs} run ${domain}::WF_APPROVE_EXPENSE_V0 --payload ${payload}${place}`,
  ];
}

/** The name of the folder as npm takes one. */
function packageName(folder: string): string {
  const name = folder.slice(folder.lastIndexOf("/") + 1).toLowerCase();
  return name.replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "") || "workspace";
}

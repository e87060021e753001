/** Drawing declared workflows: what is written, where the links of the page lead, and what is refused. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Element, elementsOf, textOf } from "../support/html.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { reauthor } from "./reauthor.ts";
import { fine, ownSnapshot } from "./signed.ts";
import {
  assertHint,
  assertRefused,
  document,
  PROJECT,
  RELEASE,
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const OWN = [
  "agent_governance::WF_GRANT_TOOL_V0",
  "agent_governance::WF_REVOKE_GRANT_V0",
  RELEASE,
  "release_governance::WF_ROLLBACK_RELEASE_V0",
];

/** A workspace whose `pgs.json` names the project's authored Markdown. */
function authoredWorkspace(t: TestContext): Workspace {
  const place = workspace(t);
  symlinkSync(join(PROJECT, "protocol"), place.path("protocol"));
  return place;
}

interface Link {
  readonly href: string;
  readonly text: string;
}

function linksOf(page: string): readonly Link[] {
  return [...page.matchAll(/<a class="source" href="([^"]*)">([^<]*)</g)].map(([, href = "", text = ""]) => ({
    href,
    text,
  }));
}

/** Each node of the page with the link to where it is declared. */
function nodeLinks(page: string): readonly { readonly key: string; readonly href: string }[] {
  const nodes = page.matchAll(/<h3>([^<]*)<\/h3>.*\n.*\n<p>Node: <a class="source" href="([^"]*)"/g);
  return [...nodes].map(([, key = "", href = ""]) => ({ key, href }));
}

/** The line that a link leads to. */
function lineAt(place: Workspace, href: string): string | undefined {
  const [file = "", line] = href.split("#L");
  return readFileSync(place.path(file), "utf8").split("\n")[Number(line) - 1]?.trim();
}

const namesOf = (elements: readonly Element[]) => elements.map(({ name }) => name);

for (const workflow of OWN) {
  it(`every node of ${workflow} is on its page, and every link leads somewhere`, async (t) => {
    const place = authoredWorkspace(t);
    mkdirSync(place.path("a page"));
    const graph = document(fine(await place.session("draw", workflow, "--html", "a page/x.html", "--json")));
    assert.deepEqual(graph["files"], { html: place.path("a page/x.html") });
    const page = readFileSync(place.path("a page/x.html"), "utf8");
    const elements = elementsOf(page);
    assert.ok(!namesOf(elements).includes("script"));
    const planned = document(await place.session("plan", workflow, "--json"));
    const keys = Object.keys(planned["nodes"] as object).sort();
    const nodes = graph["nodes"] as readonly { readonly key: string }[];
    assert.deepEqual(nodes.map(({ key }) => key).sort(), keys);
    const headings = [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, key]) => key).sort();
    assert.deepEqual(headings, keys);

    const ids = new Set(elements.map(({ attributes }) => attributes["id"]));
    const inside = elements.flatMap(({ attributes: { href } }) =>
      href?.startsWith("#") ? [href.slice(1)] : [],
    );
    assert.ok(inside.length >= keys.length);
    assert.deepEqual(
      inside.filter((id) => !ids.has(id)),
      [],
    );
    const links = linksOf(page);
    assert.ok(links.length > keys.length);
    for (const { href, text } of links) {
      const [file = "", line = ""] = decodeURIComponent(href).split("#L");
      const lines = readFileSync(join(place.path("a page"), file), "utf8").split("\n");
      assert.ok(Number(line) >= 1 && Number(line) <= lines.length, href);
      assert.ok(text.endsWith(`${file.replace(/^(\.\.\/)+/, "")}:${line}`), `${text} ${href}`);
    }
  });
}

it("the links of nodes and steps lead to the lines that declare them", async (t) => {
  const place = authoredWorkspace(t);
  const page = fine(await place.session("draw", RELEASE, "--html", "-")).out;
  const nodes = nodeLinks(page);
  assert.equal(nodes.length, 14);
  for (const { key, href } of nodes) assert.equal(lineAt(place, href), `${key}:`);
  const steps = [...page.matchAll(/<p class="name"><code>([^<]*)<\/code> <a class="source" href="([^"]*)"/g)];
  assert.ok(steps.length > 8);
  for (const [, step = "", href = ""] of steps) assert.equal(lineAt(place, href), `- step: ${step}`);
});

test("without authored Markdown the links lead to the artifacts, and name the line of their Markdown", async (t) => {
  const place = workspace(t);
  const page = fine(await place.session("draw", RELEASE, "--html", "-")).out;
  const links = linksOf(page);
  assert.ok(links.length > 20);
  for (const { href, text } of links) {
    const [, file = "", line] = /^(\S+), line (\d+) of its Markdown$/.exec(text) ?? [];
    assert.equal(href, file);
    const { content } = JSON.parse(readFileSync(place.path(file), "utf8")) as { readonly content: string };
    assert.ok(Number(line) <= content.split("\n").length);
  }
});

test("a snapshot that is named does not have the Markdown of the workspace", async (t) => {
  const place = authoredWorkspace(t);
  const page = fine(await place.session("draw", RELEASE, "--snapshot", "protocol_snapshot", "--html", "-")).out;
  assert.ok(linksOf(page).every(({ href }) => href.startsWith("protocol_snapshot/")));
});

it("picture and page are the same each time, and what is printed is what is written", async (t) => {
  const place = workspace(t);
  const argv = ["--svg", "a.svg", "--png", "a.png", "--html", "a.html"];
  const said = await place.session("draw", RELEASE, ...argv);
  assert.deepEqual(said, { code: 0, out: "html  a.html\npng   a.png\nsvg   a.svg\n", err: "" });
  const svg = readFileSync(place.path("a.svg"), "utf8");
  assert.match(svg, /^<svg .*14 nodes, 30 edges.*taken after a success.*<\/svg>\n$/s);
  assert.equal(fine(await place.session("draw", "--wf", RELEASE, "--svg", "-")).out, svg);
  const png = readFileSync(place.path("a.png"));
  assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
  fine(await place.session("draw", RELEASE, ...argv, "--quiet"));
  assert.deepEqual(readFileSync(place.path("a.png")), png);
  assert.equal(
    fine(await place.session("draw", RELEASE, "--html", "-")).out,
    readFileSync(place.path("a.html"), "utf8"),
  );
  assert.deepEqual(
    tree(place.folder).filter((name) => name.startsWith("a.")),
    ["a.html", "a.png", "a.svg"],
  );
});

it("what does not say what to draw, or where, is refused before anything is written", async (t) => {
  const place = ownSnapshot(t);
  writeFileSync(place.path("notes.md"), "# Notes\n");
  const before = tree(place.folder);
  const nothing = await place.session("draw", RELEASE);
  assertRefused(nothing, 2, "BAD_USAGE");
  assertHint(nothing, /add --html FILE, --svg FILE or --png FILE/);
  assertRefused(await place.session("draw", "--svg", "-"), 2, "BAD_USAGE");
  assertRefused(await place.session("draw", RELEASE, "--png", "-"), 2, "BAD_USAGE");
  assertRefused(await place.session("draw", RELEASE, "--svg", "a", "--html", "a"), 2, "BAD_USAGE");
  assertRefused(await place.session("draw", RELEASE, "--html", "notes.md"), 2, "BAD_USAGE");
  assertRefused(await place.session("draw", RELEASE, "--html", "none/a.html"), 2, "DRAWING_UNWRITABLE");
  assertRefused(await place.session("draw", `${RELEASE}X`, "--svg", "-"), 2, "UNKNOWN_WORKFLOW");
  reauthor(place.path("protocol_snapshot"), RELEASE, (markdown) =>
    markdown.replace("SUCCESS: SET_ENVIRONMENT_STATE", "SUCCESS: NOWHERE"),
  );
  assertRefused(await place.session("draw", RELEASE, "--svg", "a.svg"), 3, "WORKFLOW_DOES_NOT_COMPILE");
  assert.deepEqual(tree(place.folder), before);
});

it("markup in any text of the protocol stays text", async (t) => {
  const hostile = `</p></svg><script>alert(1)</script><a href='javascript:x' onload="y">&amp;]]>`;
  const drawn = async (put: string) => {
    const place = ownSnapshot(t);
    const folder = place.path("protocol_snapshot");
    const quoted = JSON.stringify(put);
    reauthor(folder, RELEASE, (markdown) =>
      markdown
        .replace(/^ {2}summary: .*$/m, `  summary: ${quoted}`)
        .replace(/^( +)reason: COMPLETED$/m, `$1reason: ${quoted}`)
        .replaceAll("EXIT_REJECTED:", `${JSON.stringify(`N${put}`)}:`)
        .replaceAll(": EXIT_REJECTED\n", `: ${JSON.stringify(`N${put}`)}\n`),
    );
    const svg = fine(await place.session("draw", RELEASE, "--svg", "-")).out;
    return { page: fine(await place.session("draw", RELEASE, "--html", "-")).out, svg };
  };
  const [plain, spoilt] = [await drawn("plain"), await drawn(hostile)];
  assert.deepEqual(namesOf(elementsOf(spoilt.page)), namesOf(elementsOf(plain.page)));
  assert.deepEqual(namesOf(elementsOf(spoilt.svg)), namesOf(elementsOf(plain.svg)));
  assert.ok(textOf(spoilt.page).includes(hostile));
});

it("the largest published workflow is drawn, with links into a tree of modules", {
  skip: skipWithout("published/protocol_snapshot"),
}, async (t) => {
  const place = workspace(t, { snapshot: null });
  for (const part of ["artifacts", "governance/artifacts"]) {
    const target = place.path(`protocol_snapshot/${part}`);
    cpSync(sharedPath(`published/protocol_snapshot/${part}`), target, { recursive: true });
  }
  // One domain is authored, as a tree of modules that is built upon the rest.
  for (const { path, text } of modulesOf(place.path("protocol_snapshot"), "ai_governance")) {
    mkdirSync(dirname(place.path(path)), { recursive: true });
    writeFileSync(place.path(path), text);
  }
  writeFileSync(place.path("pgs.json"), '{"authored": "protocol", "onto": "protocol_snapshot"}');
  const page = fine(await place.session("draw", "ai_governance::WF_GOVERN_AGENT_ACTION_V0", "--html", "-")).out;
  assert.equal(elementsOf(page).filter(({ name }) => name === "details").length, 18);
  const nodes = nodeLinks(page);
  assert.equal(nodes.length, 18);
  for (const { key, href } of nodes) {
    assert.match(href, /^protocol\/.*\.md#L\d+$/);
    assert.equal(lineAt(place, href), `${key}:`);
  }
  assert.ok(linksOf(page).some(({ href }) => href.startsWith("protocol_snapshot/artifacts/")));
});

/** The authored files of a domain, where their module paths say. */
function modulesOf(
  snapshot: string,
  domain: string,
): readonly { readonly path: string; readonly text: string }[] {
  const folder = join(snapshot, "artifacts");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.includes(`/${domain}__`))
    .map((name) => {
      const envelope = JSON.parse(readFileSync(join(folder, name), "utf8")) as Readonly<Record<string, string>>;
      const { module_path: module = "", artifact_code: code, content: text = "" } = envelope;
      return { path: `protocol/${module.replaceAll(".", "/")}/${code}.md`, text };
    });
}

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");

const inDocs = readdirSync(join(root, "docs"), { recursive: true }).map((name) => join("docs", String(name)));
const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...inDocs.filter((name) => name.endsWith(".md"))];

const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** What a code host makes of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

function isThere(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page : join(dirname(page), file);
  if (!existsSync(join(root, target))) return false;
  const headings = anchor === undefined ? [] : [...textOf(target).matchAll(/^#+ (.+)$/gm)];
  return anchor === undefined || headings.some(([, heading = ""]) => anchorOf(heading) === anchor);
}

test("every link from a document to a file or a heading of the project leads there", () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => String(link))
      .filter((link) => !/^\w+:/.test(link))
      .map((link) => ({ page, link })),
  );
  assert.ok(links.length > 50);
  assert.deepEqual(
    links.filter(({ page, link }) => !isThere(page, link)),
    [],
  );
});

test("every page is reached from the README, directly or through another", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const [, link = ""] of textOf(page).matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g)) {
      if (!/^\w+:/.test(link)) reached.add(join(dirname(page), link));
    }
  }
  assert.deepEqual(
    pages.filter((page) => !reached.has(page)),
    [],
  );
});

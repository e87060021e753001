/** The page in a real browser, where one is installed: what its parser makes of hostile text, what a link opens. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { renderHtml } from "../../../src/render/html/html.ts";
import { fullRun, HOSTILE, hostileRun, PARCEL } from "../trial-run.ts";

const places = (process.env["PATH"] ?? "").split(":");
const BROWSER = places
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find((file) => existsSync(file));
const needs = { skip: BROWSER === undefined ? "no Chromium is installed" : false };

/** The page as the browser holds it after loading, at a fragment. */
function loaded(page: string, fragment = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "pgs-page-"));
  try {
    writeFileSync(join(folder, "page.html"), page);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder}/profile`];
    const url = `file://${folder}/page.html${fragment}`;
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return execFileSync(BROWSER as string, [...flags, "--dump-dom", url], {
      encoding: "utf8",
      stdio: [...stdio],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The names of all elements, in order. */
function elementsIn(dom: string): readonly string[] {
  return [...dom.replace(/<style>.*?<\/style>/s, "").matchAll(/<([a-zA-Z][\w-]*)/g)].map(
    ([, name]) => name as string,
  );
}

test("a browser finds the same elements whatever the texts hold", needs, () => {
  const shown = (text: string) => {
    const { events, graph } = hostileRun(text);
    return elementsIn(loaded(renderHtml(events, graph)));
  };
  assert.deepEqual(shown(HOSTILE.join(" ")), shown("plain"));
});

test("a link of the picture opens what it leads to, without a script", needs, () => {
  const page = renderHtml(fullRun(), PARCEL);
  const opened = (fragment: string) => {
    const details = [...loaded(page, fragment).matchAll(/<details([^>]*)>\s*<summary>|id="(visit-0-\d+)"/g)];
    return details.flatMap(([, attributes], i) => (attributes?.includes("open") ? [details[i + 1]?.[2]] : []));
  };
  assert.deepEqual([opened(""), opened("#visit-0-3")], [[], ["visit-0-3"]]);
});

/** The page in a real browser, where one is installed: what its parser makes of hostile text, what a link opens. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { renderHtml } from "../../../src/render/html/html.ts";
import { RELEASE, workspace } from "../../sessions/world.ts";
import { portion } from "../../support/portion.ts";
import { fullRun, HOSTILE, hostileRun, PARCEL } from "../trial-run.ts";

const places = (process.env["PATH"] ?? "").split(":");
const BROWSER = places
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find((file) => existsSync(file));
const needs = { skip: BROWSER === undefined ? "no Chromium is installed" : false };

const flags = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
];
let browser: Browser | undefined;
before(async () => {
  if (BROWSER === undefined) return;
  const { chromium } = await import("playwright-core");
  browser = await chromium.launch({ executablePath: BROWSER, args: flags });
});
after(() => browser?.close());

/** The page as the browser holds it after loading, at a fragment, in a window of some size. */
async function opened(
  t: TestContext,
  page: string,
  { fragment = "", ...options }: Opening = {},
): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), "pgs-page-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "page.html"), page);
  const context = await (browser as Browser).newContext(options);
  t.after(() => context.close());
  const tab = await context.newPage();
  await tab.goto(`file://${folder}/page.html${fragment}`);
  return tab;
}

type Opening = { readonly fragment?: string } & Pick<BrowserContextOptions, "viewport" | "colorScheme">;

const PAGES = {
  run: async () => renderHtml(fullRun(), PARCEL),
  workflow: async (t: TestContext) => (await workspace(t).session("draw", RELEASE, "--html", "-")).out,
};

const KINDS = ["run", "workflow"] as const;

test("a browser finds the same elements whatever the texts hold", needs, async (t) => {
  const shown = async (text: string) => {
    const { events, graph } = hostileRun(text);
    const tab = await opened(t, renderHtml(events, graph));
    return tab.locator("*").evaluateAll((all) => all.map((element) => element.nodeName));
  };
  assert.deepEqual(await shown(HOSTILE.join(" ")), await shown("plain"));
});

test("a link of the picture opens what it leads to, without a script", needs, async (t) => {
  const ids = { run: "visit-0-3", workflow: "node-3" };
  for (const kind of portion(t, KINDS, 1)) {
    const id = ids[kind];
    const page = await PAGES[kind](t);
    const openIds = async (fragment: string) => {
      const tab = await opened(t, page, { fragment });
      return tab.locator("details[open] > .inside").evaluateAll((all) => all.map((one) => one.id));
    };
    assert.deepEqual([await openIds(""), await openIds(`#${id}`)], [[], [id]]);
  }
});

for (const width of [320, 390, 1280]) {
  test(
    `in a window ${width} wide the page needs no scrolling sideways and shows the first node at once`,
    needs,
    async (t) => {
      for (const kind of portion(t, KINDS, 1)) {
        const tab = await opened(t, await PAGES[kind](t), { viewport: { width, height: 800 } });
        await tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        assert.equal(await tab.evaluate("document.documentElement.scrollWidth"), width, kind);
        const box = await tab.locator(".picture a").first().boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= 800);
      }
    },
  );
}

/** Of elements with text: its colour, and the first background behind it. As text, because it runs in the page. */
const COLOURS = `[...document.querySelectorAll("body, summary, .chip, a, dt, pre")].map((element) => {
  const background = (one) => getComputedStyle(one).backgroundColor;
  let behind = element;
  while (behind.parentElement && background(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  return [getComputedStyle(element).color, background(behind)];
})`;

test("a dark system gets a dark page, with contrast enough to read it", needs, async (t) => {
  const schemes = portion(t, KINDS, 1).flatMap((one) => [[one, "light"] as const, [one, "dark"] as const]);
  for (const [kind, colorScheme] of schemes) {
    const tab = await opened(t, await PAGES[kind](t), { colorScheme });
    const colours = await tab.evaluate<readonly (readonly [string, string])[]>(COLOURS);
    assert.ok(colours.length > 10);
    for (const [text, paper] of colours) {
      assert.ok(contrast(text, paper) >= 4.5, `${kind}, ${colorScheme}: ${text} on ${paper}`);
    }
    const [, page] = colours[0] ?? ["", ""];
    assert.equal(luminance(page) < 0.1, colorScheme === "dark");
  }
});

/** WCAG 2.2, relative luminance of a colour as `rgb(…)`. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const c = Number(part) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

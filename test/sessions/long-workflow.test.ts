/** Long workflows, and those with very many ways through: every command goes through them. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Platform } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/program.ts";
import type { Json } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { chain, diamonds } from "../plan/long-workflow.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { WF, workspaceWith } from "./small.ts";
import { assertRefused, document, PROJECT } from "./world.ts";

const it = takingTurns(import.meta.url);

const running = ["run", "--wf", WF, "--payload", "p.json", "--max-hops", "100000", "--durability", "process"];

/** Enough for a graph that is too large for a picture. */
const LONG = PLAYS_ALL ? 10_000 : 300;

it(`plan, run and render go through ${LONG} nodes, and the picture is left out with a notice`, async (t) => {
  const place = workspaceWith(t, chain(LONG), true);
  const planned = document(await place.session("plan", "--wf", WF, "--json"));
  assert.equal(Object.keys(planned["nodes"] as object).length, LONG + 3);
  const said = await place.session(...running);
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /^SUCCESS/);
  assert.match(said.err, new RegExp(`^pgs: PICTURE_TOO_LARGE .*${LONG + 3} nodes and ${2 * LONG + 2} edges\n`));
  const [trace = ""] = place.traces();
  const rendered = await place.session("render", trace, "--md", "a.md");
  assert.equal(rendered.code, 0, rendered.err);
  assert.match(
    readFileSync(place.path("a.md"), "utf8"),
    new RegExp(`too large for a picture: ${LONG + 3} nodes and ${2 * LONG + 2} edges`),
  );
});

it(`a graph of ${LONG} nodes is too large for a picture; the page and the data have it`, async (t) => {
  const place = workspaceWith(t, chain(LONG), true);
  for (const kind of ["svg", "png"]) {
    assertRefused(await place.session("draw", WF, `--${kind}`, `a.${kind}`), 5, "PICTURE_TOO_LARGE");
    assert.ok(!existsSync(place.path(`a.${kind}`)));
  }
  const { nodes } = document(await place.session("draw", WF, "--html", "a.html", "--json"));
  assert.equal((nodes as readonly unknown[]).length, LONG + 3);
  assert.match(
    readFileSync(place.path("a.html"), "utf8"),
    new RegExp(`too large for a picture: ${LONG + 3} nodes and ${2 * LONG + 2} edges`),
  );
});

it("check goes through a chain of nodes, and through 2^40 ways", async (t) => {
  for (const nodes of [chain(LONG / 4), diamonds(40)]) {
    const place = workspaceWith(t, nodes, false);
    const file = place.path("protocol_snapshot/behavior_logic/WF_X_V0/WF_X_V0.graph.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{"wf_id":"WF_X_V0","execution_paths":[["ASK","OUT"],["ASK","END"]]}');
    const said = await place.session("check", "--json");
    assert.equal(said.code, 7, said.err);
    const found = (document(said)["findings"] as { rule: string; pointer: string; message: string }[]).filter(
      ({ rule, pointer }) => rule === "graph-differs" && pointer === "/execution_paths",
    );
    assert.match(String(found[0]?.message), /not the workflow's ASK > END/);
  }
});

it("what a run ended in is printed before anything is drawn, and stays when drawing fails", async (t) => {
  for (const form of [[], ["--json"]]) {
    const place = workspaceWith(t, chain(3), true);
    const said = { out: "", err: "", whenDrawn: "" };
    const world: Platform = {
      ...realPlatform(join(PROJECT, "src/render/fonts")),
      cwd: place.folder,
      env: {},
      isTty: false,
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      writeFile() {
        said.whenDrawn ||= said.out;
        throw new RangeError("a renderer's own fault");
      },
    };
    assert.equal(await runCli([...running, ...form], world), 0, said.err);
    assert.match(said.whenDrawn, form.length > 0 ? /"status": "SUCCESS"/ : /^SUCCESS/);
    assert.match(
      said.err,
      /^(?:pgs: RENDERING_FAILED .*\nhint: .*\n){2}(?:notice: UNDECLARED_FIELD .*\nhint: .*\n)?$/,
    );
    if (form.length === 0) continue;
    const { trace } = document({ ...said, code: 0 }) as { trace: { [kind: string]: Json } };
    assert.deepEqual([trace["md"], trace["png"]], [null, null]);
  }
});

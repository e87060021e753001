/** The rasteriser, by the shortest way to its native part. */

import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { RenderedImage, ResvgRenderOptions } from "@resvg/resvg-js";

/** The native part: it takes the options as JSON. */
interface Native {
  renderAsync(svg: string, options: string): Promise<Pick<RenderedImage, "asPng">>;
}

let native: Native | undefined;

/**
 * PNG bytes of a picture without text, `zoom` times as large as it says. The pixels are made in another thread, and
 * are freed when the event loop turns: whoever draws many pictures, one after the other, holds those of a few.
 */
export async function rasterise(svg: string, zoom: number): Promise<Uint8Array> {
  native ??= openNative();
  const options: ResvgRenderOptions = {
    fitTo: { mode: "zoom", value: zoom },
    font: { loadSystemFonts: false },
    // Without a crop, the pixels are copied; an empty one crops nothing.
    crop: { left: 0, top: 0, right: 0, bottom: 0 },
  };
  return (await native.renderAsync(svg, JSON.stringify(options))).asPng();
}

/**
 * `@resvg/resvg-js` asks Node for a report on the whole process to learn which C library there is, which takes longer
 * than to load its native part. Where that for the usual C library of Linux is not there, it does the choosing.
 */
function openNative(): Native {
  const module = { exports: {} as Native };
  try {
    // What `require` does with such a file, without reading the package files on the way to it.
    process.dlopen(module, usualFile());
    return module.exports;
  } catch {
    return createRequire(import.meta.filename)("@resvg/resvg-js/js-binding.js");
  }
}

/** Where package managers put the native part for the usual C library of Linux: beside its package. */
function usualFile(): string {
  const target = `${process.platform}-${process.arch}-gnu`;
  let folder = import.meta.dirname;
  while (!existsSync(`${folder}/node_modules/@resvg/resvg-js`) && folder !== dirname(folder))
    folder = dirname(folder);
  const found = realpathSync(`${folder}/node_modules/@resvg/resvg-js`);
  return existsSync(`${found}/node_modules`) ? "" : join(found, `../resvg-js-${target}/resvgjs.${target}.node`);
}

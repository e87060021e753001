/** The files of one host effect, evaluated in this world when it is performed or asked for the first time. */

import type { HostCode } from "../../ports.ts";
import { CapabilityError } from "../capability-error.ts";
import * as schema from "../input-schema.ts";
import type { LinkedFile, Linker, Source } from "./link.ts";
import { DECLARATIONS } from "./module.ts";
import type { PackageSource } from "./source.ts";

type Exports = Readonly<Record<string, unknown>>;

const asGiven = (declaration: unknown) => declaration;

/** `pgs-runner/capability`, whose declarations were read and checked before. */
const DECLARING: Exports = { ...schema, effect: asGiven, storeEffect: asGiven, transform: asGiven };

export class HostModules {
  readonly #source: PackageSource;
  readonly #linker: Linker;
  readonly #openCode: () => Promise<HostCode>;
  #loading: Promise<ReadonlyMap<string, Exports>> | undefined;

  constructor(source: PackageSource, linker: Linker, openCode: () => Promise<HostCode>) {
    this.#source = source;
    this.#linker = linker;
    this.#openCode = openCode;
  }

  /** What a function of the operation answers. @throws CapabilityError, and what the function throws */
  async call(
    file: string,
    operation: string,
    method: "run" | "probe",
    given: readonly unknown[],
  ): Promise<unknown> {
    this.#loading ??= this.#load();
    const declared = (await this.#loading).get(file)?.["default"];
    const found: unknown = memberOf(memberOf(memberOf(declared, "operations"), operation), method);
    if (typeof found !== "function") throw new CapabilityError(`${operation} declares another thing each time`);
    return found(...given);
  }

  async #load(): Promise<ReadonlyMap<string, Exports>> {
    const code = await this.#openCode();
    const modules = new Map<string, Exports>([[DECLARATIONS, DECLARING]]);
    for (const [specifier, file] of this.#linker.externals())
      modules.set(specifier, this.#external(specifier, file, code));
    for (const linked of this.#linker.files()) modules.set(...this.#evaluated(linked, modules, code));
    return modules;
  }

  #external(specifier: string, file: string, code: HostCode): Exports {
    try {
      return code.load(specifier, `${this.#source.folder}/${file}`);
    } catch (error) {
      throw new CapabilityError(`${file} could not import ${specifier}`, { cause: error });
    }
  }

  #evaluated(
    linked: LinkedFile,
    modules: ReadonlyMap<string, Exports>,
    code: HostCode,
  ): readonly [string, Exports] {
    if (linked.kind === "json") return [linked.file, { default: JSON.parse(linked.text) }];
    const { module, imports, exports } = linked;
    const { file, text, prefix } = module;
    const imported = ({ from, name }: Source) => (name === "*" ? modules.get(from) : modules.get(from)?.[name]);
    const define = code.evaluate(text, `${this.#source.folder}/${file}`, -prefix);
    if (typeof define !== "function") throw new Error(`${file} was linked to something else than a function`);
    const own: Exports = define({ imports: imports.map(imported), keep: () => undefined });
    const all = [...exports].map(([name, source]) => {
      return [name, source.from === file ? own[source.name] : imported(source)] as const;
    });
    return [file, Object.fromEntries(all)];
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

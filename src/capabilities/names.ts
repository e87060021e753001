/** The names by which a capability is found. */

interface Named {
  readonly code: string;
  readonly otherCodes?: readonly string[];
  readonly implementation?: string;
}

export function namesOf({ code, otherCodes = [], implementation }: Named): readonly string[] {
  return [code, ...otherCodes].map((name) => inModule(name, implementation));
}

/** What the code means where an artifact names that module. */
export function inModule(code: string, module: string | undefined): string {
  return module === undefined ? code : `${code} in ${module}`;
}

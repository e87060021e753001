/** `pgs-runner/capability`: what the files of a capability package are declared with. */

export {
  anything,
  array,
  boolean,
  type Field,
  type Input,
  type InputSchema,
  integer,
  number,
  object,
  optional,
  string,
} from "./capabilities/input-schema.ts";
export { effect } from "./capabilities/outside-effect.ts";
export type { HttpClient, Request, Response } from "./capabilities/remote/http-client.ts";
export type { RemoteEvidence } from "./capabilities/remote-effect.ts";
export type { HostCall } from "./capabilities/targets/host.ts";
export { storeEffect } from "./capabilities/targets/store.ts";
export { type Answer, type Declaration, type Example, transform } from "./capabilities/transform.ts";
export type { Json, JsonObject } from "./json/value.ts";

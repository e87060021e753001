/** What to do about an effect on a server or on the host that got no answer. */

import { type JsonObject, own } from "../../json/value.ts";

/** Whose policy it is: the side effect, and the runtime binding that holds it. */
export interface PolicyPlace {
  readonly effect: string;
  readonly binding: string;
}

/** By the reason of a step; undefined where it is about something else. */
export function remoteHint(reason: JsonObject, { effect, binding }: PolicyPlace): string | undefined {
  const policy = `the policy of ${effect} in ${binding}`;
  const again = "and run the workflow again";
  const variable = `$${String(own(reason, "environment"))}`;
  switch (own(reason, "code")) {
    case "HTTP_NOT_CONNECTED":
      return `make sure that the server in allowed_origins of ${policy} is running and can be reached from this machine, ${again}`;
    case "HTTP_NAME_UNKNOWN":
      return `make sure that this machine can resolve the host in allowed_origins of ${policy}, ${again}`;
    case "HTTP_TLS_REFUSED":
      return `make sure that this machine trusts the certificate of the server in allowed_origins of ${policy} ($NODE_EXTRA_CA_CERTS names a file of further authorities), ${again}`;
    case "HTTP_PROXY_REFUSED":
      return `make sure that the proxy of ${policy} is running and lets this machine through, ${again}`;
    case "HTTP_SECRET_MISSING":
      return `set ${variable}, which ${policy} names, ${again}`;
    case "HTTP_SECRET_INVALID":
    case "HTTP_PROXY_INVALID":
      return `correct ${variable}, which ${policy} names, ${again}`;
    case "HTTP_TIMEOUT":
    case "HTTP_CONNECTION_LOST":
    case "TIME_LIMIT":
      return `find out whether the server or the host carried it out before you run the workflow again; timeout and time_limit in ${policy} say how long is waited`;
    default:
      return undefined;
  }
}

import { effect, string } from "pgs-runner/capability";

export default effect({
  code: "__domain__::__CODE__",
  about: "Which service it asks, and what for.",
  reaches: "http",
  operations: {
    SEND: {
      about: "Puts the text where the service has the key, whatever was there before.",
      input: { key: string, text: string },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key, text }, http, policy) {
        const answer = await http.send({ method: "PUT", url: `${policy.url}/${key}`, json: { text } });
        if (answer.status < 300) return { outcome: "SUCCESS" };
        const reason = { code: "NOT_ACCEPTED", status: answer.status };
        return { outcome: answer.status < 500 ? "VIOLATION" : "BACKEND_ERROR", reason };
      },
      probe: null,
    },
  },
});

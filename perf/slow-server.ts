// A reviewer that answers every request after 50 ms; prints its port. Run as a process of its own.
import { createServer } from "node:http";

const answer = JSON.stringify({
  review: {
    findings: [{ file: "src/module.ts", lines: [15, 15], message: "total is read off undefined when items is short" }],
  },
});
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    setTimeout(() => {
      response.setHeader("content-type", "application/json");
      response.end(answer);
    }, 50);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : ""}\n`);
});

/** What a worker thread of the program begins with. */

const dist = require("node:path").join(__dirname, "../dist");
require("./load.js").load(`${dist}/main.cjs`).workerMain(`${dist}/render/fonts`);

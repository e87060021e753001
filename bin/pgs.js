#!/usr/bin/env node
const dist = require("node:path").join(__dirname, "../dist");
require("./load.js").load(`${dist}/main.cjs`).main(`${dist}/render/fonts`, `${__dirname}/worker.js`);

// Vitest runs this once, before all test files: they share one MongoDB, which starts when the first of them asks.
export { lendMongo as setup } from "../src/servers/lend-mongo.ts"
